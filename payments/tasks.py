"""What is done later and again and again: acting on events, asking about what waits, comparing with the gateway."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from payments import actions, events, payouts, reconciliation, refunds
from payments.gateways import sandbox
from payments.gateways.base import NoGateway, NoSuchSession, named
from payments.models import GatewayEvent, Payment, Refund
from payments.policies import PAID, WAITING, Outcome
from portal import clock, jobs
from portal.billing import transit

ASK_AFTER = timedelta(minutes=2)
ASK_AGAIN_AFTER = timedelta(minutes=5)
LOOK_BACK = timedelta(days=3)
LATELY = timedelta(hours=2)
AT_ONCE = 200


def act_on_event(event_id: int) -> None:
    event = GatewayEvent.objects.get(pk=event_id)
    try:
        events.act_on_event(event)
    except (NoSuchSession, NoGateway):
        # It is of another account or of a gateway no longer used: kept, and nothing to be done.
        GatewayEvent.objects.filter(pk=event_id).update(acted_on_at=clock.now())


def ask(payment_id: int) -> None:
    """Ask about one payment; when its time is up, see that nobody pays any more."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.is_waiting and payment.expires_at <= clock.now():
        actions.end_payment(payment)
    elif payment.is_waiting:
        actions.ask_gateway(payment)


def sweep() -> None:
    """Payments whose time is up, and those that wait in silence: each is asked about in a job of its own."""
    moment = clock.now()
    is_over = Q(expires_at__lte=moment)
    is_silent = Q(created_at__lte=moment - ASK_AFTER) & ~Q(session_id="")
    lately = Q(asked_at__gt=moment - ASK_AGAIN_AFTER)
    # An answer from before the time was up says nothing of what holds after it.
    asked = lately & (Q(asked_at__gt=F("expires_at")) | Q(expires_at__gt=moment))
    waiting = Payment.objects.filter(is_over | is_silent, state__in=WAITING).exclude(asked).order_by("expires_at")
    for payment_id in waiting.values_list("pk", flat=True)[:AT_ONCE]:
        ask_soon(payment_id, unless_asked_since=moment)


def ask_soon(payment_id: int, *, unless_asked_since: datetime) -> None:
    """Have a payment asked about, unless that was done since: however many look, the gateway is asked seldom."""
    waiting = Payment.objects.filter(pk=payment_id, state__in=WAITING)
    is_due = Q(asked_at__isnull=True) | Q(asked_at__lte=unless_asked_since)
    if waiting.filter(is_due).update(asked_at=clock.now()):
        jobs.later("payments.tasks.ask", payment_id)


def reconcile() -> None:
    """Compare with the gateway's own list of some days: what it knows and we do not is followed, or given to a clerk."""
    _compare(LOOK_BACK)


def look_back() -> None:
    """The same for the last hours, often: a database restored to ten minutes ago is whole again before many notice.

    Refunds whose job has given up, because the gateway was down for hours, are sent again: its key gives back once.
    """
    for refund_id in Refund.objects.filter(state=Refund.State.SENDING).values_list("pk", flat=True)[:AT_ONCE]:
        jobs.later("payments.tasks.send_refund", refund_id)
    _compare(LATELY)


def read_payouts() -> None:
    """What the gateway has sent to the bank account, compared line by line; and the days on which a grosz lies nowhere."""
    payouts.read()
    reconciliation.look_at_the_days()


def _compare(length: timedelta) -> None:
    try:
        gateway = named(settings.EBOK_GATEWAY)
    except NoGateway:
        return
    for told in gateway.sessions_since(clock.now() - length):
        if told.outcome is not Outcome.PAID:
            continue
        payment = actions.by_key(told.key)
        if payment is None:
            events.follow_unknown(gateway.name, told)
        elif payment.state not in PAID or told.refunded > payment.refunded or told.dispute:
            actions.follow(payment.pk, told)


def send_refund(refund_id: int) -> None:
    refunds.send(Refund.objects.select_related("payment__transit", "payment__customer").get(pk=refund_id))


def chase() -> None:
    """What was paid and nobody books goes to a clerk, and its payer is told not to pay again."""
    late = {one.pk for one in transit.chase()}
    for payment in Payment.objects.filter(transit__in=late).select_related("transit", "customer", "payer"):
        actions.tell_of_slow_booking(payment)


def pay_late_in_sandbox(session_id: str) -> None:
    """The sandbox's payer who approves after the session has expired."""
    session = sandbox.pay(session_id, "blik")
    events.receive_event(sandbox.NAME, *sandbox.message(session))
