"""Menu, roles and highlights for the templates of pages: `{% load navigation %}`."""

from django import template
from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Page

from home import navigation
from home.navigation import Link, MenuItem, Picture, SiteMap
from home.notices import queries as notices
from home.notices.queries import Banner
from home.portal_menu import menu_for
from portal.cases import outage_queries
from portal.content import addresses
from portal.customers.access import STRANGER

register = template.Library()


@register.simple_tag
def site_map() -> SiteMap | None:
    return navigation.site_map()


@register.simple_tag
def role_url(role: str) -> str:
    """The address of the page with that role; empty while there is none, so that no link leads nowhere."""
    return navigation.role_url(role)


@register.simple_tag
def role_link(role: str) -> Link | None:
    found = navigation.site_map()
    return found.roles.get(role) if found else None


@register.simple_tag
def other_languages() -> list[tuple[str, str]]:
    """(code, address of the home page) of the site's other languages."""
    here = navigation.site_map()
    return [(code, found.home_url) for code, found in navigation.site_maps().items() if found is not here]


@register.simple_tag(takes_context=True)
def portal_menu(context: template.Context) -> list[MenuItem]:
    """The signed-in person's menu on a page of their own; empty on public pages, which have the public menu."""
    user = context.get("user")
    if user is None or not user.is_authenticated or getattr(context.get("page"), "is_shown_to_all", False):
        return []
    given: list[MenuItem] | None = context.get("portal_menu")
    viewer = getattr(context.get("request"), "viewer", STRANGER)
    return menu_for(viewer) if given is None else given


@register.simple_tag
def logo() -> Picture | None:
    (picture,) = navigation.logo()
    return picture


@register.simple_tag(takes_context=True)
def is_here(context: template.Context, url: str) -> bool:
    """Whether the reader is on that page or below it."""
    request: HttpRequest | None = context.get("request")
    if request is None or not url:
        return False
    found = navigation.site_map()
    path = url.partition("?")[0]
    return request.path == path if found and path == found.home_url else request.path.startswith(path)


@register.simple_tag
def page_url(page: Page) -> str:
    """A page's address without a look-up."""
    return addresses.url_of(page)


@register.simple_tag
def banners() -> list[Banner]:
    """The urgent notices that stand above every page now."""
    return notices.banners()


@register.simple_tag
def outages_shown() -> tuple[outage_queries.Shown, ...]:
    """What does not work now, or will not: kept, without a statement."""
    return outage_queries.shown()


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> str:
    """The one address of a public page, from the installation's own; empty on every other screen."""
    request: HttpRequest | None = context.get("request")
    if request is None or not getattr(context.get("page"), "is_shown_to_all", False):
        return ""
    base: str = settings.EBOK_BASE_URL
    return base.rstrip("/") + request.path
