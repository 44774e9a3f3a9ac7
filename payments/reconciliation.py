"""Where every received grosz lies: one line for each payment of some days, and their totals, for the accountant."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TextIO

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from payments import payouts
from payments.models import Payment, PayoutLine
from portal import clock, money
from portal.billing.models import Transit, TransitBooking
from portal.desk.actions import close_about, open_task
from portal.moneyfield import GroszeField

ZERO = Decimal("0.00")
DIFFERS = "reconciliation_differs"
LOOKED_AT = 31  # days


@dataclass(frozen=True)
class Lies:
    """Received, and what became of it; `difference` is what lies nowhere, and should be nothing."""

    received: Decimal = ZERO
    fee: Decimal = ZERO
    refunded: Decimal = ZERO
    charged_back: Decimal = ZERO
    held: Decimal = ZERO
    booked: Decimal = ZERO
    in_transit: Decimal = ZERO
    payers_fee: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        gone = self.refunded + self.charged_back
        return self.received - gone - self.held - self.booked - self.in_transit - self.payers_fee

    def __add__(self, other: "Lies") -> "Lies":
        return Lies(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def cells(self) -> list[str]:
        return [money.amount(getattr(self, one.name)) for one in fields(self)] + [money.amount(self.difference)]


def where_it_lies(payment: Payment, booked: Decimal) -> Lies:
    """`booked` is what the ledger holds now of the payment's transit."""
    rest = payment.left
    seen = {
        "received": payment.received or ZERO,
        "fee": payment.fee or ZERO,
        "refunded": Decimal(payment.refunded),
        "charged_back": Decimal(payment.charged_back),
    }
    if payment.is_held_for_clerk:
        return Lies(**seen, held=rest)
    fee = min(rest, Decimal(payment.payers_fee))  # it goes back last
    in_ledger = min(rest - fee, booked)
    is_moving = payment.transit.state == Transit.State.PAID
    in_transit = rest - fee - in_ledger if is_moving else ZERO
    return Lies(**seen, booked=in_ledger, in_transit=in_transit, payers_fee=fee)


def paid_between(first: date, last: date) -> Iterator[tuple[Payment, Lies]]:
    """Payments whose money came on these days, the oldest first, with the payout that brought it. Three statements.

    A payout that came back brought nothing: its payments' money is at the bank by whichever later one sent it again.
    """
    instead = payouts.at_the_bank_by()
    not_there = [number for number, later in instead.items() if later is None]
    bookings = TransitBooking.objects.filter(transit=OuterRef("transit"), entry__is_current=True)
    charges = PayoutLine.objects.filter(payment=OuterRef("pk"), kind=PayoutLine.Kind.CHARGE).exclude(
        payout__in=not_there
    )
    came = (
        Payment.objects.filter(
            succeeded_at__gte=clock.at(first, 0), succeeded_at__lt=clock.at(last + timedelta(days=1), 0)
        )
        .select_related("customer", "transit")
        .annotate(
            booked_of_it=_sum(bookings, "transit"),
            sent_of_it=_sum(charges, "payment"),
            payout_key=Subquery(charges.order_by("pk").values("payout")[:1]),
            payout_number=Subquery(charges.order_by("pk").values("payout__payout_id")[:1]),
            payout_on=Subquery(charges.order_by("pk").values("payout__sent_on")[:1]),
        )
        .order_by("succeeded_at", "pk")
    )
    for payment in came:
        if later := instead.get(payment.payout_key or 0):
            payment.payout_number, payment.payout_on = later.payout_id, later.sent_on
        yield payment, where_it_lies(payment, payment.booked_of_it or ZERO)


def _sum(rows: QuerySet[Any], by: str) -> Subquery:
    """Each in a question of its own: joined together, bookings and payouts would multiply each other."""
    return Subquery(
        rows.order_by().values(by).annotate(total=Sum("amount")).values("total"), output_field=GroszeField()
    )


# By days


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came by one gateway in one currency, where it lies now, and how much of it is at the bank."""

    gateway: str
    currency: str
    payments: int = 0
    lies: Lies = Lies()
    sent: Decimal = ZERO

    @property
    def to_come(self) -> Decimal:
        """What came and no payout holds yet; the gateway's fee is no part of it."""
        return self.lies.received - self.sent


