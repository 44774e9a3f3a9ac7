"""What a widget is: a block of a portal page that states one thing of the customer's, and never breaks the page."""

import logging
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal.customers import access
from portal.customers.access import STRANGER, Viewer
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

log = logging.getLogger("portal.widgets")


@dataclass(frozen=True)
class Persona:
    """An invented reader, as whom an editor previews a page: no real person's data is ever in a preview."""

    code: str
    label: str
    role: str
    kind: str
    is_whole_customer: bool = True
    is_linked: bool = True


PERSONAS: tuple[Persona, ...] = (
    Persona("household", _("Household"), "owner", "person"),  # type: ignore[arg-type]  # lazy words are words
    Persona("firm", _("Firm"), "owner", "firm"),  # type: ignore[arg-type]  # lazy words are words
    Persona("manager", _("Property manager"), "manager", "community"),  # type: ignore[arg-type]  # lazy words are words
    Persona(
        "partial_manager",
        _("Manager of some points"),  # type: ignore[arg-type]  # lazy words are words
        "manager",
        "community",
        is_whole_customer=False,
    ),
    Persona(
        "awaiting",
        _("Waiting to be linked"),  # type: ignore[arg-type]  # lazy words are words
        "unlinked",
        "person",
        is_linked=False,
    ),
)


def persona(code: str) -> Persona | None:
    return next((p for p in PERSONAS if p.code == code), None)


class Unavailable(Exception):  # noqa: N818 - the name is the state
    """A widget raises it with a sentence to say why it shows nothing to this reader."""


class Widget(blocks.StructBlock):
    """A block with `facts(viewer)` and `example(persona)`, both giving the dataclass that its template shows.

    It names the deed it needs, the module and the service it belongs to. A reader who may not, a module that is off
    or a service not held: the widget shows nothing, or `says_why`. A fault shows a sentence, never a broken page.
    """

    deed: ClassVar[str] = ""
    module: ClassVar[str] = ""
    service: ClassVar[str] = ""
    says_why: ClassVar[bool] = False
    statements: ClassVar[int] = 1

    title = blocks.CharBlock(label=_("title"), required=False, max_length=80, help_text=_("Left empty: the usual title."))
    help = blocks.RichTextBlock(label=_("help beside it"), required=False, features=["bold", "link", "ul", "document-link"])

    def facts(self, viewer: Viewer, value: dict[str, Any]) -> Any:
        """What the template shows, from the database; None shows nothing."""
        raise NotImplementedError

    def example(self, persona: Persona, value: dict[str, Any]) -> Any:
        """The same of an invented reader."""
        raise NotImplementedError

    def is_offered_to(self, viewer: Viewer) -> bool:
        if self.module and not getattr(rules(Modules), self.module):
            return False
        if self.service and not viewer.holds(self.service):
            return False
        return not self.deed or access.may(viewer, self.deed)

    def render(self, value: dict[str, Any], context: dict[str, Any] | None = None) -> SafeString | str:
        request: HttpRequest | None = (context or {}).get("request")
        viewer: Viewer = getattr(request, "viewer", STRANGER) if request else STRANGER
        try:
            shown = self._shown(viewer, value)
        except Unavailable as why:
            return render_to_string("widgets/unavailable.html", {"widget": self, "value": value, "why": str(why)})
        except Exception:
            log.exception("The widget %s broke.", self.name)
            broken = {"widget": self, "value": value, "is_staff": bool(request and request.user.is_staff)}
            return render_to_string("widgets/broken.html", broken)
        if shown is None:
            return ""
        return render_to_string(
            self.meta.template,
            {**_outer(context), "facts": shown, "value": value, "viewer": viewer, "self": value},
            request=request,
        )

    def _shown(self, viewer: Viewer, value: dict[str, Any]) -> Any:
        invented = persona(viewer.reason) if viewer.role == "persona" else None
        if invented is not None:
            return self.example(invented, value) if invented.is_linked or not self.deed else None
        if not self.is_offered_to(viewer):
            if self.says_why and viewer.is_linked:
                raise Unavailable(_("This is not available to you for this customer."))
            return None
        return self.facts(viewer, value)


def _outer(context: dict[str, Any] | None) -> dict[str, Any]:
    keep = ("page", "utility", "modules", "today")
    return {name: context[name] for name in keep if context and name in context}


def persona_viewer(invented: Persona) -> Viewer:
    """A viewer without a person behind it; `reason` carries the persona's code."""
    return Viewer(
        user_name=str(invented.label),
        role="persona",
        is_whole_customer=invented.is_whole_customer,
        reason=invented.code,
        is_read_only=True,
    )
