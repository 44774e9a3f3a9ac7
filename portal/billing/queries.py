"""What a person owes, has paid and has been sent: questions about money, each with its number of statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, ExpressionWrapper, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.billing.models import (
    CustomerAccount,
    EntryShare,
    LedgerEntry,
    OpenItem,
    ShareBalance,
    Transit,
    TransitBooking,
)
from portal.billing.rules import BillingRules
from portal.billing.transit_booking import unbooked_of_part
from portal.customers import access, services
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.moneyfield import GroszeField
from portal.utility.rulebook import rules

ZERO = Decimal("0.00")


# ------------------------------------------------------------------------------------------------------------- balance


@dataclass(frozen=True)
class BalancePart:
    """What of the balance falls on one contract and service; without a contract it is the unattributed rest."""

    contract: str
    service: str
    amount: Decimal

    @property
    def service_in_words(self) -> str:
        return services.in_words([self.service])


@dataclass(frozen=True)
class ObjectBalance:
    """What of the balance falls on one object: water with its sewage, or waste; an empty code is the rest."""

    code: str
    amount: Decimal

    @property
    def words(self) -> str:
        return services.in_words(services.OBJECTS.get(self.code, ()))


@dataclass(frozen=True)
class Balance:
    """Positive: the customer owes. The parts and the unattributed rest always add up to the whole."""

    amount: Decimal
    as_of: datetime | None
    unallocated_credit: Decimal = ZERO
    in_transit: Decimal = ZERO
    in_transit_since: datetime | None = None
    parts: tuple[BalancePart, ...] = ()
    is_partial: bool = False
    is_in_question: bool = False

    @property
    def state(self) -> str:
        """in_question, settled, underpaid (niedopłata) or overpaid (nadpłata)."""
        if self.is_in_question:
            return "in_question"
        if self.amount == 0:
            return "settled"
        return "underpaid" if self.amount > 0 else "overpaid"

    @property
    def absolute(self) -> Decimal:
        return abs(self.amount)

    @property
    def objects(self) -> tuple[ObjectBalance, ...]:
        """The balance by object, water first; together they are the balance."""
        sums: dict[str, Decimal] = {}
        for part in self.parts:
            code = services.object_of(part.service) if part.contract else ""
            sums[code] = sums.get(code, ZERO) + part.amount
        return tuple(ObjectBalance(code, sums[code]) for code in (*services.OBJECTS, "") if code in sums)

    def of_object(self, code: str) -> Decimal:
        return next((each.amount for each in self.objects if each.code == code), ZERO)


def balance(viewer: Viewer) -> Balance | None:
    """The balance as of the last import; to a partial manager the shares of his points. One statement.

    None when there is nothing to tell. While the figures disagree the amounts are withheld.
    """
    if viewer.customer is None or not access.may(viewer, Deed.SEE_BALANCE):
        return None
    rows = list(_share_rows(viewer) if viewer.is_partial else _account_rows(viewer))
    if not rows:
        return None
    first = rows[0]
    transit = {"in_transit": first["moving"] or ZERO, "in_transit_since": first["moving_since"]}
    as_of = first.get("stated_at", viewer.customer.as_of)
    if first["is_disputed"]:
        return Balance(ZERO, as_of, **transit, is_partial=viewer.is_partial, is_in_question=True)
    parts = [
        BalancePart(row["of_contract"] or "", row["of_service"] or "", row["share"])
        for row in rows
        if row["share"] is not None
    ]
    return Balance(
        amount=sum((part.amount for part in parts), ZERO) if viewer.is_partial else first["whole"],
        as_of=as_of,
        unallocated_credit=first.get("credit") or ZERO,
        **transit,
        parts=tuple(
            sorted((part for part in parts if part.amount), key=lambda part: (not part.contract, part.contract))
        ),
        is_partial=viewer.is_partial,
    )


def _account_rows(viewer: Viewer) -> Any:
    share = "customer__share_balances__"
    return (
        access.visible(CustomerAccount.objects.all(), viewer, Deed.SEE_BALANCE)
        .annotate(
            moving=_moving(Sum("left"), viewer),
            moving_since=_moving(Max("paid_at"), viewer),
            whole=F("balance"),
            credit=F("unallocated_credit"),
            stated_at=F("as_of"),
            is_disputed=F("is_in_question"),
            of_contract=F(f"{share}contract__number"),
            of_service=F(f"{share}service"),
        )
        .values("moving", "moving_since", "whole", "credit", "stated_at", "is_disputed", "of_contract", "of_service")
        .annotate(share=Sum(f"{share}balance"))
        .order_by("of_contract", "of_service")
    )


def _share_rows(viewer: Viewer) -> Any:
    return (
        access.visible(ShareBalance.objects.all(), viewer, Deed.SEE_BALANCE)
        .annotate(
            moving=_moving(Sum("left"), viewer),
            moving_since=_moving(Max("paid_at"), viewer),
            is_disputed=is_disputed(),
            of_contract=F("contract__number"),
            of_service=F("service"),
        )
        .values("moving", "moving_since", "is_disputed", "of_contract", "of_service")
        .annotate(share=Sum("balance"))
        .order_by("of_contract", "of_service")
    )


def _moving(figure: Sum | Max, viewer: Viewer) -> Subquery:
    """Of the money that is paid and not booked yet."""
    return Subquery(paid_transit(viewer).order_by().values("customer").annotate(figure=figure).values("figure"))


def paid_transit(viewer: Viewer) -> QuerySet[Transit]:
    """Money on its way, with what is `left` of it: the billing system may book one payment by several entries."""
    booked = TransitBooking.objects.filter(transit=OuterRef("pk"), entry__is_current=True)
    total = Subquery(booked.order_by().values("transit").annotate(total=Sum("amount")).values("total"))
    left = ExpressionWrapper(F("amount") - Coalesce(total, 0), output_field=GroszeField())
    paid = Transit.objects.filter(state=Transit.State.PAID).annotate(left=left)
    return access.visible(paid, viewer, Deed.SEE_BALANCE)


def is_disputed() -> Exists:
    """Of rows with a customer: whether that customer's figures are withheld."""
    return Exists(CustomerAccount.objects.filter(customer=OuterRef("customer"), is_in_question=True))


