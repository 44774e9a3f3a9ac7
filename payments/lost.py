"""What a gateway remembers of a payment that our database has lost: read back from what we gave it to keep."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from payments.gateways.base import SessionState
from portal import money
from portal.accounts.models import User
from portal.billing.models import OpenItem, Transit
from portal.customers.models import Customer

ON_ACCOUNT = "account"
FEE = "payers_fee"
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Remembered:
    """`parts`: the key of an open item, or None for money on account, and how much of it was asked for."""

    public_id: UUID
    reference: str
    customer: Customer
    payer: User | None
    parts: tuple[tuple[int | None, Decimal], ...]
    fee: Decimal

    @property
    def amount(self) -> Decimal:
        return sum((amount for _item, amount in self.parts), ZERO)


def reference_of(public_id: UUID) -> str:
    """What the payer, the gateway and the billing system call the payment."""
    return f"EBOK-{public_id.hex[:12].upper()}"


def remembered(told: SessionState) -> Remembered | None:
    """None when the gateway keeps too little, names a customer or an item that is not here, or another reference stands in the way."""
    kept = told.metadata
    try:
        public_id = UUID(told.key)
        customer = Customer.objects.filter(public_id=UUID(kept["customer"])).first()
        payer = User.objects.filter(public_id=UUID(kept["payer"])).first() if "payer" in kept else None
        fee = money.from_grosze(int(kept.get(FEE, "0")))
        asked = [_asked(words) for name, words in sorted(kept.items()) if name.startswith("item_")]
    except (KeyError, ValueError):
        return None
    if customer is None or not asked or Transit.objects.filter(reference=reference_of(public_id)).exists():
        return None
    items = dict(
        OpenItem.objects.filter(customer=customer, public_id__in=[item for item, _amount in asked if item]).values_list(
            "public_id", "pk"
        )
    )
    if any(item is not None and item not in items for item, _amount in asked):
        return None
    parts = tuple((items[item] if item else None, amount) for item, amount in asked)
    return Remembered(public_id, reference_of(public_id), customer, payer, parts, fee)


def _asked(words: str) -> tuple[UUID | None, Decimal]:
    item, _, grosze = words.partition(" ")
    return (None if item == ON_ACCOUNT else UUID(item)), money.from_grosze(int(grosze))
