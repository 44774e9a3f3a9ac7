from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from payments import checkout
from payments.models import Payment
from portal.accounts.models import User
from portal.billing.models import OpenItem
from portal.customers.models import Customer
from tests import factories
from tests.gateways.worlds import fake_przelewy24, fake_stripe, world

__all__ = ["fake_przelewy24", "fake_stripe", "world"]


@dataclass
class Bill:
    """A customer with two invoices to pay, 135,38 and 68,72 zł, and the owner who pays them."""

    customer: Customer
    owner: User
    items: list[OpenItem]

    def start(self, *, amounts: dict[int, str] | None = None, press: Any = None, by: User | None = None) -> Payment:
        """Both invoices, or `amounts` of them by their place."""
        chosen = amounts or {place: str(item.open_amount) for place, item in enumerate(self.items)}
        payer = by or self.owner
        payment = checkout.start_payment(
            viewer=factories.viewer(payer, self.customer),
            by=payer,
            items={self.items[place].public_id: Decimal(amount) for place, amount in chosen.items()},
            press=press or uuid4(),
        )
        return checkout.open_session(payment)


@pytest.fixture
def bill(db: None) -> Bill:
    customer = factories.make_customer(external_id="0012", number="012345")
    owner = factories.make_owner(customer, email="anna@example.pl")
    items = [
        factories.make_charge(customer, "135.38", due_in=4, number="012345/11/2026"),
        factories.make_charge(customer, "68.72", due_in=-3, number="012345/10/2026"),
    ]
    return Bill(customer, owner, items)


@pytest.fixture
def post(client: Client) -> Callable[..., int]:
    """Posts a message to the webhook as a gateway does; returns the status."""

    def send(gateway: str, message: tuple[bytes, dict[str, str]]) -> int:
        body, headers = message
        answer = client.post(f"/platnosci/webhook/{gateway}/", body, content_type="application/json", headers=headers)
        return answer.status_code

    return send
