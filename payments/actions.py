"""What moves a payment: a verified event, or our own question to the gateway. Nothing else does.

Every deed here may be done again, in any order and after a crash at any line, with the same end.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from payments import lost, queries
from payments.gateways.base import Gateway, NoSuchSession, SessionState, named
from payments.models import GatewayEvent, Payment
from payments.policies import Asked, GiveBack, GiveUp, Object, Outcome, SetAside, Settle, Stay, Told, Wait, decide
from portal import clock, jobs, money
from portal.billing import transit
from portal.billing.models import Transit, TransitPart
from portal.desk.actions import close_about, open_task
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.outbox.actions import tell

log = logging.getLogger("payments")

LEFT_LYING = timedelta(minutes=10)
HELD = "payment_held"
DISPUTED = "payment_disputed"
UNKNOWN = "payment_unknown"


# Events


def receive_event(gateway_name: str, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
    """Verify a gateway's message, keep it once, and have it acted on. Raises BadSignature or NoGateway.

    What is kept and what is to be done about it are written together; repeated, it is acted on again only when the
    first time was left lying.
    """
    told = named(gateway_name).read_event(body, headers)
    with transaction.atomic():
        event, is_new = GatewayEvent.objects.get_or_create(
            gateway=gateway_name,
            event_id=told.event_id,
            defaults={
                "kind": told.kind,
                "session_id": told.session_id,
                "gateway_payment_id": told.gateway_payment_id,
                "key": told.key,
                "payload": told.payload,
                "received_at": clock.now(),
            },
        )
        is_left = event.acted_on_at is None and event.received_at < clock.now() - LEFT_LYING
        if is_new or is_left:
            jobs.later("payments.tasks.act_on_event", event.pk)
    return event


def act_on_event(event: GatewayEvent) -> None:
    """Ask the gateway what is true now about what the event concerns, and follow that."""
    if event.acted_on_at is not None:
        return
    payment = _payment_of(event)
    if payment is not None:
        ask_gateway(payment, session_id=event.session_id)
    elif event.session_id and event.key and by_key(event.key) is None:
        payment = follow_unknown(event.gateway, named(event.gateway).session_state(event.session_id))
    event.payment, event.acted_on_at = payment, clock.now()
    event.save(update_fields=["payment", "acted_on_at"])


def _payment_of(event: GatewayEvent) -> Payment | None:
    ours = Payment.objects.filter(gateway=event.gateway)
    if event.session_id and (found := ours.filter(session_id=event.session_id).first()):
        return found
    if event.gateway_payment_id and (found := ours.filter(gateway_payment_id=event.gateway_payment_id).first()):
        return found
    # We may have died between opening the session and writing its id down.
    found = by_key(event.key)
    is_its_own = found is not None and event.session_id in ("", found.session_id or event.session_id)
    return found if found and found.gateway == event.gateway and is_its_own else None


def by_key(key: str) -> Payment | None:
    """Our payment by the key that a gateway keeps."""
    try:
        return Payment.objects.filter(public_id=UUID(key)).first()
    except ValueError:
        return None


# Our own questions


def ask_gateway(payment: Payment, *, session_id: str = "") -> Payment:
    """Ask what the payment's session has come to, and follow it. Raises GatewayFault."""
    known = payment.session_id or session_id
    if not known:
        return payment  # it is just being opened, or its answer was lost: end_payment looks for it when the time is up
    return follow(payment.pk, named(payment.gateway).session_state(known))


def end_payment(payment: Payment, *, gives_up: bool = False) -> Payment:
    """Let nobody pay in its session any more, then follow what it came to, which may be paid. Raises GatewayFault."""
    if not payment.is_waiting:
        return payment
    gateway = named(payment.gateway)
    session_id = payment.session_id or _look_for(gateway, payment)
    told = SessionState(session_id=session_id, key=str(payment.public_id), outcome=Outcome.EXPIRED)
    if session_id:
        with suppress(NoSuchSession):  # where there is no session nobody can pay
            told = gateway.end_session(session_id)
    return follow(payment.pk, told, gives_up=gives_up)


def _look_for(gateway: Gateway, payment: Payment) -> str:
    """The id of a session that we never learnt, because the answer was lost, or the database was; else empty."""
    since = gateway.sessions_since(payment.created_at - timedelta(minutes=5))
    return next((told.session_id for told in since if told.key == str(payment.public_id)), "")


# Following


@transaction.atomic
def follow(payment_id: int, told: SessionState, *, gives_up: bool = False) -> Payment:
    """Move a payment to where the gateway says that it is, with everything that follows from it, in one transaction.

    Locks the payment, then through billing its items and its transit.
    """
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if told.key != str(payment.public_id):
        log.warning("A session of another payment was told for payment %s; nothing is done.", payment.public_id)
        return payment
    _remember(payment, told)
    while _step(payment, told, gives_up=gives_up):
        pass  # what was paid may be disputed already
    payment.save()
    return payment


