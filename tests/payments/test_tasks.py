from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from payments import tasks
from payments.gateways import sandbox
from payments.models import GatewayEvent, Payment, SandboxSession
from payments.policies import Outcome
from portal import clock, jobs
from portal.billing.models import Transit
from portal.desk.models import Task
from portal.notifications.models import Delivery
from portal.outbox.models import OutboxFact
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET
from tests.gateways.worlds import Przelewy24World, StripeWorld, World

pytestmark = pytest.mark.django_db


def state() -> tuple[str, str]:
    payment = Payment.objects.get()
    return payment.state, payment.transit.state


def sweep(run_jobs, later: timedelta) -> None:
    with clock.stopped(clock.now() + later):
        tasks.sweep()
        run_jobs()


def test_a_session_whose_time_is_up_expires_and_frees_the_items(bill, world: World, run_jobs):
    bill.start()
    sweep(run_jobs, timedelta(minutes=32))

    assert state() == ("expired", "released")


def test_a_session_that_is_still_open_is_left_alone(bill, world: World, run_jobs):
    bill.start()
    sweep(run_jobs, timedelta(minutes=3))

    assert state() == ("pending", "held")


def test_what_was_paid_without_a_word_is_settled_by_the_sweep(bill, world: World, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    sweep(run_jobs, timedelta(minutes=3))

    assert state() == ("succeeded", "paid")
    assert OutboxFact.objects.filter(kind="payment").count() == 1


def test_what_was_paid_in_the_last_second_is_settled_and_not_expired(bill, world: World, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    sweep(run_jobs, timedelta(minutes=32))

    assert state() == ("succeeded", "paid")


def test_a_refused_payment_frees_the_items(bill, world: World, run_jobs):
    payment = bill.start()
    world.fail(payment.session_id)
    sweep(run_jobs, timedelta(minutes=3))
    tries_again = world.refused is not Outcome.FAILED

    assert state() == (("pending", "held") if tries_again else ("failed", "released"))
    sweep(run_jobs, timedelta(minutes=32))
    assert state() == ("expired" if tries_again else "failed", "released")


def test_a_payment_that_never_reached_the_gateway_expires(bill, fake_stripe, settings, run_jobs):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    bill.start()
    fake_stripe.sessions.clear()
    Payment.objects.update(session_id="", session_url="", state="created")
    sweep(run_jobs, timedelta(minutes=32))

    assert state() == ("expired", "released")


def test_the_gateway_is_not_asked_again_at_once(bill, run_jobs):
    bill.start()
    with clock.stopped(clock.now() + timedelta(minutes=3)):
        tasks.sweep()
        tasks.sweep()
        assert run_jobs() == 1


def test_an_answer_from_before_the_end_does_not_keep_the_sweep_from_asking_after_it(bill, run_jobs):
    payment = bill.start()
    with clock.stopped(payment.expires_at - timedelta(seconds=10)):
        tasks.ask(payment.pk)
    with clock.stopped(payment.expires_at + timedelta(seconds=10)):
        tasks.sweep()
        run_jobs()

    assert state() == ("expired", "released")


def test_the_sweep_is_scheduled_every_minute():
    every = {entry.name: entry.every for entry in jobs.schedule()}

    assert every["payments.tasks.sweep"] == timedelta(minutes=1)


# Comparing with the gateway


def test_a_payment_that_expired_here_and_was_paid_there_is_found_by_the_daily_comparison(bill, world: World, run_jobs):
    payment = bill.start()
    world.expire(payment.session_id)
    sweep(run_jobs, timedelta(minutes=32))
    assert state() == ("expired", "released")

    if isinstance(world, StripeWorld):
        world.stripe.sessions[payment.session_id]["status"] = "open"
    world.pay(payment.session_id)
    tasks.reconcile()

    assert state() == ("succeeded", "paid")


def forget(payment: Payment) -> None:
    """As after the database was restored to an hour before it."""
    transit_id = payment.transit_id
    GatewayEvent.objects.filter(payment=payment).update(payment=None)
    payment.delete()
    Transit.objects.filter(pk=transit_id).delete()


def test_a_payment_that_only_the_gateway_remembers_is_made_anew_and_booked_as_ever(bill, world: World, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    reference = payment.transit.reference
    forget(payment)
    for _ in range(2):
        tasks.look_back()
    if isinstance(world, Przelewy24World):  # it keeps nothing for us beside a transaction
        assert not Payment.objects.exists()
        assert Task.objects.filter(kind="payment_unknown").count() == 1
        return
    anew = Payment.objects.get()
    assert state() == ("succeeded", "paid")
    assert (anew.public_id, anew.payer, anew.received) == (payment.public_id, bill.owner, Decimal("204.10"))
    assert anew.transit.reference == reference
    parts = anew.transit.parts.order_by("pk").values_list("item", "amount")
    assert list(parts) == [(item.pk, item.open_amount) for item in bill.items]
    assert OutboxFact.objects.filter(kind="payment").count() == 1
    assert not Task.objects.exists()


def test_its_message_alone_brings_it_back_too(bill, fake_stripe, settings, post, run_jobs):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    payment = bill.start()
    fake_stripe.pay(payment.session_id)
    forget(payment)
    post("stripe", fake_stripe.event("checkout.session.completed", payment.session_id))
    run_jobs()

    assert state() == ("succeeded", "paid")


def test_what_was_paid_anew_meanwhile_is_held_for_a_clerk(bill, world: World, run_jobs):
    first = bill.start()
    world.pay(first.session_id)
    forget(first)
    second = bill.start()
    world.pay(second.session_id)
    tasks.ask(second.pk)
    tasks.look_back()
    if isinstance(world, Przelewy24World):
        assert Task.objects.filter(kind="payment_unknown").count() == 1
        return
    anew = Payment.objects.exclude(pk=second.pk).get()
    assert (anew.is_held_for_clerk, anew.transit.state) == (True, "released")
    assert OutboxFact.objects.filter(kind="payment").count() == 1


@pytest.mark.parametrize("lost", ["customer", "item", "metadata"])
def test_a_payment_of_which_too_little_is_remembered_goes_to_a_clerk(bill, run_jobs, lost):
    payment = bill.start()
    sandbox.pay(payment.session_id, "blik")
    forget(payment)
    kept = SandboxSession.objects.get().metadata
    changed = {"customer": {**kept, "customer": str(uuid4())}, "item": {**kept, "item_1": f"{uuid4()} 100"}}
    SandboxSession.objects.update(metadata=changed.get(lost, {}))
    for _ in range(2):
        tasks.reconcile()

    assert not Payment.objects.exists()
    assert Task.objects.filter(kind="payment_unknown").count() == 1


def test_a_refund_that_only_the_gateway_knows_is_found_too(bill, world: World, run_jobs):
    payment = bill.start()
    world.pay(payment.session_id)
    tasks.ask(payment.pk)
    world.gateway.refund(payment.session_id, Decimal("4.10"), "made elsewhere")
    tasks.look_back()

    payment.refresh_from_db()
    assert (payment.state, payment.refunded) == ("refunded_partly", Decimal("4.10"))


def test_without_a_gateway_there_is_nothing_to_compare(settings):
    settings.EBOK_GATEWAY = "none"
    tasks.reconcile()


# Nobody books


def test_the_payer_of_an_unbooked_payment_is_told_once(bill, run_jobs):
    payment = bill.start()
    SandboxSession.objects.update(state="paid", method="blik", paid_at=clock.now())
    tasks.ask(payment.pk)
    assert state() == ("succeeded", "paid")

    with clock.stopped(clock.now() + timedelta(days=10)):
        tasks.chase()
        tasks.chase()

    assert Delivery.objects.filter(message="payment_not_booked").count() == 1
    assert Task.objects.filter(kind="transit_unbooked").count() == 1


def test_pay_late_in_the_sandbox_settles_what_had_expired(bill, run_jobs):
    payment = bill.start()
    SandboxSession.objects.update(state="expired")
    tasks.ask(payment.pk)
    assert state() == ("expired", "released")
    tasks.pay_late_in_sandbox(payment.session_id)
    run_jobs()

    assert state() == ("succeeded", "paid")
    assert Payment.objects.get().received == Decimal("204.10")


def test_letters_are_in_the_payers_language(bill, run_jobs):
    type(bill.owner).objects.update(language="en")
    bill.owner.refresh_from_db()
    payment = bill.start(by=bill.owner)
    SandboxSession.objects.update(state="paid", method="card", paid_at=clock.now())
    tasks.ask(payment.pk)

    letter = Delivery.objects.get()
    assert letter.language == "en"
    assert "received your payment" in letter.subject
