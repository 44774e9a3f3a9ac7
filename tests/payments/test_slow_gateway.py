"""A gateway that does what it is asked and answers after our patience has ended: nothing lost, nothing twice, and it is said."""

from decimal import Decimal

import pytest
from django.test import Client

from payments import refunds, tasks
from payments.gateways import stripe as real
from payments.gateways.base import GatewayDown
from payments.models import GatewayEvent, Payment, Refund
from portal.billing.models import Transit
from portal.notifications.models import Delivery
from portal.outbox.models import OutboxFact
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe
from tests.payments.test_screens import form, shown

pytestmark = pytest.mark.django_db
PATIENCE = 0.15  # seconds
CHOOSE = "/platnosci/zaplac/"


@pytest.fixture
def slow(fake_stripe: FakeStripe, settings, monkeypatch) -> FakeStripe:
    """The real client with little patience; the test says when the gateway is slower than that."""
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    monkeypatch.setattr(real, "TIMEOUT_SECONDS", PATIENCE)
    real.client.cache_clear()
    yield fake_stripe
    fake_stripe.takes_seconds = 0
    real.client.cache_clear()


def test_a_slow_opening_keeps_the_choice_and_opens_one_session(bill, slow):
    payer = Client()
    payer.force_login(bill.owner)
    slow.takes_seconds = 2 * PATIENCE
    answer = payer.post(CHOOSE, form(bill), follow=True)
    payment = Payment.objects.get()
    assert "Nic nie zostało pobrane" in shown(answer)
    assert f"/platnosci/{payment.public_id}/wznow/" in shown(answer)
    assert (payment.state, payment.transit.state) == (Payment.State.CREATED, Transit.State.HELD)

    slow.takes_seconds = 0
    again = payer.post(f"/platnosci/{payment.public_id}/wznow/", {"k": bill.customer.public_id})
    assert again["Location"].startswith("https://checkout.stripe.com/")
    assert len(slow.sessions) == 1


def test_a_slow_answer_about_a_payment_is_asked_for_again_and_settles_it_once(bill, slow, post, run_jobs):
    payment = bill.start()
    slow.pay(payment.session_id)
    slow.takes_seconds = 2 * PATIENCE
    assert post("stripe", slow.event("checkout.session.completed", payment.session_id)) == 200
    with pytest.raises(GatewayDown):
        run_jobs()
    payment.refresh_from_db()
    assert payment.state == Payment.State.PENDING
    payer = Client()
    payer.force_login(bill.owner)
    assert payer.get(f"/platnosci/{payment.public_id}/", {"k": bill.customer.public_id}).status_code == 200

    slow.takes_seconds = 0
    for _twice in range(2):
        tasks.act_on_event(GatewayEvent.objects.get().pk)
    payment.refresh_from_db()
    assert (payment.state, payment.received) == (Payment.State.SUCCEEDED, Decimal("204.10"))
    assert OutboxFact.objects.filter(kind="payment").count() == 1
    assert Delivery.objects.filter(message="payment_succeeded").count() == 1


def test_a_refund_that_the_gateway_confirms_too_late_gives_back_once(bill, slow, run_jobs):
    payment = bill.start()
    slow.pay(payment.session_id)
    tasks.ask(payment.pk)
    payment.refresh_from_db()
    refund = refunds.ask(payment, amount=Decimal("68.72"), reason="x", by=factories.make_staff())
    slow.takes_seconds = 2 * PATIENCE
    with pytest.raises(GatewayDown):
        run_jobs()
    refund.refresh_from_db()
    assert refund.state == Refund.State.SENDING

    slow.takes_seconds = 0
    tasks.look_back()
    run_jobs()
    payment.refresh_from_db()
    refund.refresh_from_db()
    assert (payment.refunded, refund.state) == (Decimal("68.72"), Refund.State.DONE)
    (intent,) = slow.intents.values()
    assert intent["latest_charge"]["amount_refunded"] == 6872
    assert OutboxFact.objects.filter(kind="refund").count() == 1