@dataclass(frozen=True, kw_only=True)
class Day(Came):
    """What came on one day."""

    on: date


def by_day(first: date, last: date) -> list[Day]:
    """The newest first. Three statements."""
    days: dict[tuple[date, str, str], tuple[int, Lies, Decimal]] = {}
    for payment, lies in paid_between(first, last):
        if payment.succeeded_at is None:
            continue
        key = payment.succeeded_at.astimezone(clock.WARSAW).date(), payment.gateway, payment.received_currency
        count, so_far, sent = days.get(key, (0, Lies(), ZERO))
        days[key] = count + 1, so_far + lies, sent + (payment.sent_of_it or ZERO)  # type: ignore[attr-defined]  # annotated in paid_between
    newest_first = sorted(days.items(), key=lambda one: (-one[0][0].toordinal(), one[0][1:]))
    return [
        Day(on=on, gateway=gateway, currency=currency, payments=count, lies=lies, sent=sent)
        for (on, gateway, currency), (count, lies, sent) in newest_first
    ]


def together(days: Iterable[Day]) -> list[Came]:
    """All of some days, for each gateway and currency."""
    sums: dict[tuple[str, str], Came] = {}
    for day in days:
        key = day.gateway, day.currency
        so_far = sums.get(key, Came(gateway=day.gateway, currency=day.currency))
        sums[key] = replace(
            so_far,
            payments=so_far.payments + day.payments,
            lies=so_far.lies + day.lies,
            sent=so_far.sent + day.sent,
        )
    return [sums[key] for key in sorted(sums)]


def look_at_the_days() -> None:
    """A day on which a grosz lies nowhere is a clerk's task, until it agrees."""
    today = clock.today()
    for day in by_day(today - timedelta(days=LOOKED_AT), today):
        about = f"day:{day.on}:{day.gateway}:{day.currency}"
        if not day.lies.difference:
            close_about(DIFFERS, about, outcome=_("The amounts agree."))
            continue
        open_task(
            DIFFERS,
            about=about,
            title=_("Online payments of %(day)s do not add up") % {"day": f"{day.on:%d.%m.%Y}"},
            body=_("%(gateway)s: %(amount)s %(currency)s lie nowhere. The report of that day names the payment.")
            % {"gateway": day.gateway, "amount": money.amount(day.lies.difference), "currency": day.currency},
        )


# The accountant's file


def write_csv(out: TextIO, first: date, last: date) -> None:
    """Amounts with a comma, and a line of totals for each gateway and currency."""
    rows = csv.writer(out, delimiter=";")
    rows.writerow(_heading())
    totals: dict[tuple[str, str], Lies] = {}
    for payment, lies in paid_between(first, last):
        key = payment.gateway, payment.received_currency
        totals[key] = totals.get(key, Lies()) + lies
        when = payment.succeeded_at.astimezone(clock.WARSAW) if payment.succeeded_at else None
        rows.writerow(
            [
                f"{when:%Y-%m-%d %H:%M}" if when else "",
                payment.transit.reference,
                payment.customer.number,
                payment.gateway,
                payment.gateway_payment_id,
                payment.method,
                payment.received_currency,
                *lies.cells(),
                *_payout_cells(payment),
            ]
        )
    for (gateway, currency), lies in sorted(totals.items()):
        rows.writerow([_("together"), "", "", gateway, "", "", currency, *lies.cells(), "", ""])


def _payout_cells(payment: Any) -> list[str]:
    """As annotated in paid_between."""
    return [payment.payout_number or "", f"{payment.payout_on:%Y-%m-%d}" if payment.payout_on else ""]


def _heading() -> list[str]:
    return [
        _("Paid"),
        _("Reference"),
        _("Customer number"),
        _("Gateway"),
        _("Gateway's number"),
        _("Method"),
        _("Currency"),
        _("Received"),
        _("Gateway's fee"),
        _("Refunded"),
        _("Charged back"),
        _("Held for a clerk"),
        _("Booked"),
        _("Being booked"),
        _("Fee borne by the payer"),
        _("Difference"),
        _("Payout"),
        _("Paid out on"),
    ]