# ---------------------------------------------------------------------------------------------------------- open items


CHARGES = {
    LedgerEntry.ChargeKind.INTEREST_NOTE: _("interest note"),
    LedgerEntry.ChargeKind.DEBIT_NOTE: _("debit note"),
    LedgerEntry.ChargeKind.OTHER_SALE: _("other sale"),
}


@dataclass(frozen=True)
class OpenCharge:
    """One open item as its payer meets it. `payable` is what is open less what is on its way or being paid now."""

    public_id: UUID
    number: str
    title: str
    amount: Decimal
    open_amount: Decimal
    due_on: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    invoice_id: UUID | None = None
    in_transit: Decimal = ZERO
    paid_at: datetime | None = None
    channel: str = ""
    held: Decimal = ZERO
    held_until: datetime | None = None
    ksef_number: str = ""
    currency: str = "PLN"  # of its invoice; the open amount is in złoty all the same

    @property
    def payable(self) -> Decimal:
        """Nothing of an invoice in another currency: what is owed of it is settled at the office."""
        if self.currency != "PLN":
            return ZERO
        return max(ZERO, self.open_amount - self.in_transit - self.held)

    @property
    def days(self) -> int | None:
        """To the due date; negative when it has passed."""
        return (self.due_on - clock.today()).days if self.due_on else None

    @property
    def state(self) -> str:
        """in_transit, foreign (never payable here), held, overdue, soon or later."""
        if self.in_transit >= self.open_amount:
            return "in_transit"
        if self.currency != "PLN":
            return "foreign"
        if self.held and not self.payable:
            return "held"
        return due_state(self.due_on)


def due_state(due_on: date | None) -> str:
    """How near a due date is, by the utility's rule: overdue, soon or later."""
    if due_on is None:
        return "later"
    days = (due_on - clock.today()).days
    if days < 0:
        return "overdue"
    return "soon" if days <= rules(BillingRules).due_soon_days else "later"


