"""The two sides of each gateway: ours, and the one that payers and banks move. One world for each implementation."""

from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from payments.gateways import sandbox
from payments.gateways import stripe as stripe_gateway
from payments.gateways.base import Gateway
from payments.gateways.stripe import StripeGateway
from payments.models import SandboxSession
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe, Running


class World(Protocol):
    gateway: Gateway
    method: str

    def pay(self, session_id: str) -> None: ...

    def pay_otherwise(self, session_id: str, grosze: int, currency: str) -> None: ...

    def fail(self, session_id: str) -> None: ...

    def expire(self, session_id: str) -> None: ...

    def message(self, session_id: str, kind: str = "", event_id: str = "") -> tuple[bytes, dict[str, str]]: ...


class SandboxWorld:
    method = "blik"

    def __init__(self) -> None:
        self.gateway = sandbox.SandboxGateway()

    def pay(self, session_id: str) -> None:
        sandbox.pay(session_id, self.method)

    def pay_otherwise(self, session_id: str, grosze: int, currency: str) -> None:
        sandbox.pay(session_id, self.method)
        SandboxSession.objects.filter(session_id=session_id).update(amount=grosze / 100, currency=currency)

    def fail(self, session_id: str) -> None:
        sandbox.decline(session_id)

    def expire(self, session_id: str) -> None:
        sandbox.expire(session_id)

    def message(self, session_id: str, kind: str = "", event_id: str = "") -> tuple[bytes, dict[str, str]]:
        return sandbox.message(SandboxSession.objects.get(session_id=session_id), kind, event_id)


class StripeWorld:
    method = "blik"

    def __init__(self, stripe: FakeStripe) -> None:
        self.stripe = stripe
        self.gateway = StripeGateway(KEY, WEBHOOK_SECRET, stripe.url)

    def pay(self, session_id: str) -> None:
        self.stripe.pay(session_id, self.method)

    def pay_otherwise(self, session_id: str, grosze: int, currency: str) -> None:
        self.stripe.pay(session_id, self.method, amount=grosze, currency=currency.lower())

    def fail(self, session_id: str) -> None:
        self.stripe.fail(session_id)

    def expire(self, session_id: str) -> None:
        self.stripe.expire(session_id)

    def message(self, session_id: str, kind: str = "", event_id: str = "") -> tuple[bytes, dict[str, str]]:
        return self.stripe.event(kind or "checkout.session.completed", session_id, event_id)


@pytest.fixture
def fake_stripe() -> Iterator[FakeStripe]:
    """A Stripe of our own on this machine; it fails the test that sent or was answered what Stripe's types forbid."""
    running = Running()
    yield running.stripe
    stripe_gateway.client.cache_clear()
    running.stop()
    assert running.stripe.wrong == []


@pytest.fixture(params=["sandbox", "stripe"])
def world(request: pytest.FixtureRequest, db: None, settings: Any) -> World:
    """Every gateway that there is, in turn, as the one that this installation uses."""
    settings.EBOK_GATEWAY = request.param
    if request.param == "sandbox":
        return SandboxWorld()
    fake = request.getfixturevalue("fake_stripe")
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    settings.STRIPE_API_BASE = fake.url
    return StripeWorld(fake)
