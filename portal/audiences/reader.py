"""What is known of one reader, each fact asked when a condition first needs it; and the rows that a set is asked of."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from portal import clock
from portal.billing.models import CustomerAccount, OpenItem, Transit, TransitPart
from portal.billing.transit import unbooked_of_part
from portal.content.folding import fold
from portal.customers.access import Viewer
from portal.customers.models import Contract, Customer, Delegation, ServicePoint
from portal.moneyfield import GroszeField
from portal.widgets import Persona

# Those who answer for a customer's money as a whole: a proxy and a manager of some points are not told of debts.
ANSWER_FOR_MONEY = (Delegation.Role.OWNER, Delegation.Role.MANAGER)
SHORT_FORMS = {"ulica": "ul", "aleja": "al", "aleje": "al", "plac": "pl", "osiedle": "os"}


def street_key(written: str) -> str:
    """How streets are compared: “ul. Lipowa”, “Lipowa” and “ulica LIPOWA” are one, “al. Lipowa” is another."""
    words = [SHORT_FORMS.get(word, word) for word in fold(written).split()]
    return " ".join(words[1:] if len(words) > 1 and words[0] == "ul" else words)


def running_contracts() -> QuerySet[Contract]:
    return Contract.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()))


def overdue_items() -> QuerySet[Any]:
    """What is overdue and not on its way, as `left`; nothing of a customer whose figures are in question."""
    on_its_way = Q(transit__state=Transit.State.PAID) | Q(
        transit__state=Transit.State.HELD, transit__held_until__gt=clock.now()
    )
    moving = TransitPart.objects.filter(on_its_way, item=OuterRef("pk")).order_by().values("item")
    left = F("open_amount") - Coalesce(Subquery(moving.annotate(total=Sum(unbooked_of_part())).values("total")), 0)
    disputed = CustomerAccount.objects.filter(customer=OuterRef("customer"), is_in_question=True)
    return (
        OpenItem.objects.filter(~Exists(disputed), open_amount__gt=0, due_on__lt=clock.today())
        .annotate(left=ExpressionWrapper(left, output_field=GroszeField()))
        .filter(left__gt=0)
    )


# ---------------------------------------------------------------------------------------------------------- one reader


@dataclass(frozen=True)
class Place:
    street: str
    postcode: str
    city: str


@dataclass(frozen=True)
class Debt:
    due_on: date
    left: Decimal


@dataclass
class Reader:
    """A person who acts for a customer. `only_of` is the delegation whose points alone are his; None: all are."""

    customer: int
    kind: str
    services: tuple[str, ...]
    is_closed: bool = False
    only_of: int | None = None
    answers_for_money: bool = True

    @cached_property
    def _rows(self) -> list[tuple[str, date | None, str | None, bool | None, str | None, str | None]]:
        """Contracts with their points: one statement."""
        held = Contract.objects.filter(customer=self.customer)
        if self.only_of is not None:
            held = held.filter(points__delegations=self.only_of)
        point = ("points__street", "points__is_closed", "points__postcode", "points__city")
        return list(held.order_by().values_list("e_invoice", "ends_on", *point).distinct())

    @property
    def places(self) -> set[Place]:
        return {
            Place(street, postcode or "", city or "")
            for _delivery, _ends, street, is_closed, postcode, city in self._rows
            if street is not None and not is_closed
        }

    @property
    def deliveries(self) -> set[str]:
        """How the bills of the contracts that run come: codes of Contract.EInvoice."""
        today = clock.today()
        return {delivery for delivery, ends, *_point in self._rows if ends is None or ends >= today}

    @cached_property
    def debts(self) -> tuple[Debt, ...]:
        """What is overdue: one statement."""
        if not self.answers_for_money:
            return ()
        items = overdue_items().filter(customer=self.customer).values_list("due_on", "left")
        return tuple(Debt(due_on, left) for due_on, left in items)


class InventedReader(Reader):
    """A persona of a preview: one place, paper bills, nothing owed."""

    def __init__(self, persona: Persona) -> None:
        street, _comma, town = persona.address.partition(", ")
        postcode, _space, city = town.partition(" ")
        self.place = Place(re.sub(r"\s+\d+\w*$", "", street), postcode, city)
        super().__init__(customer=-1, kind=persona.kind, services=("water", "sewage"))

    @property
    def places(self) -> set[Place]:
        return {self.place}

    @property
    def deliveries(self) -> set[str]:
        return {Contract.EInvoice.NONE}

    @cached_property
    def debts(self) -> tuple[Debt, ...]:
        return ()


def reader_of(viewer: Viewer) -> Reader | None:
    """None when the viewer acts for nobody. No statement yet."""
    customer = viewer.customer
    if customer is None:
        return None
    money = viewer.role in (*ANSWER_FOR_MONEY, "staff") and viewer.is_whole_customer
    only_of = None if viewer.is_whole_customer else viewer.delegation_id
    return Reader(customer.pk, customer.kind, customer.services, customer.is_closed, only_of, money)


def reader_of_customer(customer: Customer) -> Reader:
    """The customer itself, whoever acts for it."""
    return Reader(customer.pk, customer.kind, tuple(customer.services), customer.is_closed)


# ----------------------------------------------------------------------------------------------------------- many rows


@dataclass(frozen=True)
class Rows:
    """Of whom a set is asked: customers, or the delegations of those who read for them.

    `customer` is the customer's key as a sub-query meets it from such a row.
    """

    customer: str
    are_delegations: bool

    def of_customer(self, customers: QuerySet[Customer]) -> Q:
        return Q(Exists(customers.filter(pk=OuterRef(self.customer))))

    def with_point(self, points: QuerySet[ServicePoint]) -> Q:
        """Who has such a point; a manager of some points only through his own."""
        points = points.filter(customer=OuterRef(self.customer))
        return self._own(Exists(points), lambda: Exists(points.filter(delegations=OuterRef("pk"))))

    def with_contract(self, contracts: QuerySet[Contract]) -> Q:
        """Who has such a contract; a manager of some points only one that one of his points is under."""
        contracts = contracts.filter(customer=OuterRef(self.customer))
        return self._own(Exists(contracts), lambda: Exists(contracts.filter(points__delegations=OuterRef("pk"))))

    def who_answer_for(self, items: QuerySet[Any]) -> Q:
        """Who has such open items and answers for the customer's money."""
        found = Q(Exists(items.filter(customer=OuterRef(self.customer))))
        return found & Q(is_whole_customer=True, role__in=ANSWER_FOR_MONEY) if self.are_delegations else found

    def _own(self, of_all: Exists, of_some: Callable[[], Exists]) -> Q:
        if not self.are_delegations:
            return Q(of_all)
        return Q(is_whole_customer=True) & Q(of_all) | Q(is_whole_customer=False) & Q(of_some())


CUSTOMERS = Rows(customer="pk", are_delegations=False)
READERS = Rows(customer="customer", are_delegations=True)
