"""Fixed ways into the site: its pages, and the page that holds a role."""

from contextlib import suppress

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Page
from wagtail.views import serve as wagtail_serve

from home import navigation, routing, share_picture
from portal.content import addresses, page_cache
from portal.content.models import BasePage
from portal.utility import identity


@require_safe
def go(request: HttpRequest, role: str) -> HttpResponse:
    """To the page that holds the role, with what follows the question mark."""
    url = navigation.role_url(role)
    if not url:
        raise Http404(_("No page has this role yet."))
    asked = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{url}?{asked}" if asked else url)


@require_safe
def shared(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture beside a shared link to a public page; drawn once, and anew when its words or colours change."""
    page = get_object_or_404(Page.objects.live(), pk=pk).specific
    # A notice for some is nobody else's to see, not even by its title.
    if not getattr(page, "is_found_by_search", False):
        raise Http404
    utility = identity.current()
    named = (page.seo_title or page.title, utility.name, utility.product_name, utility.colours)
    key = f"share:{share_picture.fingerprint(*named)}"
    drawn = caches["pages"].get(key)
    if drawn is None:
        drawn = share_picture.draw(*named)
        caches["pages"].set(key, drawn)
    response = HttpResponse(drawn, content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


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
