"""Choosing for which customer one acts."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.customers.access import SESSION_KEY, viewer_of
from portal.customers.queries import own_customers


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def customers(request: HttpRequest) -> HttpResponse:
    """The list of a person's customers; a POST makes one of them the default of this session."""
    if request.method == "POST":
        return _choose(request)
    page = request.GET.get("page", "1")
    shown, pages = own_customers(request.viewer, int(page) if page.isdecimal() else 1)  # type: ignore[attr-defined]  # the middleware's
    return render(request, "portal/customers.html", {"customers": shown, "page_obj": pages})


def _choose(request: HttpRequest) -> HttpResponse:
    try:
        wanted = UUID(request.POST.get("customer", ""))
    except ValueError:
        raise Http404 from None
    viewer = viewer_of(request.user, customer=wanted)
    if viewer.customer is None:
        raise Http404
    request.session[SESSION_KEY] = str(wanted)
    return redirect(f"{reverse('go', args=['dashboard'])}?k={wanted}")
