"""The signed-in person's menu: the portal pages that hold something for them, without a statement per page."""

from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.utils.translation import get_language
from wagtail.models import Locale

from home.navigation import MenuItem, site_maps
from home.roles import PageRole, Role
from portal.content import addresses
from portal.customers.access import Viewer
from portal.utility.kept import Kept
from portal.widgets import Widget, is_persona

ICONS = {
    Role.DASHBOARD: "house",
    Role.DOCUMENTS: "invoice",
    Role.READINGS: "meter",
    Role.MESSAGES: "envelope",
    Role.CONTRACT: "contract",
    Role.PROFILE: "account",
}
OTHER_ICON = "list"


@dataclass(frozen=True)
class Place:
    """A portal page as the menu knows it; `widgets` are those of its blocks that not every reader gets."""

    label: str
    url: str
    icon: str
    role: str
    in_tabs: bool
    widgets: tuple[Widget, ...]

    def is_for(self, viewer: Viewer) -> bool:
        """Whether anything on the page is for this reader. The dashboard says why when there is nothing."""
        if self.role == Role.DASHBOARD or not self.widgets:
            return True
        return any(widget.is_offered_to(viewer) for widget in self.widgets)


def menu_for(viewer: Viewer) -> list[MenuItem]:
    """The places of this reader, by the services and rights held and the modules that run; each keeps the customer."""
    maps = places()
    found = maps.get(get_language() or "") or next(iter(maps.values()), [])
    asks = f"?k={viewer.customer.public_id}" if viewer.customer and not is_persona(viewer) else ""
    return [
        MenuItem(place.label, f"{place.url}{asks}", place.icon, in_tabs=place.in_tabs)
        for place in found
        if place.is_for(viewer)
    ]


def _read() -> dict[str, list[Place]]:
    pages = list(apps.get_model("home", "PortalPage").objects.live().in_menu().order_by("path"))
    roles = dict(PageRole.objects.values_list("page__translation_key", "role"))
    languages = dict(Locale.objects.values_list("pk", "language_code"))
    by_language: dict[str, list[Place]] = {code: [] for code in site_maps()}
    for page in pages:
        by_language.setdefault(languages[page.locale_id], []).append(_place(page, roles))
    return {code: found for code, found in by_language.items() if found}


def _place(page: "object", roles: dict[UUID, str]) -> Place:
    role = roles.get(page.translation_key, "")  # type: ignore[attr-defined]  # a PortalPage; its module stands above this one
    icon = page.icon or (ICONS.get(Role(role), OTHER_ICON) if role else OTHER_ICON)  # type: ignore[attr-defined]  # as above
    widgets = tuple(child.block for child in page.body if child.block.is_conditional())  # type: ignore[attr-defined]  # as above
    return Place(page.title, addresses.url_of(page), icon, role, page.in_tabs, widgets)  # type: ignore[attr-defined]  # as above


places = Kept(_read)
