"""The two sides of each gateway: ours, and the one that payers and banks move. One world for each implementation."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Protocol

import pytest

from payments.gateways import sandbox
from payments.gateways import stripe as stripe_gateway
from payments.gateways.base import Gateway
from payments.gateways.przelewy24 import Przelewy24Gateway
from payments.gateways.stripe import StripeGateway
from payments.models import SandboxSession
from payments.policies import Outcome
from tests.gateways.fake_przelewy24 import API_KEY, CRC_KEY, MERCHANT, POS, FakePrzelewy24
from tests.gateways.fake_przelewy24 import Running as RunningPrzelewy24
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe, Running

Message = tuple[bytes, dict[str, str]]


class World(Protocol):
    """`refused`: what a session is after the bank said no. `strange`: a kind of message that moves nothing."""

    gateway: Gateway
    method: str
    refused: Outcome
    strange: str
    tells_when_time_is_up: bool
    signs_the_hour: bool
    tells_what_came_back: bool

    def pay(self, session_id: str) -> None: ...

    def pay_otherwise(self, session_id: str, grosze: int, currency: str) -> None: ...

    def fail(self, session_id: str) -> None: ...

    def expire(self, session_id: str) -> None: ...

    def pay_out(self) -> timedelta:
        """What came goes to the bank account; returns in how long that is told."""

    def send_back(self, payout_id: str) -> None:
        """The bank account does not take a payout that had seemed to have arrived."""

    def message(self, session_id: str, kind: str = "", event_id: str = "") -> Message: ...

    def resigned(self, message: Message, signature: str | None) -> Message:
        """The same message with another signature, or with none."""

    def tampered(self, message: Message) -> Message:
        """Another amount or session under the old signature."""


class SignedInHeaders:
    refused = Outcome.FAILED
    strange = "something.new"
    tells_when_time_is_up = signs_the_hour = tells_what_came_back = True

    def resigned(self, message: Message, signature: str | None) -> Message:
        return message[0], {} if signature is None else dict.fromkeys(message[1], signature)

    def tampered(self, message: Message) -> Message:
        return message[0] + b" ", message[1]


class SandboxWorld(SignedInHeaders):
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

    def pay_out(self) -> timedelta:
        return timedelta(days=1)  # by itself, in the morning

    def send_back(self, payout_id: str) -> None:
        sandbox.send_back(payout_id)

    def message(self, session_id: str, kind: str = "", event_id: str = "") -> Message:
        return sandbox.message(SandboxSession.objects.get(session_id=session_id), kind, event_id)


class StripeWorld(SignedInHeaders):
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

    def pay_out(self) -> timedelta:
        self.stripe.pay_out()
        return timedelta(0)

    def send_back(self, payout_id: str) -> None:
        self.stripe.fail_payout(payout_id)

    def message(self, session_id: str, kind: str = "", event_id: str = "") -> Message:
        return self.stripe.event(kind or "checkout.session.completed", session_id, event_id)


class Przelewy24World:
    """It lets a payer try again until the time is up, announces only what was paid, and signs each field but no hour."""

    method = "blik"
    refused = Outcome.OPEN
    strange = "refund"
    tells_when_time_is_up = signs_the_hour = tells_what_came_back = False

    def __init__(self, przelewy24: FakePrzelewy24) -> None:
        self.przelewy24 = przelewy24
        self.gateway = Przelewy24Gateway(MERCHANT, POS, API_KEY, CRC_KEY, przelewy24.url)

    def pay(self, session_id: str) -> None:
        self.przelewy24.pay(session_id)

    def pay_otherwise(self, session_id: str, grosze: int, currency: str) -> None:
        self.przelewy24.pay(session_id, grosze, currency)

    def fail(self, session_id: str) -> None:
        """Nothing is told of it."""

    def expire(self, session_id: str) -> None:
        """Only time does that."""

    def pay_out(self) -> timedelta:
        self.przelewy24.pay_out()
        return timedelta(0)

    def send_back(self, payout_id: str) -> None:
        """Its reports have no word for that; the bank's statement has."""

    def message(self, session_id: str, kind: str = "", event_id: str = "") -> Message:
        if kind == self.strange:
            return self.przelewy24.refund_notification(session_id)
        return self.przelewy24.notification(session_id)

    def resigned(self, message: Message, signature: str | None) -> Message:
        said = json.loads(message[0])
        del said["sign"]
        return json.dumps(said if signature is None else said | {"sign": signature}).encode(), {}

    def tampered(self, message: Message) -> Message:
        return json.dumps(json.loads(message[0]) | {"amount": 1}).encode(), {}


@pytest.fixture
def fake_przelewy24() -> Iterator[FakePrzelewy24]:
    """A Przelewy24 of our own on this machine; it fails the test that sent what its documentation does not name."""
    running = RunningPrzelewy24()
    yield running.przelewy24
    running.stop()
    assert running.przelewy24.wrong == []


@pytest.fixture
def fake_stripe() -> Iterator[FakeStripe]:
    """A Stripe of our own on this machine; it fails the test that sent or was answered what Stripe's types forbid."""
    running = Running()
    yield running.stripe
    stripe_gateway.client.cache_clear()
    running.stop()
    assert running.stripe.wrong == []


@pytest.fixture(params=["sandbox", "stripe", "przelewy24"])
def world(request: pytest.FixtureRequest, db: None, settings: Any) -> World:
    """Every gateway that there is, in turn, as the one that this installation uses."""
    settings.EBOK_GATEWAY = request.param
    if request.param == "sandbox":
        return SandboxWorld()
    if request.param == "przelewy24":
        other = request.getfixturevalue("fake_przelewy24")
        settings.P24_MERCHANT_ID, settings.P24_POS_ID = str(MERCHANT), str(POS)
        settings.P24_API_KEY, settings.P24_CRC_KEY, settings.P24_API_BASE = API_KEY, CRC_KEY, other.url
        return Przelewy24World(other)
    fake = request.getfixturevalue("fake_stripe")
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    settings.STRIPE_API_BASE = fake.url
    return StripeWorld(fake)
