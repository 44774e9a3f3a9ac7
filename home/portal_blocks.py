"""What editors compose a portal page of: the widgets of every room, and text."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail import blocks

from home import navigation
from home.front_blocks import ICON_CHOICES
from home.notices.blocks import NoticesWidget
from home.roles import Role
from home.rules_block import RulesWidget
from portal.billing.blocks import (
    BalanceWidget,
    DocumentsWidget,
    DueWidget,
    OpenItemsWidget,
    PaymentsWidget,
    TransferWidget,
)
from portal.billing.card_blocks import HistoryWidget, ObjectCardsWidget
from portal.billing.e_invoice_blocks import EInvoiceWidget
from portal.billing.forecast_blocks import ForecastWidget
from portal.cases.blocks import CasesWidget, InboxWidget, OutagesWidget
from portal.content.blocks import text_blocks
from portal.customers import services
from portal.customers.models import Contract, Deed
from portal.customers.queries import ContractLine, KnownData, contracts, known_data
from portal.metering.blocks import ConsumptionWidget, MetersWidget, SubmitReadingWidget
from portal.waste.blocks import NextPickupWidget, WastePointsWidget
from portal.widgets import Persona, Showing, Widget, is_persona


class ContractWidget(Widget):
    """The contracts: date, number, services, places, how bills come."""

    deed = Deed.SEE_CONTRACT
    statements = 2

    class Meta:
        icon = "doc-full"
        label = gettext_lazy("Contract")
        group = gettext_lazy("Customer")
        template = "widgets/contract.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> tuple[ContractLine, ...]:
        return contracts(showing.viewer)

    def example(self, persona: Persona, value: dict[str, Any]) -> tuple[ContractLine, ...]:
        return (
            ContractLine(
                number="U/1024/2019",
                signed_on=date(2019, 3, 18),
                services_in_words=services.in_words(["water", "sewage"]),
                billing_period_months=2,
                delivery=str(Contract.EInvoice.ON.label),
                tariff_group="G1",
                ends_on=None,
                places=(persona.address.split(",")[0],),
                more_places=23 if persona.kind == "community" and persona.is_whole_customer else 0,
            ),
        )


class KnownDataWidget(Widget):
    """What the office knows about the customer, so that mistakes are seen."""

    deed = Deed.SEE_CONTRACT

    class Meta:
        icon = "user"
        label = gettext_lazy("Customer's data")
        group = gettext_lazy("Customer")
        template = "widgets/known_data.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> KnownData | None:
        return known_data(showing.viewer)

    def example(self, persona: Persona, value: dict[str, Any]) -> KnownData | None:
        if not persona.is_whole_customer:
            return None
        return KnownData(persona.name, persona.number, persona.address, persona.nip, "adres@example.pl", "600 000 000")


class ActionBlock(blocks.StructBlock):
    """One thing to do: to the page with a role, or to an address."""

    icon = blocks.ChoiceBlock(label=gettext_lazy("icon"), choices=ICON_CHOICES, default="drop")
    label = blocks.CharBlock(label=gettext_lazy("words of the button"), max_length=60)
    role = blocks.ChoiceBlock(
        label=gettext_lazy("leads to the page with the role"), choices=Role.choices, required=False
    )
    address = blocks.CharBlock(
        label=gettext_lazy("or to the address"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("For example /platnosci/ or tel:994."),
    )

    class Meta:
        icon = "link"
        label = pgettext_lazy("a button", "Action")

    def clean(self, value: dict[str, Any]) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean(value)
        address = cleaned.get("address", "")
        if not cleaned.get("role") and not address:
            raise blocks.StructBlockValidationError(block_errors={"role": ValidationError(_("Say where this leads."))})
        if address and not address.startswith(("/", "https://", "tel:", "mailto:")):
            wrong = ValidationError(_("Begin the address with /, https://, tel: or mailto:."))
            raise blocks.StructBlockValidationError(block_errors={"address": wrong})
        return cleaned


@dataclass(frozen=True)
class Action:
    icon: str
    label: str
    url: str


class ActionsWidget(Widget):
    """The things people come for, each one press away; what leads nowhere is left out."""

    statements = 0
    actions = blocks.ListBlock(ActionBlock(), label=gettext_lazy("actions"), min_num=1, max_num=6)

    class Meta:
        icon = "link"
        label = gettext_lazy("Quick actions")
        group = gettext_lazy("News and text")
        template = "widgets/actions.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> tuple[Action, ...] | None:
        customer = showing.viewer.customer
        asks = f"?k={customer.public_id}" if customer and not is_persona(showing.viewer) else ""
        found = []
        for action in value["actions"]:
            page = navigation.role_url(action["role"]) if action["role"] else ""
            url = f"{page}{asks}" if page else action["address"]
            if url:
                found.append(Action(action["icon"], action["label"], url))
        return tuple(found) or None

    def example(self, persona: Persona, value: dict[str, Any]) -> tuple[Action, ...]:
        return tuple(Action(action["icon"], action["label"], "") for action in value["actions"])


class TextWidget(Widget):
    """Words of the editors' own."""

    statements = 0
    body = blocks.StreamBlock(text_blocks(), label=gettext_lazy("text"))

    class Meta:
        icon = "pilcrow"
        label = gettext_lazy("Text")
        group = gettext_lazy("News and text")
        template = "widgets/text.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> Any:
        return value["body"]

    def example(self, persona: Persona, value: dict[str, Any]) -> Any:
        return value["body"]


def portal_blocks() -> list[tuple[str, Widget]]:
    """Every widget under the name that stored pages know it by; a name once used is never given to another."""
    return [
        ("due", DueWidget()),
        ("open_items", OpenItemsWidget()),
        ("balance", BalanceWidget()),
        ("documents", DocumentsWidget()),
        ("payments", PaymentsWidget()),
        ("history", HistoryWidget()),
        ("object_cards", ObjectCardsWidget()),
        ("transfer", TransferWidget()),
        ("e_invoice", EInvoiceWidget()),
        ("forecast", ForecastWidget()),
        ("meters", MetersWidget()),
        ("submit_reading", SubmitReadingWidget()),
        ("consumption", ConsumptionWidget()),
        ("waste_next", NextPickupWidget()),
        ("waste_points", WastePointsWidget()),
        ("inbox", InboxWidget()),
        ("cases", CasesWidget()),
        ("outages", OutagesWidget()),
        ("contract", ContractWidget()),
        ("known_data", KnownDataWidget()),
        ("notices", NoticesWidget()),
        ("actions", ActionsWidget()),
        ("text", TextWidget()),
        ("rules", RulesWidget()),
    ]
