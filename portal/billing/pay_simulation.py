"""What the balance becomes when some of what is open is paid. Plain arithmetic over what the screens already show."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from portal.billing.queries import Balance, OpenCharge, OpenCharges


@dataclass(frozen=True)
class PaySimulation:
    """`becomes` positive: still owed."""

    now: Decimal
    in_transit: Decimal
    chosen: Decimal
    becomes: Decimal

    @property
    def state(self) -> str:
        """settled, underpaid (niedopłata) or overpaid (nadpłata)."""
        if self.becomes == 0:
            return "settled"
        return "underpaid" if self.becomes > 0 else "overpaid"

    @property
    def absolute(self) -> Decimal:
        return abs(self.becomes)


def after_paying(balance: Decimal, in_transit: Decimal, chosen: Decimal) -> PaySimulation:
    return PaySimulation(balance, in_transit, chosen, balance - in_transit - chosen)


def chosen_of(charges: OpenCharges, keys: Collection[UUID]) -> tuple[OpenCharge, ...]:
    return tuple(item for item in charges.to_pay if item.public_id in keys)


def simulate(found: Balance, charges: OpenCharges, keys: Collection[UUID], other: Decimal) -> PaySimulation:
    """Of what is chosen, what can still be paid of it; and any other amount beside it."""
    chosen = sum((item.payable for item in chosen_of(charges, keys)), Decimal("0.00"))
    return after_paying(found.amount, found.in_transit, chosen + other)
