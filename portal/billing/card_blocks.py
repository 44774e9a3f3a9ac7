"""Widgets of what one has: the cards of the objects, and the last months of the financial history."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal import clock
from portal.billing import examples
from portal.billing.history import Asked, History, Month, latest_months
from portal.billing.queries import balance
from portal.customers import services
from portal.customers.models import Deed
from portal.widgets import Persona, Showing, Widget


@dataclass(frozen=True)
class ObjectLine:
    """An object of the customer; `balance` is None where it is not shown."""

    code: str
    words: str
    name: str
    number: str
    address: str
    balance: Decimal | None = None


class ObjectCardsWidget(Widget):
    """The objects that the customer has, each with its balance and the way to its card."""

    deed = Deed.SEE_CONTRACT

    class Meta:
        icon = "list-ul"
        label = _("Object cards")
        group = _("Customer")
        template = "widgets/object_cards.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> tuple[ObjectLine, ...] | None:
        customer = showing.viewer.customer
        if customer is None:
            return None
        stands = showing.ask(balance)
        is_told = stands is not None and not stands.is_in_question
        return tuple(
            ObjectLine(
                code,
                services.in_words(services.OBJECTS[code]),
                customer.name,
                customer.number,
                customer.address,
                stands.of_object(code) if stands is not None and is_told else None,
            )
            for code in services.objects_of(customer.services)
        )

    def example(self, persona: Persona, value: dict[str, Any]) -> tuple[ObjectLine, ...]:
        stands = examples.balance(persona)
        words = services.in_words(services.OBJECTS["water"])
        return (ObjectLine("water", words, persona.name, persona.number, persona.address, stands.of_object("water")),)


class HistoryWidget(Widget):
    """The last months in which something was booked, and the way to all of them."""

    deed = Deed.SEE_BALANCE
    statements = 2

    count = blocks.IntegerBlock(label=_("how many months"), default=3, min_value=1, max_value=12)

    class Meta:
        icon = "history"
        label = _("Financial history")
        group = _("Money")
        template = "widgets/history.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> History:
        return latest_months(showing.viewer, showing.ask(balance))

    def example(self, persona: Persona, value: dict[str, Any]) -> History:
        figures = examples.balance(persona).amount
        first = clock.today().replace(day=1)
        month = Month(first, figures, Decimal("0.00"), Decimal("0.00"), 1)
        return History(Asked(), (first.year,), (month,), is_partial=not persona.is_whole_customer)
