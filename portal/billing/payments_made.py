"""What a person has paid: what the billing system has booked, and what is on its way there."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal import clock
from portal.billing.models import LedgerEntry
from portal.billing.queries import ZERO, is_disputed, own_share, paid_transit
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed


@dataclass(frozen=True)
class PaymentLine:
    """Money that came in (positive) or went back (negative)."""

    on: date
    amount: Decimal
    channel: str
    state: str  # booked, in_transit or refund


@dataclass(frozen=True)
class Payments:
    """While figures are in question only what is being booked is told: that is ours to know."""

    lines: tuple[PaymentLine, ...] = ()
    page: int = 1
    has_more: bool = False
    is_partial: bool = False
    is_in_question: bool = False


def payments(viewer: Viewer, *, limit: int = 10, page: int = 1) -> Payments:
    """Payments booked, the newest first, with those being booked before them. Two statements.

    A partial manager meets the shares of his points.
    """
    kinds = [LedgerEntry.Kind.PAYMENT, LedgerEntry.Kind.REFUND]
    booked = access.visible(LedgerEntry.objects.filter(kind__in=kinds, is_current=True), viewer, Deed.SEE_BALANCE)
    start = (page - 1) * limit
    rows = list(
        booked.annotate(own=own_share(viewer), is_disputed=is_disputed())
        .order_by("-booked_on", "-pk")
        .values("booked_on", "own", "channel", "kind", "is_disputed")[start : start + limit + 1]
    )
    if any(row["is_disputed"] for row in rows):
        return Payments(tuple(_on_their_way(viewer)), is_partial=viewer.is_partial, is_in_question=True)
    lines = [
        PaymentLine(
            on=row["booked_on"],
            amount=-(row["own"] or ZERO),
            channel=row["channel"],
            state="refund" if row["kind"] == LedgerEntry.Kind.REFUND else "booked",
        )
        for row in rows[:limit]
    ]
    if page == 1:
        lines = [*_on_their_way(viewer), *lines]
    return Payments(tuple(lines), page, len(rows) > limit, viewer.is_partial)


def _on_their_way(viewer: Viewer) -> list[PaymentLine]:
    return [
        PaymentLine(
            on=row.paid_at.astimezone(clock.WARSAW).date() if row.paid_at else clock.today(),
            amount=row.left,  # type: ignore[attr-defined]  # annotated in paid_transit
            channel=row.channel,
            state="in_transit",
        )
        for row in paid_transit(viewer).order_by("-paid_at")
    ]
