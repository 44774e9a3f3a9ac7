"""Finding the page behind an address in one look-up, however deep it lies."""

from django.db.models.functions import Length
from django.http import Http404, HttpRequest
from wagtail.models import Page
from wagtail.url_routing import RouteResult

DEEPEST = 12


def route(root_path: str, request: HttpRequest, parts: list[str]) -> RouteResult:
    """The deepest page on the way; what is left of the address is that page's own matter. Raises Http404."""
    if len(parts) > DEEPEST:
        raise Http404
    paths = [root_path + "".join(f"{part}/" for part in parts[:count]) for count in range(len(parts) + 1)]
    page = Page.objects.filter(url_path__in=paths).order_by(Length("url_path").desc()).first()
    if page is None or (parts and page.url_path == root_path):
        raise Http404
    rest = parts[paths.index(page.url_path) :]
    return page.specific.route(request, rest)
