"""What a widget is: a block of a portal page that states one thing of the customer's, and never breaks the page."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal import clock
from portal.customers import access
from portal.customers.access import STRANGER, ActingCustomer, Viewer
from portal.customers.models import Delegation
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

log = logging.getLogger("portal.widgets")

T = TypeVar("T")
PAGE = "page"  # the parameter of an address that says which page of a long list is meant


# ------------------------------------------------------------------------------------------------------------ personas


@dataclass(frozen=True)
class Persona:
    """An invented reader, as whom an editor previews a page: no real person's data is ever in a preview."""

    code: str
    label: str
    role: str
    kind: str
    first_name: str
    name: str
    number: str
    address: str
    nip: str = ""
    is_whole_customer: bool = True
    is_linked: bool = True
    customers_count: int = 1


def _persona(code: str, label: Any, role: str, kind: str, **facts: Any) -> Persona:
    return Persona(code, label, role, kind, **facts)


PERSONAS: tuple[Persona, ...] = (
    _persona(
        "household",
        _("Household"),
        "owner",
        "person",
        first_name="Anna",
        name="Anna Kowalska",
        number="012345",
        address="ul. Lipowa 5, 00-410 Warszawa",
    ),
    _persona(
        "firm",
        _("Firm"),
        "owner",
        "firm",
        first_name="Marek",
        name="Piekarnia Pod Kasztanem sp. z o.o.",
        number="020417",
        address="ul. Młynarska 12, 00-410 Warszawa",
        nip="1234563218",
    ),
    _persona(
        "manager",
        _("Property manager"),
        "manager",
        "community",
        first_name="Ewa",
        name="Wspólnota Mieszkaniowa Klonowa 8",
        number="031208",
        address="ul. Klonowa 8, 00-410 Warszawa",
        customers_count=14,
    ),
    _persona(
        "partial_manager",
        _("Manager of some points"),
        "manager",
        "community",
        first_name="Piotr",
        name="Spółdzielnia Mieszkaniowa Nad Stawem",
        number="040310",
        address="ul. Jesionowa 3, 00-410 Warszawa",
        is_whole_customer=False,
        customers_count=3,
    ),
    _persona(
        "awaiting",
        _("Waiting to be linked"),
        "unlinked",
        "person",
        first_name="Zofia",
        name="",
        number="",
        address="",
        is_linked=False,
        customers_count=0,
    ),
)
NOBODY = -1  # the key of a persona's customer: no row has it, so even a mistaken question finds nothing


def persona(code: str) -> Persona | None:
    return next((p for p in PERSONAS if p.code == code), None)


def persona_viewer(invented: Persona) -> Viewer:
    """A viewer without a person behind it; `reason` carries the persona's code."""
    plain = Viewer(
        user_id=NOBODY, user_name=invented.first_name, role="persona", reason=invented.code, is_read_only=True
    )
    if not invented.is_linked:
        return plain
    held = Delegation(role=invented.role, is_whole_customer=invented.is_whole_customer)
    return Viewer(
        user_id=NOBODY,
        user_name=invented.first_name,
        customer=ActingCustomer(
            pk=NOBODY,
            public_id=UUID(int=0),
            number=invented.number,
            name=invented.name,
            first_name=invented.first_name if invented.kind == "person" else "",
            kind=invented.kind,
            nip=invented.nip,
            address=invented.address,
            services=("water", "sewage", *(("waste",) if rules(Modules).waste else ())),
            virtual_account="",
            as_of=clock.at(clock.today(), 6),
        ),
        role="persona",
        is_whole_customer=invented.is_whole_customer,
        deeds=access.deeds_of(held),
        is_read_only=True,
        reason=invented.code,
        customers_count=invented.customers_count,
    )


@dataclass(frozen=True)
class InventedUser:
    """Who is signed in while a persona looks, as far as a page's head asks."""

    first_name: str
    is_authenticated: bool = True
    is_staff: bool = False

    def get_short_name(self) -> str:
        return self.first_name


def is_persona(viewer: Viewer) -> bool:
    return viewer.role == "persona"


# ------------------------------------------------------------------------------------------------------------- widgets


class Unavailable(Exception):
    """A widget raises it with a sentence to say why it shows nothing to this reader."""


@dataclass
class Showing:
    """One showing of a page: its viewer, which page of the long lists, and answers that several widgets need."""

    viewer: Viewer
    page: int = 1
    answers: dict[Callable[..., Any], Any] = field(default_factory=dict)

    def ask(self, question: Callable[[Viewer], T]) -> T:
        """What the query answers for this viewer, asked once for all widgets of the page."""
        if question not in self.answers:
            self.answers[question] = question(self.viewer)
        answer: T = self.answers[question]
        return answer


