"""Fixed ways into the site: its pages, and the page that holds a role."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.views import serve as wagtail_serve

from home import navigation, routing
from portal.content import addresses


@require_safe
def go(request: HttpRequest, role: str) -> HttpResponse:
    """To the page that holds the role, with what follows the question mark."""
    url = navigation.role_url(role)
    if not url:
        raise Http404(_("No page has this role yet."))
    asked = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{url}?{asked}" if asked else url)


def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """Wagtail's own view, told beforehand what it would otherwise ask the database for each page."""
    found = navigation.site_map()
    if found is not None:
        addresses.remember(request)
        try:
            result = routing.route(found.root_path, request, [part for part in path.split("/") if part])
        except Http404:
            result = None
        request._wagtail_route_for_request = result  # type: ignore[attr-defined]  # noqa: SLF001 - Wagtail looks for just this name
    response: HttpResponse = wagtail_serve(request, path)
    return response