def _step(payment: Payment, told: SessionState, *, gives_up: bool) -> bool:
    """Take the one step that the gateway's word asks for; False when there is none."""
    verdict = decide(
        Asked(
            state=payment.state, amount=payment.amount, currency=payment.currency, refunded=Decimal(payment.refunded)
        ),
        Told(
            outcome=told.outcome,
            amount=told.amount,
            currency=told.currency,
            dispute=told.dispute,
            refunded=told.refunded,
        ),
        gives_up=gives_up,
    )
    match verdict:
        case Settle():
            _settle(payment, told)
        case SetAside():
            _mark_paid(payment, told)
            _set_aside(payment, _difference(payment))
        case GiveUp(state):
            _move(payment, state)
            transit.release(payment.transit.reference)
        case Object(state):
            _move(payment, state)
            if state == Payment.State.CHARGED_BACK:
                _take_back(payment, (payment.received or payment.amount) - payment.refunded, "chargeback")
            _tell_of_dispute(payment)
        case GiveBack(state):
            _give_back(payment, state, told)
        case Wait():
            _move(payment, Payment.State.PENDING)
    return not isinstance(verdict, Stay)


def _remember(payment: Payment, told: SessionState) -> None:
    payment.asked_at = clock.now()
    payment.session_id = payment.session_id or told.session_id
    payment.method = told.method or payment.method
    payment.gateway_payment_id = told.gateway_payment_id or payment.gateway_payment_id
    payment.fee = payment.fee if told.fee is None else told.fee


def _move(payment: Payment, state: str) -> None:
    before, payment.state = payment.state, state
    note(
        f"payment_{state}",
        about=f"payment:{payment.public_id}",
        by=payment.gateway,
        customer=payment.customer.public_id,
        before=before,
        amount=str(payment.amount),
    )


def _mark_paid(payment: Payment, told: SessionState) -> None:
    payment.received, payment.received_currency = told.amount, told.currency
    payment.succeeded_at = told.paid_at or clock.now()
    _move(payment, Payment.State.SUCCEEDED)


def _settle(payment: Payment, told: SessionState) -> None:
    _mark_paid(payment, told)
    try:
        payment.transit = transit.settle(
            payment.transit.reference, payment.succeeded_at or clock.now(), channel=payment.method[:20]
        )
    except transit.AlreadyPaid as why:
        _set_aside(payment, str(why))
        return
    tell(
        "payment",
        about=f"payment:{payment.transit.reference}",
        reference=payment.transit.reference,
        customer=payment.customer.external_id,
        amount=str(payment.amount),
        currency=payment.currency,
        method=payment.method,
        channel=payment.transit.channel,
        gateway=payment.gateway,
        paid_at=(payment.succeeded_at or clock.now()).isoformat(),
        items=_items_for_billing(payment),
    )
    when = (payment.succeeded_at or clock.now()).astimezone(clock.WARSAW)
    _write_to_payer(
        payment,
        "payment_succeeded",
        paid_at=f"{when:%d.%m.%Y %H:%M}",
        method=queries.method_in_words(payment.method),
    )


def _give_back(payment: Payment, state: str, told: SessionState) -> None:
    given, payment.refunded = told.refunded - payment.refunded, told.refunded
    _move(payment, state)
    if state == Payment.State.REFUNDED:
        payment.is_held_for_clerk = False
        close_about(HELD, f"payment:{payment.public_id}", outcome=_("Refunded."))
    _take_back(payment, given, "refund")
    _write_to_payer(payment, "payment_refunded", refunded=money.zloty(told.refunded))


def _take_back(payment: Payment, amount: Decimal, kind: str) -> None:
    """Money left again. The billing system, which was told of its coming, is told; what it has booked, it undoes itself."""
    was_told = payment.transit.state in (Transit.State.PAID, Transit.State.BOOKED)
    if payment.state != Payment.State.REFUNDED_PARTLY:
        payment.transit = transit.withdraw(payment.transit.reference)
    if was_told:
        tell(
            kind,
            about=f"payment:{payment.transit.reference}:{payment.refunded}",
            reference=payment.transit.reference,
            customer=payment.customer.external_id,
            amount=str(amount),
            currency=payment.currency,
            gateway=payment.gateway,
        )


def _items_for_billing(payment: Payment) -> list[dict[str, str]]:
    """What each part of the money is for, in the billing system's own keys; no entry means on account."""
    parts = TransitPart.objects.filter(transit=payment.transit_id).select_related("item__entry").order_by("pk")
    return [{"entry": part.item.entry.external_id if part.item else "", "amount": str(part.amount)} for part in parts]


