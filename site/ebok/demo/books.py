"""A customer's account in a demo's billing system: bookings, what settled what, what stays open."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
Shares = dict[tuple[str, str, str], Decimal]  # (contract, service, point) → amount


@dataclass
class Charge:
    row: dict[str, Any]
    shares: Shares
    left: Decimal
    rest: Shares  # what is left, by share


@dataclass
class Credit:
    row: dict[str, Any]
    left: Decimal
    spent: Shares = field(default_factory=dict)


class Books:
    """Written in the order of days. What is left of a credit settles the next charge."""

    def __init__(self, customer: str, number: str) -> None:
        self.customer, self.number = customer, number
        self.charges: list[Charge] = []
        self.credits: list[Credit] = []
        self.refunds: list[dict[str, Any]] = []
        self.allocations: dict[tuple[str, str], Decimal] = {}
        self._count = 0

    @property
    def balance(self) -> Decimal:
        charged = sum((charge.row["amount"] for charge in self.charges), ZERO)
        credited = sum((credit.row["amount"] for credit in self.credits), ZERO)
        return charged + credited + sum((row["amount"] for row in self.refunds), ZERO)

    @property
    def credit(self) -> Decimal:
        return sum((credit.left for credit in self.credits), ZERO)

    def charge(
        self, kind: str, amount: Decimal, on: date, due: date, number: str, shares: Shares, **more: Any
    ) -> Charge:
        row = self._row("charge", amount, on, charge_kind=kind, due_on=due, document_number=number, **more)
        found = Charge(row, shares, amount, dict(shares))
        self.charges.append(found)
        for credit in self.credits:
            self._settle(credit, found)
        return found

    def pay(self, charge: Charge, amount: Decimal, on: date, channel: str) -> Credit:
        """Money for one charge; what is more than is open waits for the next."""
        credit = Credit(self._row("payment", -amount, on, channel=channel), amount)
        self.credits.append(credit)
        self._settle(credit, charge)
        return credit

    def correct(self, charge: Charge, amount: Decimal, on: date, number: str, **more: Any) -> Credit:
        """A correction that lowers a charge; of a paid charge it becomes a credit."""
        return self._lower("correction", charge, amount, on, number, **more)

    def credit_note(self, charge: Charge, amount: Decimal, on: date, number: str, **more: Any) -> Credit:
        return self._lower("credit_note", charge, -amount, on, number, **more)

    def write_off(self, charge: Charge, on: date) -> Credit:
        """What is left of a charge is not asked for any more."""
        return self._lower("write_off", charge, -charge.left, on, charge.row["document_number"])

    def receive(self, amount: Decimal, on: date, channel: str) -> Credit:
        """Money that is for no charge yet."""
        credit = Credit(self._row("payment", -amount, on, channel=channel), amount)
        self.credits.append(credit)
        return credit

    def refund(self, credit: Credit, on: date) -> None:
        """What is left of a credit goes back."""
        self.refunds.append(self._row("refund", credit.left, on))
        credit.left = ZERO

    def _lower(self, kind: str, charge: Charge, amount: Decimal, on: date, number: str, **more: Any) -> Credit:
        credit = Credit(self._row(kind, amount, on, document_number=number, **more), -amount)
        self.credits.append(credit)
        self._settle(credit, charge)
        return credit

    def _row(self, kind: str, amount: Decimal, on: date, **more: Any) -> dict[str, Any]:
        self._count += 1
        key = f"L{self.number}-{self._count:04}"
        return {"id": key, "customer": self.customer, "kind": kind, "booked_on": on, "amount": amount, **more}

    def _settle(self, credit: Credit, charge: Charge) -> None:
        amount = min(credit.left, charge.left)
        if amount <= 0:
            return
        for key, part in _divide(amount, charge).items():
            credit.spent[key] = credit.spent.get(key, ZERO) + part
            charge.rest[key] = charge.rest.get(key, ZERO) - part
        credit.left -= amount
        charge.left -= amount
        pair = (credit.row["id"], charge.row["id"])
        self.allocations[pair] = self.allocations.get(pair, ZERO) + amount

    # As rows of the format

    def ledger(self) -> list[dict[str, Any]]:
        rows = (
            [one.row | {"open_amount": one.left} for one in self.charges]
            + [one.row for one in self.credits]
            + self.refunds
        )
        return sorted(rows, key=lambda row: row["id"])

    def entry_shares(self) -> list[dict[str, Any]]:
        rows = []
        for charge in self.charges:
            rows += [_share(charge.row, key, amount) for key, amount in charge.shares.items()]
        for credit in self.credits:
            if not credit.spent:
                continue
            rows += [_share(credit.row, key, -amount) for key, amount in credit.spent.items() if amount]
            if credit.left:
                rows.append(_share(credit.row, ("", "", ""), -credit.left))
        return sorted(rows, key=lambda row: (row["entry"], row["contract"], row["service"], row["point"]))

    def allocation_rows(self) -> list[dict[str, Any]]:
        return [
            {"payment": payment, "charge": charge, "amount": amount}
            for (payment, charge), amount in sorted(self.allocations.items())
        ]


def _share(row: dict[str, Any], key: tuple[str, str, str], amount: Decimal) -> dict[str, Any]:
    contract, service, point = key
    return {"entry": row["id"], "contract": contract, "service": service, "point": point, "amount": amount}


def _divide(amount: Decimal, charge: Charge) -> Shares:
    """An amount in the proportions of a charge's shares, to the grosz; the payment that closes it takes all that is left."""
    if not charge.shares:
        return {("", "", ""): amount}
    if amount == charge.left:
        return {key: part for key, part in charge.rest.items() if part}
    divided: Shares = {}
    left = amount
    for place, (key, rest) in enumerate(charge.rest.items(), 1):
        is_last = place == len(charge.rest)
        part = left if is_last else (amount * rest / charge.left).quantize(Decimal("0.01"))
        divided[key] = part
        left -= part
    return divided
