"""The twelve situations that a webhook meets, for every gateway, and a few more."""

import json
import time
from datetime import timedelta
from decimal import Decimal

import pytest

from payments import tasks
from payments.gateways.base import GatewayDown
from payments.models import GatewayEvent, Payment
from portal import clock, jobs
from portal.billing.models import LedgerEntry, Transit
from portal.billing.transit import book_entries
from portal.desk.models import Task
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.outbox.models import OutboxFact
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, sign
from tests.gateways.worlds import StripeWorld, World

pytestmark = pytest.mark.django_db

# Whatever a message claims, the gateway is asked: the kinds only have to exist.
PAID = {"stripe": "checkout.session.completed", "sandbox": "session.paid", "przelewy24": "transaction"}
EXPIRED = {"stripe": "checkout.session.expired", "sandbox": "session.expired", "przelewy24": "transaction"}


def assert_settled_once(payment: Payment) -> None:
    payment.refresh_from_db()
    assert payment.state == Payment.State.SUCCEEDED
    assert (payment.received, payment.received_currency) == (Decimal("204.10"), "PLN")
    assert not payment.is_held_for_clerk
    assert (payment.transit.state, payment.transit.channel) == (Transit.State.PAID, "blik")
    assert OutboxFact.objects.filter(kind="payment").count() == 1
    assert Delivery.objects.filter(message="payment_succeeded").count() == 1
    assert AuditLine.objects.filter(deed="payment_succeeded").count() == 1


def assert_held_for_a_clerk(payment: Payment) -> None:
    payment.refresh_from_db()
    assert payment.is_held_for_clerk
    assert payment.transit.state == Transit.State.RELEASED
    assert not OutboxFact.objects.exists()
    assert Task.objects.filter(kind="payment_held", state="open").count() == 1
    assert [delivery.message for delivery in Delivery.objects.all()] == ["payment_held"]


def test_1_a_payment_is_settled_by_its_message(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)

    assert post(world.gateway.name, world.message(payment.session_id)) == 200
    run_jobs()

    assert_settled_once(payment)
    fact = OutboxFact.objects.get()
    assert fact.values["reference"] == payment.transit.reference
    assert fact.values["customer"] == "0012"
    assert fact.values["amount"] == "204.10"
    assert fact.values["method"] == "blik"
    assert fact.values["items"] == [
        {"entry": item.entry.external_id, "amount": str(item.open_amount)} for item in bill.items
    ]