def _set_aside(payment: Payment, why: str) -> None:
    """The money is here and goes nowhere until a clerk decides; what it was for may be paid again."""
    payment.is_held_for_clerk, payment.held_because = True, why
    transit.release(payment.transit.reference)
    open_task(
        HELD,
        about=f"payment:{payment.public_id}",
        title=_("Payment to decide on: %(reference)s") % {"reference": payment.transit.reference},
        body=_("%(why)s The gateway's number of the payment: %(number)s.")
        % {"why": why, "number": payment.gateway_payment_id or payment.session_id},
        customer=payment.customer.public_id,
    )
    _write_to_payer(payment, "payment_held", reason=why)


def _difference(payment: Payment) -> str:
    return _("%(asked)s was asked for, and %(received)s %(currency)s arrived.") % {
        "asked": money.zloty(payment.amount),
        "received": money.amount(payment.received) if payment.received is not None else "?",
        "currency": payment.received_currency,
    }


def _tell_of_dispute(payment: Payment) -> None:
    open_task(
        DISPUTED,
        about=f"payment:{payment.public_id}",
        title=_("The payer disputes a payment: %(reference)s") % {"reference": payment.transit.reference},
        body=_("State: %(state)s. The gateway's number of the payment: %(number)s.")
        % {"state": payment.get_state_display(), "number": payment.gateway_payment_id},
        customer=payment.customer.public_id,
    )


def _write_to_payer(payment: Payment, code: str, **values: str) -> None:
    documents = (
        # A guest is told no more of a document than the number that he typed.
        f"{line.number} {line.title if payment.payer_id else ''}".strip() + f": {money.zloty(line.amount)}"
        for line in queries.paid_for(payment)
    )
    send(
        code,
        to=payment.payer_email,
        about=f"payment:{payment.public_id}",
        user=payment.payer,
        customer=payment.customer.public_id,
        language=payment.payer.language if payment.payer else "pl",
        amount=money.zloty(payment.amount),
        reference=payment.transit.reference,
        documents="\n".join(documents),
        link=absolute(page_of(payment)),
        **values,
    )


def page_of(payment: Payment) -> str:
    """The path of a payment's page; it names the customer, so that two tabs never mix. A guest's names none."""
    if payment.payer_id is None:
        return reverse("payments:guest_payment", args=[payment.public_id])
    return f"{reverse('payments:payment', args=[payment.public_id])}?k={payment.customer.public_id}"


def tell_of_slow_booking(payment: Payment) -> None:
    _write_to_payer(payment, "payment_not_booked")


# What the gateway knows and we do not: our database was restored to an earlier hour, or lost


def follow_unknown(gateway: str, told: SessionState) -> Payment | None:
    """A session that we know nothing of: when it is paid, its payment is made anew, or given to a clerk."""
    if told.outcome is not Outcome.PAID:
        return None
    payment = made_anew(gateway, told)
    if payment is None:
        report_unknown(told)
        return None
    return follow(payment.pk, told)


@transaction.atomic
def made_anew(gateway: str, told: SessionState) -> Payment | None:
    """The payment that a gateway remembers, from what we gave it to keep; None when that does not say enough."""
    found = lost.remembered(told)
    if found is None:
        return None
    held = Transit.objects.create(
        reference=found.reference,
        customer=found.customer,
        amount=found.amount,
        channel=transit.ONLINE,
        held_until=clock.now(),
    )
    TransitPart.objects.bulk_create(
        TransitPart(transit=held, item_id=item, amount=amount) for item, amount in found.parts
    )
    payment = Payment.objects.create(
        public_id=found.public_id,
        customer=found.customer,
        payer=found.payer,
        payer_email=found.payer.email or "" if found.payer else "",
        transit=held,
        amount=found.amount,
        gateway=gateway,
        session_id=told.session_id,
        created_at=clock.now(),
        expires_at=clock.now(),
    )
    note("payment_made_anew", about=f"payment:{found.public_id}", by=gateway, customer=found.customer.public_id)
    return payment


def report_unknown(told: SessionState) -> None:
    """The gateway holds a payment that we know nothing of."""
    open_task(
        UNKNOWN,
        about=f"session:{told.session_id}"[:80],
        title=_("A payment that the portal does not know"),
        body=_("The gateway holds a paid session %(session)s (%(amount)s %(currency)s, our number %(key)s).")
        % {
            "session": told.session_id,
            "amount": money.amount(told.amount) if told.amount is not None else "?",
            "currency": told.currency,
            "key": told.key or "?",
        },
    )
