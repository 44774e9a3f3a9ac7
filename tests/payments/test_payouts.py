"""What a gateway sends to the bank account, compared with its payments, for every gateway."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from payments import actions, payouts, reconciliation, refunds, tasks
from payments.models import GatewayEvent, Payment, Payout, PayoutLine
from payments.policies import LineFacts, trouble_with
from portal import clock
from portal.billing.models import Transit
from portal.desk import kinds
from portal.desk.models import Task
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET
from tests.gateways.worlds import Przelewy24World, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe(fake_stripe, settings):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    return fake_stripe


@pytest.fixture
def accountant(db):
    user = factories.make_staff()
    rights = ("access_admin", "view_payment", "view_payout", "add_refund")
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


def paid(bill, world: World) -> Payment:
    payment = bill.start()
    world.pay(payment.session_id)
    return actions.ask_gateway(payment)


def read(after: timedelta = timedelta(0)) -> None:
    with clock.stopped(clock.now() + after):
        tasks.read_payouts()


def open_tasks():
    return Task.objects.filter(kind=payouts.DIFFERS, state="open")


def test_a_payout_is_kept_once_and_each_line_finds_its_payment(bill, world: World, run_jobs):
    payment = paid(bill, world)
    refunds.ask(payment, amount=Decimal("68.72"), reason="x", by=factories.make_staff())
    run_jobs()
    later = world.pay_out()
    for _ in range(2):
        read(later)

    payout = Payout.objects.get()
    lines = payout.lines.order_by("kind")
    assert [(line.kind, line.amount, line.payment, line.trouble) for line in lines] == [
        ("charge", Decimal("204.10"), payment, ""),
        ("refund", Decimal("-68.72"), payment, ""),
    ]
    assert payout.amount == Decimal("135.38") - lines[0].fee
    assert not open_tasks().exists()


def test_the_accountants_file_and_the_days_say_what_has_reached_the_bank(bill, world: World, accountant):
    paid(bill, world)
    (day,) = reconciliation.by_day(clock.today(), clock.today())
    assert (day.payments, day.lies.received, day.lies.in_transit, day.to_come) == (1, *[Decimal("204.10")] * 3)
    read(world.pay_out())
    (day,) = reconciliation.by_day(clock.today(), clock.today())
    assert (day.sent, day.to_come, day.lies.difference) == (Decimal("204.10"), 0, 0)

    payout = Payout.objects.get()
    file = accountant.get(reverse("payment_register:report")).content.decode()
    assert f";{payout.payout_id};{payout.sent_on}" in file
    page = accountant.get(reverse("payment_register:days")).content.decode().replace("\xa0", " ")
    assert page.count("204,10") >= 3
    of_it = accountant.get(reverse("payout_register:inspect", args=[payout.public_id])).content.decode()
    assert Payment.objects.get().transit.reference in of_it
    assert payout.payout_id in accountant.get(reverse("payout_register:index")).content.decode()


def test_a_line_of_nobody_is_a_task_until_its_payment_is_found(bill, world: World, accountant):
    """As after the database was restored to an hour before the payment."""
    payment = paid(bill, world)
    transit_id, customer = payment.transit_id, payment.customer
    GatewayEvent.objects.update(payment=None)
    payment.delete()
    Transit.objects.filter(pk=transit_id).delete()
    later = world.pay_out()
    read(later)

    task = open_tasks().get()
    assert accountant.get(kinds.where_of(task.kind, task.about)).status_code == 200
    if isinstance(world, Przelewy24World):  # it keeps nothing for us beside a transaction
        return
    tasks.reconcile()
    read(later)
    assert PayoutLine.objects.get().payment.customer == customer
    assert not open_tasks().exists()


def test_a_refund_made_at_the_gateway_itself_is_learnt_from_the_payout(bill, world: World):
    payment = paid(bill, world)
    world.gateway.refund(payment.session_id, Decimal("10.00"), "made in its panel")
    read(world.pay_out())

    payment.refresh_from_db()
    assert (payment.state, payment.refunded) == ("refunded_partly", Decimal("10.00"))
    assert not open_tasks().exists()


@pytest.mark.parametrize("wrong", ["amount", "fee", "sum"])
def test_what_does_not_fit_is_told_to_a_clerk_and_closes_when_it_does(bill, stripe, wrong):
    payment = bill.start()
    stripe.pay(payment.session_id)
    actions.ask_gateway(payment)
    stripe.pay_out()
    line = stripe.balance[0]
    change = {"amount": ("amount", 1), "fee": ("fee", 1), "sum": ("net", 0)}[wrong]
    if wrong == "sum":
        stripe.payouts[0]["amount"] -= 1
    else:
        line[change[0]] += change[1]
    tasks.read_payouts()

    assert open_tasks().count() == 1
    troubles = set(PayoutLine.objects.values_list("trouble", flat=True))
    assert troubles == {"" if wrong == "sum" else wrong}


def test_money_taken_by_a_dispute_and_given_back_is_of_its_payment(bill, stripe):
    payment = bill.start()
    stripe.pay(payment.session_id, "card")
    actions.ask_gateway(payment)
    stripe.dispute(payment.session_id)
    stripe.dispute(payment.session_id, "won")
    stripe._line("stripe_fee", "fee", -1000, stripe.payouts)
    stripe.pay_out()
    tasks.read_payouts()

    assert sorted(PayoutLine.objects.values_list("kind", "amount", "trouble")) == [
        ("charge", Decimal("204.10"), ""),
        ("dispute", Decimal("-204.10"), ""),
        ("dispute", Decimal("204.10"), ""),
        ("fee", Decimal("-10.00"), ""),
    ]
    assert not open_tasks().exists()


def test_a_gateway_that_does_not_open_its_batches_tells_the_sums(bill, world: World):
    if not isinstance(world, Przelewy24World):
        return
    paid(bill, world)
    world.przelewy24.tells_batches = False
    read(world.pay_out())

    payout = Payout.objects.get()
    assert (payout.amount, payout.lines.count()) == (Decimal("201.60"), 0)
    assert not open_tasks().exists()


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ({"kind": "fee", "is_of_a_payment": False}, ""),
        ({"kind": "other", "is_of_a_payment": False}, "other"),
        ({"kind": "charge", "is_known": False}, "unknown"),
        ({"kind": "charge"}, ""),
        ({"kind": "charge", "received": Decimal("99.99")}, "amount"),
        ({"kind": "charge", "in_all": Decimal(200)}, "amount"),  # sent twice
        ({"kind": "charge", "payments_fee": Decimal(2)}, "fee"),
        ({"kind": "charge", "payments_fee": None}, ""),
        ({"kind": "refund", "in_all": Decimal(-30), "refunded": Decimal(30)}, ""),
        ({"kind": "refund", "in_all": Decimal(-20), "refunded": Decimal(30)}, ""),
        ({"kind": "refund", "in_all": Decimal(-31), "refunded": Decimal(30)}, "amount"),
        ({"kind": "dispute"}, ""),
    ],
)
def test_a_line_beside_its_payment(line, trouble):
    usual = {
        "amount": Decimal(100),
        "fee": Decimal(1),
        "is_of_a_payment": True,
        "is_known": True,
        "received": Decimal(100),
        "payments_fee": Decimal(1),
        "in_all": Decimal(100),
    }
    assert trouble_with(LineFacts(**usual | line)) == trouble


def test_a_day_that_does_not_add_up_is_a_task_until_it_does(bill, world: World, accountant):
    payment = paid(bill, world)
    Transit.objects.filter(pk=payment.transit_id).update(state="released")
    read()
    task = Task.objects.get(kind=reconciliation.DIFFERS, state="open")
    assert accountant.get(kinds.where_of(task.kind, task.about), follow=True).status_code == 200
    Transit.objects.filter(pk=payment.transit_id).update(state="paid")
    read()
    assert not Task.objects.filter(kind=reconciliation.DIFFERS, state="open").exists()


def test_accountants_and_nobody_else_see_the_days_the_file_and_the_payouts(bill, preset):
    addresses = ["payment_register:days", "payment_register:report", "payout_register:index"]
    for group, statuses in (("ksiegowosc", {200}), ("bok", {302, 403})):
        user = factories.make_staff(email=f"{group}@example.pl")
        user.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(user)
        assert {client.get(reverse(name)).status_code for name in addresses} <= statuses
