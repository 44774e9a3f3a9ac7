"""Where every received grosz lies: one line for each payment of some days, and their totals, for the accountant."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import TextIO

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from payments.models import Payment
from portal import clock, money
from portal.billing.models import Transit

ZERO = Decimal("0.00")


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

    @property
    def difference(self) -> Decimal:
        return self.received - self.refunded - self.charged_back - self.held - self.booked - self.in_transit

    def __add__(self, other: "Lies") -> "Lies":
        return Lies(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def cells(self) -> list[str]:
        return [money.amount(getattr(self, one.name)) for one in fields(self)] + [money.amount(self.difference)]


def where_it_lies(payment: Payment, booked: Decimal) -> Lies:
    """`booked` is what the ledger holds now of the payment's transit."""
    received, refunded = payment.received or ZERO, Decimal(payment.refunded)
    rest = received - refunded
    seen = {"received": received, "fee": payment.fee or ZERO, "refunded": refunded}
    if payment.state == Payment.State.CHARGED_BACK:
        return Lies(**seen, charged_back=rest)
    if payment.is_held_for_clerk:
        return Lies(**seen, held=rest)
    in_ledger = min(rest, booked)
    is_moving = payment.transit.state == Transit.State.PAID
    return Lies(**seen, booked=in_ledger, in_transit=rest - in_ledger if is_moving else ZERO)


def paid_between(first: date, last: date) -> Iterator[tuple[Payment, Lies]]:
    """Payments whose money came on these days, the oldest first. One statement."""
    still_there = Q(transit__bookings__entry__is_current=True)
    came = (
        Payment.objects.filter(
            succeeded_at__gte=clock.at(first, 0), succeeded_at__lt=clock.at(last + timedelta(days=1), 0)
        )
        .select_related("customer", "transit")
        .annotate(booked_of_it=Sum("transit__bookings__amount", filter=still_there))
        .order_by("succeeded_at", "pk")
    )
    for payment in came:
        yield payment, where_it_lies(payment, payment.booked_of_it or ZERO)


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
            ]
        )
    for (gateway, currency), lies in sorted(totals.items()):
        rows.writerow([_("together"), "", "", gateway, "", "", currency, *lies.cells()])


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
        _("Difference"),
    ]
