"""A portal page drawn for one reader: who is greeted, for which customer, and the widgets in rows."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue

from forms.registration.models import Application
from home.vocative import vocative
from portal.customers.access import Viewer

COLUMNS = 12
WIDTHS = {"full": 12, "wide": 7, "half": 6, "narrow": 5}


@dataclass(frozen=True)
class Section:
    """A widget as drawn, and how many of the twelve columns it takes on a wide screen."""

    html: SafeString
    columns: int


def rows(body: StreamValue, context: dict[str, Any]) -> list[list[Section]]:
    """The widgets that have something to show, in rows; one that is left alone in its row takes all of it."""
    found: list[list[Section]] = []
    for child in body:
        html = child.block.render(child.value, context)
        if not html:
            continue
        section = Section(html, WIDTHS[child.value["width"]])
        if found and sum(beside.columns for beside in found[-1]) + section.columns <= COLUMNS:
            found[-1].append(section)
        else:
            found.append([section])
    return [[replace(row[0], columns=COLUMNS)] if len(row) == 1 else row for row in found]


def own_first_name(viewer: Viewer, user: Any) -> str:
    """Of who is signed in; a clerk on a visit sees the customer greeted, not himself."""
    return "" if viewer.role == "staff" else str(user.first_name)


def greeting(viewer: Viewer, first_name: str) -> str:
    """The person's first name when it is known, or the customer's if he is its owner: “Dzień dobry, Anno”."""
    name = first_name or (
        viewer.customer.first_name if viewer.customer and viewer.role in ("owner", "persona", "staff") else ""
    )
    if not name:
        return _("Good day")
    called = vocative(name) if get_language() == "pl" else name
    return _("Good day, %(name)s") % {"name": called}


@dataclass(frozen=True)
class Waiting:
    """Why a signed-in person sees nothing yet."""

    state: str = ""  # of the application; empty when there is none
    since: Any = None
    until: Any = None  # when a signed form is awaited
    has_application: bool = False


def waiting(viewer: Viewer) -> Waiting:
    """The state of the person's own application. One statement."""
    own = Application.objects.filter(user_id=viewer.user_id or 0).order_by("-created_at").first()
    return Waiting(own.state, own.created_at, own.form_expires_at, has_application=True) if own else Waiting()