def test_2_the_same_message_twice_has_one_effect(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    message = world.message(payment.session_id, event_id="evt_1")
    statuses = []
    for _ in range(2):
        statuses.append(post(world.gateway.name, message))
        run_jobs()

    assert statuses == [200, 200]
    assert GatewayEvent.objects.count() == 1
    assert_settled_once(payment)


def test_3_five_deliveries_before_anything_was_done_have_one_effect(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    message = world.message(payment.session_id, event_id="evt_1")

    assert [post(world.gateway.name, message) for _ in range(5)] == [200] * 5
    assert run_jobs() - Delivery.objects.count() == 1  # one job for the message, one for the letter
    assert_settled_once(payment)


def test_4_one_zloty_where_more_was_asked_is_held_for_a_clerk(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay_otherwise(payment.session_id, 100, "PLN")

    assert post(world.gateway.name, world.message(payment.session_id)) == 200
    run_jobs()

    assert_held_for_a_clerk(payment)
    assert payment.received == Decimal("1.00")


def test_5_euro_instead_of_zloty_is_held_for_a_clerk(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay_otherwise(payment.session_id, 20410, "EUR")

    assert post(world.gateway.name, world.message(payment.session_id)) == 200
    run_jobs()

    assert_held_for_a_clerk(payment)
    assert (payment.received, payment.received_currency) == (Decimal("204.10"), "EUR")


def test_6_expired_and_then_paid_is_paid(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.expire(payment.session_id)
    if world.tells_when_time_is_up:
        post(world.gateway.name, world.message(payment.session_id, EXPIRED[world.gateway.name]))
        run_jobs()
    else:
        with clock.stopped(payment.expires_at):
            tasks.sweep()
            run_jobs()
    payment.refresh_from_db()
    assert (payment.state, payment.transit.state) == (Payment.State.EXPIRED, Transit.State.RELEASED)

    world.pay(payment.session_id)
    post(world.gateway.name, world.message(payment.session_id, PAID[world.gateway.name]))
    run_jobs()

    assert_settled_once(Payment.objects.get())


def test_7_a_bad_signature_is_400(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    body, headers = world.message(payment.session_id)

    assert post(world.gateway.name, world.tampered((body, headers))) == 400
    assert post(world.gateway.name, world.resigned((body, headers), None)) == 400
    assert post(world.gateway.name, (b"\xff", headers)) == 400
    assert post(world.gateway.name, (b"", {})) == 400
    run_jobs()
    assert not GatewayEvent.objects.exists()
    assert Payment.objects.get().state == Payment.State.PENDING


def test_8_an_unknown_kind_is_kept_and_answered_200(bill, world: World, post, run_jobs):
    payment = bill.start()

    assert post(world.gateway.name, world.message(payment.session_id, world.strange)) == 200
    run_jobs()

    event = GatewayEvent.objects.get()
    assert event.kind == world.strange
    assert event.acted_on_at is not None
    assert Payment.objects.get().state == Payment.State.PENDING


def test_8_a_message_about_nothing_of_ours_is_kept_and_answered_200(fake_stripe, settings, post, run_jobs):
    settings.STRIPE_WEBHOOK_SECRET = WEBHOOK_SECRET
    said = {"id": "evt_1", "type": "payout.paid", "data": {"object": {"object": "payout", "id": "po_1"}}}

    assert post("stripe", fake_stripe.message(said)) == 200
    run_jobs()

    assert GatewayEvent.objects.get().payment is None


def test_9_paid_and_then_a_late_expired_stays_paid(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    for kind in (PAID, EXPIRED):
        post(world.gateway.name, world.message(payment.session_id, kind[world.gateway.name]))
        run_jobs()

    assert_settled_once(payment)


def test_9_the_late_expired_may_also_overtake(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    for kind in (EXPIRED, PAID):
        post(world.gateway.name, world.message(payment.session_id, kind[world.gateway.name]))
    run_jobs()

    assert_settled_once(payment)


def test_10_a_dispute_that_overtakes_the_payment_is_not_missed(bill, fake_stripe, settings, post, run_jobs):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    payment = bill.start()
    fake_stripe.pay(payment.session_id, "card")
    fake_stripe.dispute(payment.session_id)
    for kind in ("charge.dispute.created", "checkout.session.completed"):
        post("stripe", fake_stripe.event(kind, payment.session_id))
        run_jobs()

    payment.refresh_from_db()
    assert payment.state == Payment.State.DISPUTED
    assert payment.transit.state == Transit.State.PAID


def test_10_a_dispute_is_given_to_a_clerk(bill, fake_stripe, settings, post, run_jobs):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    payment = bill.start()
    fake_stripe.pay(payment.session_id, "card")
    post("stripe", fake_stripe.event("checkout.session.completed", payment.session_id))
    run_jobs()
    fake_stripe.dispute(payment.session_id)

    assert post("stripe", fake_stripe.event("charge.dispute.created", payment.session_id)) == 200
    run_jobs()
    payment.refresh_from_db()
    assert payment.state == Payment.State.DISPUTED
    assert Task.objects.get(kind="payment_disputed").state == "open"

    fake_stripe.dispute(payment.session_id, "won")
    post("stripe", fake_stripe.event("charge.dispute.closed", payment.session_id))
    run_jobs()
    payment.refresh_from_db()
    assert payment.state == Payment.State.SUCCEEDED
    assert OutboxFact.objects.filter(kind="payment").count() == 1


@pytest.mark.parametrize(
    "where",
    [
        "payments.actions.transit.settle",
        "payments.actions.tell",
        "payments.actions.send",
        "payments.actions.note",
        "payments.actions.ask_gateway",
        "payments.models.GatewayEvent.save",
    ],
)
def test_11_a_crash_between_receiving_and_booking_is_healed_by_the_retry(
    bill, world: World, post, run_jobs, monkeypatch, where
):
    """The process dies at a line; the job, which is kept in the database, is done again."""
    payment = bill.start()
    world.pay(payment.session_id)
    post(world.gateway.name, world.message(payment.session_id))
    event = GatewayEvent.objects.get()

    class PowerCut(Exception):
        """The process ends here."""

    def dies(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as crash:
        crash.setattr(where, dies)
        with pytest.raises(PowerCut):
            tasks.act_on_event(event.pk)
    run_jobs()

    assert_settled_once(payment)


def test_11_a_repeated_message_wakes_one_that_was_left_lying(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    message = world.message(payment.session_id, event_id="evt_1")
    post(world.gateway.name, message)
    _lose_all_jobs()
    GatewayEvent.objects.update(received_at=clock.now() - timedelta(hours=1))

    post(world.gateway.name, message)
    run_jobs()

    assert_settled_once(payment)


def _lose_all_jobs() -> None:
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 - only here

    DBTaskResult.objects.all().delete()


def test_12_a_stale_signature_replayed_is_400_or_changes_nothing(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    message = world.message(payment.session_id)
    if not world.signs_the_hour:  # who replays it says what is known already
        assert [post(world.gateway.name, message) for _ in range(2)] == [200, 200]
        run_jobs()
        assert GatewayEvent.objects.count() == 1
        assert_settled_once(payment)
        return
    if isinstance(world, StripeWorld):  # Stripe's library looks at the true clock
        body = message[0].decode()
        message = body.encode(), {"Stripe-Signature": sign(body, int(time.time()) - 3600)}
    with clock.stopped(clock.now() + timedelta(hours=1)):
        assert post(world.gateway.name, message) == 400
    assert not GatewayEvent.objects.exists()


# More of the same kind


def test_a_gateway_that_is_down_is_asked_again_later(bill, fake_stripe, settings, post, run_jobs):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    payment = bill.start()
    fake_stripe.pay(payment.session_id)
    post("stripe", fake_stripe.event("checkout.session.completed", payment.session_id))
    fake_stripe.is_down = True
    with pytest.raises(GatewayDown):
        run_jobs()
    fake_stripe.is_down = False
    tasks.act_on_event(GatewayEvent.objects.get().pk)

    assert_settled_once(payment)


def test_a_message_may_come_before_we_know_the_session(bill, world: World, post, run_jobs):
    """The gateway opened the session and we died before we wrote its id down."""
    payment = bill.start()
    session_id = payment.session_id
    Payment.objects.update(session_id="", session_url="", state="created")
    world.pay(session_id)

    post(world.gateway.name, world.message(session_id))
    run_jobs()

    assert_settled_once(payment)
    assert payment.session_id == session_id


def test_a_message_that_names_our_payment_beside_a_foreign_session_moves_nothing(
    bill, fake_stripe, settings, post, run_jobs
):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    payment = bill.start()
    foreign = fake_stripe.sessions[payment.session_id] | {"id": "cs_test_foreign"}
    fake_stripe.sessions["cs_test_foreign"] = foreign
    fake_stripe.pay("cs_test_foreign")

    assert post("stripe", fake_stripe.event("checkout.session.completed", "cs_test_foreign")) == 200
    run_jobs()

    assert Payment.objects.get().state == Payment.State.PENDING


def test_a_message_of_another_account_is_kept_and_does_nothing(bill, fake_stripe, settings, post, run_jobs):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    payment = bill.start()
    message = fake_stripe.event("checkout.session.completed", payment.session_id)
    del fake_stripe.sessions[payment.session_id]

    assert post("stripe", message) == 200
    run_jobs()

    assert GatewayEvent.objects.get().acted_on_at is not None
    assert Payment.objects.get().state == Payment.State.PENDING


def test_a_gateway_that_does_not_exist_is_404(db, post):
    assert post("nobody", (b"{}", {})) == 404


def test_the_sandbox_has_no_webhook_where_real_money_is_taken(bill, settings, post):
    world_message = (b"{}", {})
    settings.EBOK_GATEWAY = "stripe"

    assert post("sandbox", world_message) == 404


def test_the_webhook_is_posted_to_only(client, db):
    assert client.get("/platnosci/webhook/stripe/").status_code == 405


def test_of_two_payments_for_one_invoice_the_second_is_held_for_a_clerk(bill, world: World, post, run_jobs):
    first = bill.start(amounts={0: "135.38"})
    Transit.objects.update(held_until=clock.now() - timedelta(minutes=9))
    second = bill.start(amounts={0: "135.38"}, by=factories.make_manager(bill.customer))
    for payment in (second, first):
        world.pay(payment.session_id)
        post(world.gateway.name, world.message(payment.session_id))
        run_jobs()
    first.refresh_from_db()
    second.refresh_from_db()

    assert second.transit.state == Transit.State.PAID
    assert first.is_held_for_clerk
    assert first.transit.state == Transit.State.RELEASED
    assert OutboxFact.objects.filter(kind="payment").count() == 1


def test_the_next_import_books_it(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    post(world.gateway.name, world.message(payment.session_id))
    run_jobs()
    entry = factories.make_entry(
        bill.customer, "-204.10", kind=LedgerEntry.Kind.PAYMENT, reference=payment.transit.reference
    )
    book_entries([entry])

    payment.transit.refresh_from_db()
    assert payment.transit.state == Transit.State.BOOKED


def test_what_is_told_to_billing_is_plain(bill, world: World, post, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    post(world.gateway.name, world.message(payment.session_id))
    jobs.run_due()

    assert json.loads(json.dumps(OutboxFact.objects.get().values)) == OutboxFact.objects.get().values
