"""All customers of a person at one glance: what each owes, what is due next, which readings are awaited.

A manager may act for hundreds of customers with thousands of points; the number of statements does not grow with them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from portal.billing.models import CustomerAccount, OpenItem, ShareBalance, Transit, TransitPart
from portal.billing.queries import due_state
from portal.billing.transit_booking import unbooked_of_part
from portal.content.folding import fold
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed, Delegation
from portal.metering.queries import readings_due
from portal.moneyfield import GroszeField
from portal.utility.registers import in_any_case

ZERO = Decimal("0.00")
ON_A_PAGE = 25
IN_A_BATCH = 500
WORDS = 6  # of a question; more only cost time


@dataclass(frozen=True)
class Holding:
    """One customer of the portfolio, as far as its viewer may see it. None: not shown to this person."""

    public_id: UUID
    number: str
    name: str
    address: str
    role: str
    is_whole_customer: bool
    until: datetime | None
    balance: Decimal | None = None
    is_in_question: bool = False
    is_awaited: bool = False  # nothing of this customer's money has come from billing yet
    due_on: date | None = None
    due_amount: Decimal | None = None
    readings: int | None = None

    @property
    def state(self) -> str:
        """in_question, awaited, unknown, settled, underpaid or overpaid."""
        if self.is_in_question:
            return "in_question"
        if self.is_awaited:
            return "awaited"
        if self.balance is None:
            return "unknown"
        return "settled" if not self.balance else "underpaid" if self.balance > 0 else "overpaid"

    @property
    def absolute(self) -> Decimal:
        return abs(self.balance or ZERO)

    @property
    def due_state(self) -> str:
        """Of what is due next: overdue, soon or later; empty when nothing is."""
        return due_state(self.due_on) if self.due_amount else ""


@dataclass(frozen=True)
class Portfolio:
    """One page of it, and how much all that was found owes together; a customer in credit does not lower it."""

    holdings: tuple[Holding, ...]
    page: Page
    count: int
    owed: Decimal
    has_partial: bool
    shows_readings: bool


def portfolio(viewer: Viewer, *, asked: str = "", page: int = 1) -> Portfolio:
    """The customers of a person whose number, name or address holds what was asked, by name. Eight statements at most."""
    held = list(_held(viewer, asked))
    shown = Paginator(held, ON_A_PAGE).get_page(page)
    reached = access.reach(held, Deed.SEE_BALANCE)
    owed = _owed(access.wholly_within(CustomerAccount.objects.filter(is_in_question=False), reached), "balance")
    if reached.delegations:
        sums = _shares(reached).filter(is_disputed=False, share__gt=0)
        owed += sum((row["share"] for row in sums), ZERO)
    due = readings_due(shown.object_list)
    return Portfolio(
        holdings=tuple(_holdings(list(shown.object_list), due)),
        page=shown,
        count=len(held),
        owed=owed,
        has_partial=any(not delegation.is_whole_customer for delegation in held),
        shows_readings=due is not None,
    )


def every_holding(viewer: Viewer, asked: str = "") -> Iterator[Holding]:
    """All of it, for a file, some hundreds at a time."""
    held = list(_held(viewer, asked))
    for start in range(0, len(held), IN_A_BATCH):
        batch = held[start : start + IN_A_BATCH]
        yield from _holdings(batch, readings_due(batch))


def _held(viewer: Viewer, asked: str) -> QuerySet[Delegation]:
    held = access.open_delegations().filter(user_id=viewer.user_id or 0).select_related("customer")
    for word in asked.split()[:WORDS]:
        named = Q(customer__name_folded__contains=fold(word)) | Q(customer__number__startswith=word)
        held = held.filter(named | in_any_case("customer__street", word))
    return held.order_by("customer__name_folded", "customer__number", "pk")


def _owed(rows: QuerySet[Any], column: str) -> Decimal:
    total = rows.filter(**{f"{column}__gt": 0}).aggregate(total=Sum(column))["total"]
    return total or ZERO


def _shares(reached: access.Reach) -> Any:
    disputed = CustomerAccount.objects.filter(customer=OuterRef("customer"), is_in_question=True)
    rows = access.partly_within(ShareBalance.objects.all(), reached).annotate(is_disputed=Exists(disputed))
    return rows.values("customer", "is_disputed").annotate(share=Sum("balance")).order_by()


def _holdings(held: list[Delegation], due: dict[int, int] | None) -> Iterable[Holding]:
    reached = access.reach(held, Deed.SEE_BALANCE)
    balances: dict[int, tuple[Decimal, bool]] = {
        row["customer"]: (row["balance"], row["is_in_question"])
        for row in access.wholly_within(CustomerAccount.objects.all(), reached).values(
            "customer", "balance", "is_in_question"
        )
    }
    if reached.delegations:
        balances |= {row["customer"]: (row["share"], row["is_disputed"]) for row in _shares(reached)}
    next_due = _next_due(reached)
    return [_holding(delegation, balances, next_due, due) for delegation in held]


def _next_due(reached: access.Reach) -> dict[int, tuple[date, Decimal]]:
    """What is to be paid first, by customer: the earliest date with something that nobody has paid yet.

    Nothing of an invoice in another currency, which is settled at the office.
    """
    paid = TransitPart.objects.filter(item=OuterRef("pk"), transit__state=Transit.State.PAID)
    moving = Subquery(paid.order_by().values("item").annotate(sum=Sum(unbooked_of_part())).values("sum"))
    left = ExpressionWrapper(F("open_amount") - Coalesce(moving, 0), output_field=GroszeField())
    payable = OpenItem.objects.filter(Q(entry__invoice=None) | Q(entry__invoice__currency="PLN"))
    items = access.within(payable.filter(open_amount__gt=0, due_on__isnull=False), reached)
    rows: Any = (
        items.annotate(left=left)
        .filter(left__gt=0)
        .values_list("customer", "due_on", "left")
        .order_by("customer", "due_on")
    )
    found: dict[int, tuple[date, Decimal]] = {}
    for customer, day, left in rows:
        first, amount = found.get(customer, (day, ZERO))
        if day == first:
            found[customer] = (day, amount + left)
    return found


def _holding(
    delegation: Delegation,
    balances: dict[int, tuple[Decimal, bool]],
    next_due: dict[int, tuple[date, Decimal]],
    due: dict[int, int] | None,
) -> Holding:
    customer = delegation.customer
    sees = Deed.SEE_BALANCE in access.deeds_of(delegation)
    amount, is_in_question = balances.get(customer.pk, (None, False))
    day, left = next_due.get(customer.pk, (None, None)) if sees and not is_in_question else (None, None)
    return Holding(
        public_id=customer.public_id,
        number=customer.number,
        name=customer.name,
        address=customer.address,
        role=delegation.get_role_display(),
        is_whole_customer=delegation.is_whole_customer,
        until=delegation.ends_at,
        balance=amount if sees and not is_in_question else None,
        is_in_question=sees and is_in_question,
        is_awaited=sees and customer.pk not in balances,
        due_on=day,
        due_amount=left,
        readings=None if due is None else due.get(customer.pk, 0),
    )
