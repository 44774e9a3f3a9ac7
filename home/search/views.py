"""The search of the public site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from home.search.queries import search
from portal.content.folding import LONGEST_QUERY


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    return render(request, "search/search.html", {"asked": asked, "groups": search(asked)})