class Widget(blocks.StructBlock):
    """A block with `facts(showing)` and `example(persona)`, both giving the dataclass that its template shows.

    It names the deed it needs, the module and the service it belongs to, and how many statements it costs. A reader
    who may not, a module that is off or a service not held: the widget shows nothing, or `says_why`. A fault shows a
    sentence, never a broken page.
    """

    deed: ClassVar[str] = ""
    module: ClassVar[str] = ""
    service: ClassVar[str] = ""
    says_why: ClassVar[bool] = False
    statements: ClassVar[int] = 1

    title = blocks.CharBlock(
        label=_("title"), required=False, max_length=80, help_text=_("Left empty: the usual title.")
    )
    width = blocks.ChoiceBlock(
        label=_("width"),
        choices=[
            ("full", _("the whole width")),
            ("wide", _("the wider half")),
            ("half", _("half")),
            ("narrow", _("the narrower half")),
        ],
        default="full",
        help_text=_("On a phone everything is as wide as the screen."),
    )
    help = blocks.RichTextBlock(
        label=_("help beside it"), required=False, features=["bold", "link", "ul", "document-link"]
    )

    def facts(self, showing: Showing, value: dict[str, Any]) -> Any:
        """What the template shows, from the database; None shows nothing."""
        raise NotImplementedError

    def example(self, persona: Persona, value: dict[str, Any]) -> Any:
        """The same of an invented reader."""
        raise NotImplementedError

    def is_conditional(self) -> bool:
        """Whether some readers do not get it."""
        return bool(self.deed or self.module or self.service)

    def is_offered_to(self, viewer: Viewer) -> bool:
        if self.module and not getattr(rules(Modules), self.module):
            return False
        if self.service and not viewer.holds(self.service):
            return False
        if not self.deed:
            return True
        # A persona may only look, yet an editor must see the widgets that let others act.
        return self.deed in viewer.deeds if is_persona(viewer) else access.may(viewer, self.deed)

    def render(self, value: dict[str, Any], context: dict[str, Any] | None = None) -> SafeString | str:
        request: HttpRequest | None = (context or {}).get("request")
        showing = (context or {}).get("showing") or showing_of(request)
        try:
            shown = self._shown(showing, value)
            if shown is None:
                return ""
            return self._drawn(shown, showing, value, context, request)
        except Unavailable as why:
            return render_to_string("widgets/unavailable.html", {"widget": self, "value": value, "why": str(why)})
        except Exception as fault:
            log.exception("The widget %s broke.", self.name)
            user = getattr(request, "user", None)
            cause = f"{type(fault).__name__}: {fault}" if getattr(user, "is_staff", False) else ""
            return render_to_string("widgets/broken.html", {"widget": self, "value": value, "why": cause})

    def _drawn(
        self,
        shown: Any,
        showing: Showing,
        value: dict[str, Any],
        context: dict[str, Any] | None,
        request: HttpRequest | None,
    ) -> SafeString:
        customer = showing.viewer.customer
        return render_to_string(
            self.meta.template,
            {
                **_outer(context),
                "facts": shown,
                "value": value,
                "widget": self,
                "viewer": showing.viewer,
                "k": str(customer.public_id) if customer else "",
            },
            request=request,
        )

    def _shown(self, showing: Showing, value: dict[str, Any]) -> Any:
        viewer = showing.viewer
        invented = persona(viewer.reason) if is_persona(viewer) else None
        if invented is not None and self.module and not getattr(rules(Modules), self.module):
            raise Unavailable(_("This part of the portal is switched off, so nobody sees this block."))
        if not self.is_offered_to(viewer):
            if self.says_why and viewer.is_linked:
                raise Unavailable(_("This is not available to you for this customer."))
            return None
        return self.facts(showing, value) if invented is None else self.example(invented, value)


def showing_of(request: HttpRequest | None) -> Showing:
    """The showing that a request asks for; without a request nobody is reading."""
    if request is None:
        return Showing(STRANGER)
    page = request.GET.get(PAGE, "1")
    return Showing(
        getattr(request, "viewer", STRANGER), int(page) if page.isdecimal() and 0 < int(page) < 10_000 else 1
    )


def _outer(context: dict[str, Any] | None) -> dict[str, Any]:
    keep = ("page", "utility", "modules", "today")
    return {name: context[name] for name in keep if context and name in context}
