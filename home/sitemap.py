"""What search engines are told: the public pages there are, and where they have nothing to look for."""

from xml.sax.saxutils import escape

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from wagtail.models import Page

from home.notices.models import NoticePage
from portal import clock
from portal.content import addresses
from portal.content.models import PUBLIC, BasePage

NOTHING_THERE = ("/panel/", "/konto/", "/platnosci/", "/api/", "/go/", "/szukaj/", "/demo/")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    base = settings.EBOK_BASE_URL.rstrip("/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOTHING_THERE), "", f"Sitemap: {base}/sitemap.xml", ""]
    return _public("\n".join(lines), "text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Two statements, however many pages."""
    base = settings.EBOK_BASE_URL.rstrip("/")
    pages = [(addresses.url_of(page), page.last_published_at) for page in _public_pages()]
    rows = [
        f"<url><loc>{escape(base + url)}</loc>{f'<lastmod>{changed:%Y-%m-%d}</lastmod>' if changed else ''}</url>"
        for url, changed in pages
        if url
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return _public("\n".join([head, *rows, "</urlset>\n"]), "application/xml")


def _public_pages() -> list[Page]:
    kinds = [model for model in apps.get_models() if issubclass(model, BasePage) and model.is_public]
    now = clock.now()
    live = Page.objects.live().filter(Q(expire_at__isnull=True) | Q(expire_at__gt=now))
    types = ContentType.objects.get_for_models(*kinds).values()
    targeted = NoticePage.objects.exclude(audience=NoticePage.Audience.EVERYONE).values("pk")
    return list(live.filter(content_type__in=[kind.pk for kind in types]).exclude(pk__in=targeted).order_by("path"))


def _public(text: str, content_type: str) -> HttpResponse:
    response = HttpResponse(text, content_type=content_type)
    response.headers["Cache-Control"] = PUBLIC
    return response
