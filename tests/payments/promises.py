"""What is true of payments after every step, and what is true when all that waits has been done."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from payments import actions, payouts, reconciliation, tasks
from payments.models import Payment, Payout, PayoutLine, Refund
from payments.policies import PAID
from payments.reconciliation import where_it_lies
from portal import clock, jobs, money
from portal.billing import transit
from portal.billing.models import OpenItem, Transit, TransitBooking, TransitPart
from portal.desk.models import Task
from portal.outbox.models import OutboxFact
from tests.payments.paying import ZERO, Paying

GONE = (Payment.State.REFUNDED, Payment.State.CHARGED_BACK)


def what_always_holds(paying: Paying) -> None:
    known = paying.payments()
    every_grosz_lies_in_one_place(known)
    nothing_is_settled_twice()
    the_billing_system_is_told_what_is_left_and_no_more(known)
    what_is_held_is_a_clerks_task_and_nothing_else_is(known)
    no_more_goes_back_than_came(paying)


def every_grosz_lies_in_one_place(known: list[Payment]) -> None:
    bookings = TransitBooking.objects.filter(entry__is_current=True).values_list("transit").annotate(Sum("amount"))
    booked = dict(bookings.order_by())
    for payment in known:
        if payment.received is not None:
            lies = where_it_lies(payment, booked.get(payment.transit_id, ZERO))
            assert lies.difference == ZERO, (payment, lies)
            assert min(vars(lies).values()) >= ZERO, (payment, lies)


def nothing_is_settled_twice() -> None:
    settled = (
        TransitPart.objects.filter(transit__state__in=(Transit.State.PAID, Transit.State.BOOKED))
        .exclude(transit__payment__state__in=GONE)
        .values_list("item")
        .annotate(Sum("amount"))
    )
    amounts = {item.pk: item.amount for item in OpenItem.objects.all()}
    for item, total in settled.order_by():
        assert item is None or total <= amounts[item], (item, total)


def the_billing_system_is_told_what_is_left_and_no_more(known: list[Payment]) -> None:
    """Reckoned from what it was told and from nothing of the payment's own."""
    told_of = defaultdict(list)
    for fact in OutboxFact.objects.filter(about__startswith="payment:"):
        told_of[fact.about.split(":")[1]].append((fact.kind, Decimal(fact.values["amount"])))
    for payment in known:
        told = told_of[payment.transit.reference]
        came = [amount for kind, amount in told if kind == "payment"]
        left_again = sum((amount for kind, amount in told if kind != "payment"), ZERO)
        assert len(came) <= 1, told
        if came:
            assert came[0] - left_again == payment.left, (payment, told)
        elif payment.received is not None:
            assert payment.is_held_for_clerk or payment.left == 0, payment


def what_is_held_is_a_clerks_task_and_nothing_else_is(known: list[Payment]) -> None:
    tasks_of = set(Task.objects.filter(kind=actions.HELD, state="open").values_list("about", flat=True))
    assert tasks_of == {f"payment:{one.public_id}" for one in known if one.is_held_for_clerk}


def no_more_goes_back_than_came(paying: Paying) -> None:
    for intent in paying.stripe.intents.values():
        charge = intent["latest_charge"]
        assert not charge or charge["amount_refunded"] <= charge["amount"]


def all_agree_at_last(paying: Paying) -> None:
    """When all that waits has been done, states and amounts agree with the gateway's own."""
    paying.now += timedelta(hours=1)
    with clock.stopped(paying.now):
        paying.stripe.pay_out()
    for _ in range(2):
        paying.deliver(crash=0)
        paying.sweep(crash=0)
        paying.do(tasks.reconcile)
        paying.do(tasks.look_back)
        paying.do(jobs.run_due)
        paying.do(tasks.read_payouts)
        paying.now += timedelta(minutes=10)
    known = {str(payment.public_id): payment for payment in paying.payments()}
    received = 0
    for session in paying.stripe.sessions.values():
        payment = known.pop(session["client_reference_id"], None)
        is_paid = session["payment_status"] == "paid"
        if payment is None:
            assert not is_paid, session
            continue
        assert (payment.state in PAID) is is_paid, (payment, session["status"])
        assert not payment.is_waiting
        if is_paid:
            charge = paying.stripe.intents[session["payment_intent"]]["latest_charge"]
            received += charge["amount"]
            agrees(paying, payment, charge)
    assert not any(payment.state in PAID for payment in known.values())
    lying = [where_it_lies(one, transit.booked_amount(one.transit)) for one in paying.payments() if one.received]
    assert sum(money.to_grosze(one.received) for one in lying) == received
    assert not Refund.objects.filter(state=Refund.State.SENDING).exists()
    all_of_it_is_at_the_bank(paying)


def agrees(paying: Paying, payment: Payment, charge: dict[str, Any]) -> None:
    """To the grosz with what the gateway says of it."""
    mine = [one for one in paying.stripe.disputes if one["payment_intent"] == charge["payment_intent"]]
    lost = sum(one["amount"] for one in mine if one["status"] == "lost")
    assert money.to_grosze(payment.received or ZERO) == charge["amount"], payment
    assert money.to_grosze(payment.refunded) == charge["amount_refunded"], payment
    assert money.to_grosze(payment.charged_back) == lost, payment
    assert (payment.state == Payment.State.CHARGED_BACK) is bool(lost), payment
    assert (payment.state == Payment.State.DISPUTED) is any(one["status"] == "needs_response" for one in mine)


def all_of_it_is_at_the_bank(paying: Paying) -> None:
    arrived = {one["id"]: one["amount"] for one in paying.stripe.payouts if one["status"] == "paid"}
    kept = Payout.objects.filter(returned_on__isnull=True)
    assert {one.payout_id: money.to_grosze(one.amount) for one in kept} == arrived
    assert not PayoutLine.objects.exclude(trouble="").exists()
    assert None not in payouts.at_the_bank_by().values()
    done = (payouts.DIFFERS, payouts.RETURNED, reconciliation.DIFFERS)
    assert not Task.objects.filter(kind__in=done, state="open").exists()
    charges = PayoutLine.objects.filter(kind="charge").aggregate(total=Sum("amount"))["total"] or ZERO
    assert charges == sum((one.received or ZERO for one in paying.payments()), ZERO)
