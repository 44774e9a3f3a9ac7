"""Fixed ways into the site: its pages, and the page that holds a role."""

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.views import serve as wagtail_serve

from home import navigation, routing
from portal.content import addresses, page_cache
from portal.content.models import BasePage


@require_safe
def go(request: HttpRequest, role: str) -> HttpResponse:
    """To the page that holds the role, with what follows the question mark."""
    url = navigation.role_url(role)
    if not url:
        raise Http404(_("No page has this role yet."))
    asked = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{url}?{asked}" if asked else url)


def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """Wagtail's own view, told beforehand what it would otherwise ask the database for each page.

    A public page that is kept drawn is answered without a statement.
    """
    key, kept = page_cache.find(request)
    if kept is not None:
        return kept
    found = navigation.site_map()
    result = None
    if found is not None:
        addresses.remember(request)
        with suppress(Http404):
            result = routing.route(found.root_path, request, [part for part in path.split("/") if part])
        request._wagtail_route_for_request = result  # type: ignore[attr-defined]  # noqa: SLF001 - Wagtail looks for just this name
    response: HttpResponse = wagtail_serve(request, path)
    if key and result is not None and isinstance(result.page, BasePage):
        page_cache.keep(key, response, result.page.fresh_until())
    return response
