"""What a gateway sends to the bank account, compared with its payments, for every gateway."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from payments import actions, payouts, reconciliation, refunds, tasks, wagtail_hooks
from payments.models import GatewayEvent, Payment, Payout, PayoutLine
from payments.policies import LineFacts, trouble_with
from portal import clock
from portal.billing.models import Transit
from portal.desk import kinds
from portal.desk.actions import close_task
from portal.desk.models import Task
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe
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


def paid(bill, world: World | FakeStripe) -> Payment:
    payment = bill.start()
    world.pay(payment.session_id)
    return actions.ask_gateway(payment)


def read(after: timedelta = timedelta(0)) -> None:
    with clock.stopped(clock.now() + after):
        tasks.read_payouts()


def payments_of(payment: Payment):
    day = payment.succeeded_at.date()
    return list(reconciliation.paid_between(day, day))


def days_of(payment: Payment):
    day = payment.succeeded_at.date()
    return reconciliation.by_day(day, day)


def page_of(what: Payment | Payout) -> str:
    register = "payment_register" if isinstance(what, Payment) else "payout_register"
    return reverse(f"{register}:inspect", args=[what.public_id])


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


def test_a_payout_that_came_back_is_a_task_until_a_later_one_brings_its_money(bill, world: World, accountant):
    if not world.tells_what_came_back:
        return
    payment = paid(bill, world)
    sent = clock.now() + world.pay_out()
    with clock.stopped(sent):
        tasks.read_payouts()
        before = Payout.objects.get()
        world.send_back(before.payout_id)
        for _ in range(2):
            tasks.read_payouts()

        before.refresh_from_db()
        assert (before.returned_on, before.returned_because) == (sent.date(), "account")
        task = Task.objects.get(kind=payouts.RETURNED)
        assert accountant.get(kinds.where_of(task.kind, task.about)).status_code == 200
        assert [payment.payout_number for payment, _lies in payments_of(payment)] == [None]
        assert [day.sent for day in days_of(payment)] == [0]

    with clock.stopped(sent + timedelta(days=1)):
        later = clock.now() + world.pay_out()
    with clock.stopped(later):
        tasks.read_payouts()
        after = Payout.objects.exclude(pk=before.pk).get()
        assert [(line.kind, line.returned_payout, line.trouble) for line in after.lines.all()] == [
            ("returned", before, "")
        ]
        assert not Task.objects.filter(state="open").exists()
        assert [payment.payout_number for payment, _lies in payments_of(payment)] == [after.payout_id]
        assert [day.to_come for day in days_of(payment)] == [0]
        read_of = {one.pk: accountant.get(page_of(one)).content.decode() for one in (before, after)}
        assert page_of(after) in read_of[before.pk]
        assert page_of(before) in read_of[after.pk]
        assert page_of(before) in accountant.get(page_of(payment)).content.decode()


def test_what_is_sent_again_may_come_back_again(bill, stripe):
    paid(bill, stripe)
    numbers = []
    for _ in range(3):
        numbers.append(stripe.pay_out())
        stripe.fail_payout(numbers[-1])
        tasks.read_payouts()
    assert Task.objects.filter(kind=payouts.RETURNED, state="open").get().title.endswith(numbers[-1])
    assert set(payouts.at_the_bank_by().values()) == {None}

    numbers.append(stripe.pay_out())
    tasks.read_payouts()
    assert {payout.payout_id for payout in payouts.at_the_bank_by().values()} == {numbers[-1]}
    assert Payout.objects.filter(returned_on=None).get().payout_id == numbers[-1]
    assert not Task.objects.filter(state="open").exists()


def test_a_returned_payout_that_a_clerk_has_dealt_with_is_not_told_again(bill, stripe):
    paid(bill, stripe)
    stripe.fail_payout(stripe.pay_out())
    tasks.read_payouts()
    close_task(Task.objects.get(kind=payouts.RETURNED), by=factories.make_staff(), outcome="The account is mended.")
    tasks.read_payouts()
    assert not Task.objects.filter(state="open").exists()


@pytest.mark.parametrize("wrong", ["amount", "unknown", "twice"])
def test_money_sent_again_that_fits_no_returned_payout_is_told(bill, stripe, wrong):
    paid(bill, stripe)
    number = stripe.pay_out()
    tasks.read_payouts()
    if wrong == "unknown":
        stripe._line("payout_failure", "payout_reversal", 20160, {"object": "payout", "id": "po_of_long_ago"})
    else:
        stripe.fail_payout(number)
        if wrong == "amount":
            stripe.balance[-1].update(amount=20159, net=20159)
        else:
            stripe._line("payout_failure", "payout_reversal", 20160, stripe.payouts[0])
    stripe.pay_out()
    tasks.read_payouts()

    assert set(PayoutLine.objects.filter(kind="returned").values_list("trouble", flat=True)) == {"payout"}
    assert open_tasks().count() == 1


def test_what_a_clerk_has_dealt_with_does_not_come_again_in_the_same_words(bill, stripe):
    paid(bill, stripe)
    stripe._line("topup", "topup", 100, {"object": "topup", "id": "tu_1"})
    stripe.pay_out()
    tasks.read_payouts()
    close_task(open_tasks().get(), by=factories.make_staff(), outcome="A deposit of our own.")
    tasks.read_payouts()
    assert not open_tasks().exists()

    PayoutLine.objects.filter(kind="charge").update(amount=Decimal("1.00"))
    tasks.read_payouts()
    assert open_tasks().count() == 1


def test_the_list_says_of_each_payout_how_it_stands(bill, stripe, accountant):
    paid(bill, stripe)
    stripe.fail_payout(stripe.pay_out())
    stripe.pay_out()
    stripe._line("stripe_fee", "fee", -1000, {"object": "invoice", "id": "in_1"})
    stripe.pay_out()
    stripe.payouts[-1]["amount"] -= 1
    tasks.read_payouts()

    page = accountant.get(reverse("payout_register:index"))
    said = {payout.payout_id: wagtail_hooks._payout_state(payout) for payout in page.context["object_list"]}
    today = f"{clock.today():%d.%m.%Y}"
    assert [said[one["id"]] for one in stripe.payouts] == [f"wróciła {today}", "zgadza się", "nie zgadza się"]


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
        ({"kind": "returned", "is_of_a_payment": False, "returned": Decimal(100)}, ""),
        ({"kind": "returned", "is_of_a_payment": False, "returned": Decimal(99)}, "payout"),
        ({"kind": "returned", "is_of_a_payment": False, "returned": Decimal(100), "in_all": Decimal(200)}, "payout"),
        ({"kind": "returned", "is_of_a_payment": False}, "payout"),
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
