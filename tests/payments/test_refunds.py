"""Giving money back, and money that a bank takes back, for every gateway that can."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from payments import actions, refunds
from payments.gateways.base import SessionState
from payments.models import Payment, Refund
from payments.policies import Dispute, Outcome
from portal import clock
from portal.billing import transit
from portal.billing.models import Transit
from portal.desk import kinds
from portal.desk.models import Task
from portal.notifications.models import Delivery
from portal.outbox.models import OutboxFact
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories
from tests.gateways.worlds import World

pytestmark = pytest.mark.django_db


def clerk():
    user = factories.make_staff()
    rights = ("access_admin", "view_payment", "add_refund")
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return user


@pytest.fixture
def paid(bill, world: World) -> Payment:
    payment = bill.start()
    world.pay(payment.session_id)
    return actions.ask_gateway(payment)


def ask(payment, amount="204.10", by=None, reason="Zapłacono dwa razy"):
    return refunds.ask(payment, amount=Decimal(amount), reason=reason, by=by or clerk())


def four_eyes_above(amount):
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values={"four_eyes_above": amount})
    rulebook.forget()


def test_a_whole_refund_frees_what_was_paid_for_and_tells_everybody(bill, paid, run_jobs):
    refund = ask(paid)
    run_jobs()
    paid.refresh_from_db()
    refund.refresh_from_db()
    assert (paid.state, paid.refunded, refund.state) == ("refunded", Decimal("204.10"), "done")
    assert paid.transit.state == Transit.State.RELEASED
    assert OutboxFact.objects.get(kind="refund").values["amount"] == "204.10"
    assert Delivery.objects.filter(message="payment_refunded").count() == 1
    assert bill.start().amount == Decimal("204.10")  # it can be paid again


def test_a_refund_in_part_leaves_the_rest_on_its_way_and_a_second_one_ends_it(paid, run_jobs):
    ask(paid, "68.72")
    run_jobs()
    paid.refresh_from_db()
    assert (paid.state, paid.transit.state, refunds.refundable(paid)) == (
        "refunded_partly",
        "paid",
        Decimal("135.38"),
    )
    ask(paid, "135.38")
    run_jobs()
    paid.refresh_from_db()
    paid.transit.refresh_from_db()
    assert (paid.state, paid.refunded, paid.transit.state) == ("refunded", Decimal("204.10"), "released")
    facts = OutboxFact.objects.filter(kind="refund").order_by("pk")
    assert [fact.values["amount"] for fact in facts] == ["68.72", "135.38"]


@pytest.mark.parametrize("again", [1, 3])
def test_a_refund_done_again_after_a_crash_gives_back_once(paid, run_jobs, again):
    refund = ask(paid, "68.72")
    run_jobs()
    for _ in range(again):
        Refund.objects.filter(pk=refund.pk).update(state=Refund.State.SENDING)
        refunds.send(Refund.objects.get(pk=refund.pk))
    paid.refresh_from_db()
    assert paid.refunded == Decimal("68.72")
    assert OutboxFact.objects.filter(kind="refund").count() == 1


@pytest.mark.parametrize("amount", ["204.11", "0.00", "-1.00"])
def test_no_more_than_was_received_goes_back(paid, amount):
    with pytest.raises(refunds.TooMuch):
        ask(paid, amount)


def test_two_refunds_together_give_back_no_more_than_was_received(paid):
    ask(paid, "200.00")
    with pytest.raises(refunds.TooMuch):
        ask(paid, "4.11")


def test_a_reason_is_asked_for(paid):
    with pytest.raises(refunds.NoReason):
        ask(paid, reason="  ")


def test_above_the_limit_a_second_clerk_decides(paid, run_jobs):
    four_eyes_above("200.00")
    first, second = clerk(), clerk()
    refund = ask(paid, by=first)
    run_jobs()
    paid.refresh_from_db()
    assert paid.refunded == 0
    assert Task.objects.filter(kind=refunds.TO_APPROVE, state="open").count() == 1
    with pytest.raises(refunds.SameEyes):
        refunds.approve(refund, by=first)
    refunds.approve(refund, by=second)
    run_jobs()
    paid.refresh_from_db()
    assert paid.state == "refunded"
    assert not Task.objects.filter(kind=refunds.TO_APPROVE, state="open").exists()
    with pytest.raises(refunds.CannotRefund):
        refunds.approve(refund, by=second)


def test_two_refunds_that_wait_are_two_tasks(paid):
    four_eyes_above("10.00")
    first, second = ask(paid, "20.00"), ask(paid, "30.00")
    assert Task.objects.filter(kind=refunds.TO_APPROVE, state="open").count() == 2
    refunds.refuse(first, by=clerk())
    (left,) = Task.objects.filter(kind=refunds.TO_APPROVE, state="open")
    assert str(second.public_id) in left.about


def test_a_task_about_a_refund_leads_to_its_payment(paid):
    four_eyes_above("10.00")
    ask(paid, "20.00")
    task = Task.objects.get(kind=refunds.TO_APPROVE)
    client = Client()
    client.force_login(clerk())
    answer = client.get(kinds.where_of(task.kind, task.about))
    assert answer["Location"] == reverse("payment_register:inspect", args=[paid.public_id])


def test_small_pieces_together_above_the_limit_need_the_second_clerk_too(paid, run_jobs):
    four_eyes_above("100.00")
    states = []
    for _piece in range(3):
        states.append(ask(paid, "50.00").state)
        run_jobs()
        paid.refresh_from_db()
    assert states == ["sending", "sending", "asked"]
    assert paid.refunded == Decimal("100.00")


def test_a_refund_not_approved_gives_nothing_back(paid, run_jobs):
    four_eyes_above("200.00")
    refund = ask(paid)
    refunds.refuse(refund, by=clerk())
    run_jobs()
    paid.refresh_from_db()
    assert (paid.state, refunds.refundable(paid)) == ("succeeded", Decimal("204.10"))


def test_money_held_for_a_clerk_goes_back_and_the_matter_is_closed(bill, world: World, run_jobs):
    first, second = bill.start(amounts={0: "135.38"}), None
    actions.end_payment(first, gives_up=True)
    second = bill.start(amounts={0: "135.38"})
    world.pay(second.session_id)
    actions.ask_gateway(second)
    told = SessionState(
        session_id=first.session_id,
        key=str(first.public_id),
        outcome=Outcome.PAID,
        amount=Decimal("135.38"),
        currency="PLN",
    )
    held = actions.follow(first.pk, told)
    assert held.is_held_for_clerk
    given = SessionState(**{**vars(told), "refunded": Decimal("135.38")})
    held = actions.follow(first.pk, given)
    assert (held.state, held.is_held_for_clerk) == ("refunded", False)
    assert not Task.objects.filter(kind="payment_held", state="open").exists()
    assert not OutboxFact.objects.filter(kind="refund").exists()  # billing never heard of it


def test_a_lost_dispute_frees_the_invoice_and_tells_the_billing_system(paid):
    told = SessionState(
        session_id=paid.session_id,
        key=str(paid.public_id),
        outcome=Outcome.PAID,
        amount=Decimal("204.10"),
        currency="PLN",
        dispute=Dispute.OPEN,
    )
    held = actions.follow(paid.pk, told)
    assert (held.state, held.transit.state) == ("disputed", "paid")
    for _ in range(2):
        lost = actions.follow(paid.pk, SessionState(**{**vars(told), "dispute": Dispute.LOST}))
    assert (lost.state, transit.release(lost.transit.reference).state) == ("charged_back", "released")
    assert OutboxFact.objects.get(kind="chargeback").values["amount"] == "204.10"


def test_a_refund_that_the_gateway_refuses_becomes_a_task(paid, world: World, run_jobs):
    world.gateway.refund(paid.session_id, Decimal("204.10"), "made elsewhere")
    refund = ask(paid)
    run_jobs()
    refund.refresh_from_db()
    assert refund.state == "refused"
    assert Task.objects.filter(kind=refunds.NOT_GIVEN, state="open").count() == 1
    # What was given back elsewhere is followed as soon as anybody asks.
    assert actions.ask_gateway(paid).state == "refunded"


# The panel


@pytest.fixture
def desk(paid):
    client = Client()
    client.force_login(clerk())
    return client


def test_a_clerk_with_the_right_refunds_from_the_payment_s_page(desk, paid, run_jobs):
    page = desk.get(reverse("payment_register:inspect", args=[paid.public_id])).content.decode()
    address = reverse("payment_register:refund", args=[paid.public_id])
    assert address in page
    desk.post(address, {"amount": "68,72", "reason": "Zapłacono dwa razy"})
    run_jobs()
    paid.refresh_from_db()
    assert paid.refunded == Decimal("68.72")


def test_what_was_typed_of_a_refused_refund_is_there_again_once(desk, paid):
    page = reverse("payment_register:inspect", args=[paid.public_id])
    address = reverse("payment_register:refund", args=[paid.public_id])
    again = desk.post(address, {"amount": "999,99", "reason": "Zapłacono dwa razy"}, follow=True).content.decode()
    assert 'value="999,99"' in again
    assert 'value="Zapłacono dwa razy"' in again
    assert 'value="Zapłacono dwa razy"' not in desk.get(page).content.decode()


def test_what_happened_to_a_payment_is_told_in_words(desk, paid, run_jobs):
    desk.post(
        reverse("payment_register:refund", args=[paid.public_id]), {"amount": "68,72", "reason": "Zapłacono dwa razy"}
    )
    run_jobs()
    told = desk.get(reverse("payment_register:inspect", args=[paid.public_id])).context["story"]
    assert "zlecono zwrot" in [what for _at, _who, what in told]
    assert not [what for _at, _who, what in told if re.fullmatch(r"[a-z]+_[a-z_]+", what)]


@pytest.mark.parametrize("name", ["refund", "decide_refund"])
def test_without_the_right_nobody_refunds(paid, name):
    user = factories.make_staff()
    user.user_permissions.add(*Permission.objects.filter(codename__in=("access_admin", "view_payment")))
    client = Client()
    client.force_login(user)
    assert (
        reverse("payment_register:refund", args=[paid.public_id])
        not in client.get(reverse("payment_register:inspect", args=[paid.public_id])).content.decode()
    )
    client.post(reverse(f"payment_register:{name}", args=[paid.public_id]), {"amount": "1,00", "reason": "x"})
    assert not Refund.objects.exists()


def test_a_clerk_asks_the_gateway_again(bill, world: World):
    payment = bill.start()
    world.pay(payment.session_id)
    client = Client()
    client.force_login(clerk())
    for _ in range(2):
        answer = client.post(reverse("payment_register:ask", args=[payment.public_id]))
        assert answer.status_code == 302
    payment.refresh_from_db()
    assert payment.state == "succeeded"
    assert OutboxFact.objects.filter(kind="payment").count() == 1
