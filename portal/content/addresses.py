"""Where the site's pages live, kept by each process: a page's address costs no look-up of site, locale or root."""

from django.http import HttpRequest
from wagtail.models import Page, Site

from portal.utility.kept import Kept

root_paths = Kept(Site.get_site_root_paths)
site = Kept(lambda: Site.objects.select_related("root_page").filter(is_default_site=True).first())


def remember(carrier: HttpRequest | Page) -> None:
    """Hand Wagtail what it would otherwise read for each request: it looks for exactly these attributes."""
    carrier._wagtail_cached_site_root_paths = root_paths()  # type: ignore[union-attr]  # noqa: SLF001 - Wagtail looks for just this name
    if isinstance(carrier, HttpRequest):
        carrier._wagtail_site = site()  # type: ignore[attr-defined]  # noqa: SLF001 - Wagtail looks for just this name


def url_of(page: Page) -> str:
    """The page's address on this site; empty when it has none."""
    remember(page)
    return page.url or ""


def forget() -> None:
    root_paths.forget()
    site.forget()