@dataclass(frozen=True)
class OpenCharges:
    """All that is open, the most urgent first. Nothing may be paid while the figures are in question."""

    items: tuple[OpenCharge, ...] = ()
    is_in_question: bool = False

    @property
    def payable(self) -> Decimal:
        return sum((item.payable for item in self.items), ZERO)

    @property
    def in_transit(self) -> Decimal:
        return sum((item.in_transit for item in self.items), ZERO)

    @property
    def to_pay(self) -> tuple[OpenCharge, ...]:
        return tuple(item for item in self.items if item.payable > 0)

    @property
    def overdue(self) -> Decimal:
        """What can be paid of charges whose date has passed."""
        return sum((item.payable for item in self.items if item.state == "overdue"), ZERO)

    @property
    def next_due(self) -> OpenCharge | None:
        return min((item for item in self.to_pay if item.due_on), key=lambda item: str(item.due_on), default=None)


def open_items(viewer: Viewer, deed: str = Deed.SEE_BALANCE) -> OpenCharges:
    """The charges still open, with what is on its way for each; nothing is kept back or rounded. One statement."""
    part = "transit_parts__transit__"
    paid = Q(**{f"{part}state": Transit.State.PAID})
    held = Q(**{f"{part}state": Transit.State.HELD, f"{part}held_until__gt": clock.now()})
    rows = (
        access.visible(OpenItem.objects.filter(open_amount__gt=0), viewer, deed)
        .annotate(is_disputed=is_disputed())
        .values("public_id", "amount", "open_amount", "due_on", "is_disputed")
        .annotate(
            number=F("entry__document_number"),
            charge_kind=F("entry__charge_kind"),
            service=F("entry__invoice__service"),
            invoice_id=F("entry__invoice__public_id"),
            period_from=F("entry__invoice__period_from"),
            period_to=F("entry__invoice__period_to"),
            currency=F("entry__invoice__currency"),
            ksef_number=F("entry__invoice__ksef_number"),
            in_transit=Sum(unbooked_of_part("transit_parts__"), filter=paid),
            paid_at=Max(f"{part}paid_at", filter=paid),
            channel=Max(f"{part}channel", filter=paid),
            held=Sum("transit_parts__amount", filter=held),
            held_until=Max(f"{part}held_until", filter=held),
        )
        .order_by(F("due_on").asc(nulls_last=True), "public_id")
    )
    found = list(rows)
    return OpenCharges(tuple(_open_charge(row) for row in found), any(row["is_disputed"] for row in found))


def _open_charge(row: Mapping[str, Any]) -> OpenCharge:
    return OpenCharge(
        public_id=row["public_id"],
        number=row["number"],
        title=charge_title(row["charge_kind"], row["service"] or ""),
        amount=row["amount"],
        open_amount=row["open_amount"],
        due_on=row["due_on"],
        period_from=row["period_from"],
        period_to=row["period_to"],
        invoice_id=row["invoice_id"],
        in_transit=row["in_transit"] or ZERO,
        paid_at=row["paid_at"],
        channel=row["channel"] or "",
        held=row["held"] or ZERO,
        held_until=row["held_until"],
        currency=row["currency"] or "PLN",
        ksef_number=row["ksef_number"] or "",
    )


def charge_title(charge_kind: str, service: str) -> str:
    """“water and sewage” of an invoice, “interest note” of a note."""
    named = CHARGES.get(LedgerEntry.ChargeKind(charge_kind)) if charge_kind else None
    return str(named or services.in_words(service.split(",")))


def own_share(viewer: Viewer) -> F | Subquery:
    """The amount of a ledger entry; to a partial manager only what falls on his points."""
    points = access.own_points(viewer)
    if points is None:
        return F("amount")
    shares = EntryShare.objects.filter(entry=OuterRef("pk"), point__in=points)
    return Subquery(shares.order_by().values("entry").annotate(own=Sum("amount")).values("own"))
