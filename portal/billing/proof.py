"""Whether somebody holds an invoice: its number and amount, asked by registration, guest payment and "is this invoice real?"."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from portal import clock
from portal.billing import attempts
from portal.billing.models import Invoice
from portal.billing.policies import first_recent_day, fold_number
from portal.billing.rules import BillingRules
from portal.utility.rulebook import rules

NO_NUMBER = "-"  # folds to nothing, so no invoice has it


@dataclass(frozen=True)
class Proven:
    invoice_id: int
    customer_id: int


@dataclass(frozen=True)
class NotProven:
    """No such recent invoice, or another amount: which of the two is never told."""


@dataclass(frozen=True)
class TooMany:
    """Too many wrong attempts; the next one is possible at `until`."""

    until: datetime


def prove_invoice(
    *, number: str, amount: Decimal, person: str, address: str, customer_number: str | None = None
) -> Proven | NotProven | TooMany:
    """One statement, and the same work, whichever the answer. `person` names a visitor: a session or a user.

    Where the customer's number is asked too, it must be right as well; it is compared without spaces and dashes.
    Called outside a transaction: a count that is rolled back counts nothing.
    """
    limits = rules(BillingRules)
    folded = fold_number(number) or NO_NUMBER
    counted = limits_of("invoice", folded, person, address)
    attempt = attempts.begin(counted, timedelta(minutes=limits.proof_pause_minutes))
    if isinstance(attempt, datetime):
        return TooMany(until=attempt)
    since = first_recent_day(clock.today(), limits.proof_recent_months)
    candidates = Invoice.objects.filter(number_folded=folded, issued_on__gte=since).values_list(
        "pk", "customer_id", "customer__number", "gross", "to_pay"
    )
    asked = None if customer_number is None else fold_number(customer_number)
    # Nothing to pay, or a correction downwards, can be guessed and proves nothing.
    found = [
        (pk, customer)
        for pk, customer, own_number, gross, to_pay in candidates
        if amount > 0 and amount in (gross, to_pay) and asked in (None, fold_number(own_number))
    ]
    if len(found) != 1:
        return NotProven()
    attempt.give_back()
    invoice_id, customer_id = found[0]
    return Proven(invoice_id=invoice_id, customer_id=customer_id)


def limits_of(what: str, value: str, person: str, address: str) -> list[attempts.Limit]:
    """How often one thing may be tried, and how often one person and one address may try anything that proves."""
    limits = rules(BillingRules)
    counted = [
        (what, value, limits.proof_attempts),
        ("person", person, limits.proof_attempts),
        ("address", _network(address), limits.proof_attempts_address),
    ]
    return [attempts.Limit(what, value, most) for what, value, most in counted if value]


def _network(address: str) -> str:
    """One subscriber's addresses count as one: of IPv6 everybody has millions."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((parsed, 64), strict=False).network_address)
    return address
