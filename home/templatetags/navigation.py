"""Menu, roles and highlights for the templates of pages: `{% load navigation %}`."""

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from wagtail.models import Page

from home import navigation
from home.navigation import Link, MenuItem, Picture, SiteMap
from home.notices import queries as notices
from home.notices.queries import Banner
from home.portal_menu import menu_for
from payments import checkout, guests
from portal.accounts import terms_gate
from portal.cases import outage_queries
from portal.content import addresses
from portal.customers.access import STRANGER
from portal.metering.rules import ReadingRules
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

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


@register.simple_tag(takes_context=True)
def other_languages(context: template.Context) -> list[tuple[str, str]]:
    """(code, address) of the same page in the site's other languages; its front page where there is no such page."""
    here = navigation.site_map()
    page, request = context.get("page"), context.get("request")
    translated = navigation.translations_of(page) if isinstance(page, Page) else {}
    found = []
    for code, other in navigation.site_maps().items():
        if other is not here:
            found.append((code, translated.get(code) or _same_screen(request, code) or other.home_url))
    return found


def _same_screen(request: HttpRequest | None, code: str) -> str:
    """The address of a screen of our own (signing in, paying) in another language; empty for pages of the site."""
    match = request.resolver_match if request is not None else None
    if request is None or match is None or match.url_name in ("wagtail_serve", None) or request.method != "GET":
        return ""
    asked = request.META.get("QUERY_STRING", "")
    url = translate_url(request.path, code)
    return f"{url}?{asked}" if asked else url


@register.simple_tag(takes_context=True)
def languages_of_the_page(context: template.Context) -> list[tuple[str, str]]:
    """(code, whole address) of a public page in every language in which there is it, its own among them."""
    page = context.get("page")
    base = settings.EBOK_BASE_URL.rstrip("/")
    translated = navigation.translations_of(page) if isinstance(page, Page) else {}
    return [(code, f"{base}{url}") for code, url in translated.items()]


@register.simple_tag(takes_context=True)
def shared_picture(context: template.Context) -> str:
    """The whole address of the picture that stands beside a shared link to the page."""
    page = context.get("page")
    path = reverse("shared_picture", args=[page.pk]) if page is not None and page.pk else ""
    return f"{settings.EBOK_BASE_URL.rstrip('/')}{path}" if path else ""


@register.simple_tag(takes_context=True)
def portal_menu(context: template.Context) -> list[MenuItem]:
    """The signed-in person's menu on a page of their own; empty on public pages, which have the public menu."""
    user = context.get("user")
    if user is None or not user.is_authenticated or getattr(context.get("page"), "is_shown_to_all", False):
        return []
    given: list[MenuItem] | None = context.get("portal_menu")
    request = context.get("request")
    menu = menu_for(getattr(request, "viewer", STRANGER)) if given is None else given
    if request is not None and terms_gate.owes(request):
        return [item for item in menu if navigation.opens_without_terms(item.url)]
    return menu


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


@register.simple_tag(takes_context=True)
def task_url(context: template.Context, task: dict[str, Any]) -> str:
    """Where a task of the front page leads this reader; empty: nowhere, so it is left out."""
    user = context.get("user")
    if task.get("is_paying"):
        if not checkout.is_offered():
            return ""
        if not getattr(user, "is_authenticated", False) and guests.are_welcome():
            return reverse("payments:guest")
    if task.get("is_reading") and not (rules(Modules).readings and rules(ReadingRules).is_accepting):
        return ""
    return (navigation.role_url(task["role"]) if task["role"] else "") or str(task["address"])
