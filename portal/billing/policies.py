"""What bills are decided by. Plain Python: facts in, a verdict out."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from portal.billing.rules import EInvoiceRules
from portal.money import round_half_up

DAYS_OF_A_YEAR = 365
_NEITHER = re.compile("[^A-Z0-9]+")


def fold_number(number: str) -> str:
    """An invoice's number as it is compared: capital letters and digits only.

    People leave out or add spaces, dashes, slashes and dots; the import and every question fold alike.
    """
    if number.isascii():  # nearly every number; an import folds them by the hundred thousand
        return _NEITHER.sub("", number.upper())
    return "".join(sign for sign in unicodedata.normalize("NFKC", number).upper() if sign.isalnum())


def first_recent_day(today: date, months: int) -> date:
    """The same day so many months ago: an invoice issued on it or later is still recent."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    first_of_next = date(years + (month == 11), (month + 1) % 12 + 1, 1)
    last_of_month = date.fromordinal(first_of_next.toordinal() - 1)
    return last_of_month.replace(day=min(today.day, last_of_month.day))


@dataclass(frozen=True)
class FeeEffect:
    """What e-invoices change about one fee: złoty gross a bill, and what that is in a year."""

    name: str
    paper: Decimal
    electronic: Decimal
    bills_a_year: int

    @property
    def saved(self) -> Decimal:
        return self.paper - self.electronic

    @property
    def saved_a_year(self) -> Decimal:
        return self.saved * self.bills_a_year


def fee_effect(rules: EInvoiceRules, months_of_contracts: Iterable[int]) -> FeeEffect | None:
    """None where the fee is the same either way. A contract billed every two months brings six bills a year."""
    if not rules.fee_name or rules.fee_paper == rules.fee_electronic:
        return None
    bills = sum(12 // max(months, 1) for months in months_of_contracts)
    return FeeEffect(rules.fee_name, rules.fee_paper, rules.fee_electronic, bills)


def consent_holds_from(day: date, rules: EInvoiceRules) -> date:
    """The first day on which a consent given on that day holds."""
    if rules.starts == "at_once":
        return day
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


class BillingSays(Enum):
    """What a delivery says of a consent to e-invoices, or of a withdrawal."""

    THE_SAME = "confirmed"
    NOT_YET = "waits"
    OTHERWISE_TOO_LONG = "a clerk's task"


def billing_says(ways: Collection[str], *, is_on: bool, waited: timedelta, rules: EInvoiceRules) -> BillingSays:
    """How bills come of the contracts that a delivery speaks of, beside what the customer wants.

    An invoice through KSeF is no paper and no e-invoice: it confirms no consent, and contradicts no withdrawal.
    """
    is_electronic, is_paper = "e_invoice" in ways, "paper" in ways
    if (is_electronic and not is_paper) if is_on else (ways and not is_electronic):
        return BillingSays.THE_SAME
    is_otherwise = is_paper if is_on else is_electronic
    if is_otherwise and waited > timedelta(days=rules.days_to_confirm):
        return BillingSays.OTHERWISE_TOO_LONG
    return BillingSays.NOT_YET


def interest_to_date(overdue: Iterable[tuple[Decimal, date]], yearly_percent: Decimal, today: date) -> Decimal:
    """What interest (amount open, due day) would come to today, each charge rounded by itself: an orientation only."""
    total = Decimal("0.00")
    for amount, due_on in overdue:
        days = max(0, (today - due_on).days)
        total += round_half_up(amount * yearly_percent * days / 100 / DAYS_OF_A_YEAR)
    return total


def account_in_letter(account: str, shown: str) -> str:
    """How much of an account number a letter says: "whole", "last_four" or, for anything else, nothing."""
    if shown == "whole" and account:
        return f"{account[:2]} " + " ".join(account[at : at + 4] for at in range(2, len(account), 4))
    return f"•••• {account[-4:]}" if shown == "last_four" and account else "–"
