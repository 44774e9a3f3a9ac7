"""The site's map as every page needs it: home pages, menu and roles in each language, kept by each process."""

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language
from wagtail.models import Page

from home.roles import PageRole, Role
from portal.content import addresses
from portal.utility import identity
from portal.utility.kept import Kept


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class MenuItem:
    """One place of a signed-in person's menu; `count` is what waits there."""

    label: str
    url: str
    icon: str
    count: int = 0
    in_tabs: bool = True


@dataclass(frozen=True)
class Picture:
    url: str
    width: int
    height: int


@dataclass(frozen=True)
class SiteMap:
    """One language's part of the site."""

    root_path: str
    home_url: str
    menu: list[Link] = field(default_factory=list)
    roles: dict[str, Link] = field(default_factory=dict)


def site_map(language: str | None = None) -> SiteMap | None:
    """The map in the reader's language, else in the site's own; None until there is a site."""
    maps = site_maps()
    return maps.get(language or get_language() or "") or next(iter(maps.values()), None)


def role_url(role: str) -> str:
    """The address of the page that holds the role; empty while none does."""
    found = site_map()
    return found.roles[role].url if found and role in found.roles else ""


def opens_without_terms(url: str) -> bool:
    """Whether a portal page is one that people reach who have not accepted the terms: invoices, messages."""
    return url.partition("?")[0] in {role_url(role) for role in (Role.DOCUMENTS, Role.MESSAGES)}


def empty_roles() -> list[str]:
    """The roles that no live page holds: what leads there ends at "there is no such page"."""
    held = set(PageRole.objects.filter(page__live=True).values_list("role", flat=True))
    return [str(label) for value, label in Role.choices if value not in held]


def translations_of(page: Page) -> dict[str, str]:
    """The addresses of the same page by language; empty for a page that there is in one language only."""
    return translations().get(page.translation_key, {})


def _read_translations() -> dict[UUID, dict[str, str]]:
    """Two statements, whatever the size of the site: few pages are translated."""
    live = Page.objects.live()
    default = Q(locale__language_code=settings.LANGUAGE_CODE)
    keys = set(live.exclude(default).values_list("translation_key", flat=True))
    found: dict[UUID, dict[str, str]] = {}
    for page in live.filter(translation_key__in=keys).select_related("locale").order_by("locale__language_code"):
        if url := addresses.url_of(page):
            found.setdefault(page.translation_key, {})[page.locale.language_code] = url
    return {key: urls for key, urls in found.items() if len(urls) > 1}


def _read() -> dict[str, SiteMap]:
    site = addresses.site()
    if site is None:
        return {}
    own_home = site.root_page
    homes = Page.objects.live().filter(translation_key=own_home.translation_key).select_related("locale")
    by_role = list(PageRole.objects.select_related("page"))
    maps = {}
    for home in sorted(homes, key=lambda page: page.pk != own_home.pk):
        portal_pages = Q(content_type__app_label="home", content_type__model="portalpage")
        menu = home.get_children().live().in_menu().exclude(portal_pages)
        maps[home.locale.language_code] = SiteMap(
            root_path=home.url_path,
            home_url=addresses.url_of(home),
            menu=[Link(page.title, addresses.url_of(page)) for page in menu],
            roles=_roles_in(home, by_role),
        )
    return maps


def _roles_in(home: Page, by_role: list[PageRole]) -> dict[str, Link]:
    keys = [held.page.translation_key for held in by_role]
    pages = Page.objects.live().filter(translation_key__in=keys, locale_id=home.locale_id)
    here = {page.translation_key: page for page in pages}
    found = ((held.role, here.get(held.page.translation_key, held.page)) for held in by_role)
    return {role: Link(page.title, addresses.url_of(page)) for role, page in found if page.live}


def _logo() -> Picture | None:
    image = identity.current().logo
    if image is None:
        return None
    drawn = image.get_rendition("max-300x84")
    return Picture(drawn.url, drawn.width, drawn.height)


site_maps = Kept(_read)
translations = Kept(_read_translations)
logo = Kept(lambda: (_logo(),))  # in a tuple: no logo is kept as well as a logo
