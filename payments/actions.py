"""What moves a payment: a verified event, or our own question to the gateway. Nothing else does.

Every deed here may be done again, in any order and after a crash at any line, with the same end.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from payments import queries
from payments.gateways.base import Gateway, NoSuchSession, SessionState, named
from payments.models import Payment
from payments.policies import (
    Asked,
    GiveBack,
    GiveUp,
    Object,
    Outcome,
    SetAside,
    Settle,
    Stay,
    Told,
    Wait,
    decide,
    told_back,
)
from portal import clock, money
from portal.billing import transit
from portal.billing.models import Transit, TransitPart
from portal.desk.actions import close_about, open_task
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.outbox.actions import tell

log = logging.getLogger("payments")

HELD = "payment_held"
DISPUTED = "payment_disputed"
ZERO = Decimal("0.00")


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
                _charge_back(payment, told)
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


def tell_billing(payment: Payment) -> None:
    """Offer what is on its way to the billing system, once."""
    tell(
        "payment",
        about=f"payment:{payment.transit.reference}",
        reference=payment.transit.reference,
        customer=payment.customer.external_id,
        amount=str(payment.transit.amount),
        currency=payment.currency,
        method=payment.method,
        channel=payment.transit.channel,
        gateway=payment.gateway,
        paid_at=(payment.succeeded_at or clock.now()).isoformat(),
        items=_items_for_billing(payment),
    )


def _note_refund(payment: Payment) -> None:
    note(
        "payment_refunded_partly",
        about=f"payment:{payment.public_id}",
        by=payment.gateway,
        customer=payment.customer.public_id,
        before=payment.state,
        amount=str(payment.refunded),
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
    tell_billing(payment)
    when = (payment.succeeded_at or clock.now()).astimezone(clock.WARSAW)
    write_to_payer(
        payment,
        "payment_succeeded",
        paid_at=f"{when:%d.%m.%Y %H:%M}",
        method=queries.method_in_words(payment.method),
    )


def _give_back(payment: Payment, state: str, told: SessionState) -> None:
    given, payment.refunded = told.refunded - payment.refunded, told.refunded
    if state == payment.state:
        _note_refund(payment)  # beside a dispute, which goes on
    else:
        _move(payment, state)
    _take_back(payment, given, "refund")
    write_to_payer(payment, "payment_refunded", refunded=money_in(told.refunded, payment.received_currency))


def _charge_back(payment: Payment, told: SessionState) -> None:
    """What the bank took: no more than what the payer had not been given back already."""
    most = max(ZERO, (payment.received or payment.amount) - told.refunded)
    payment.charged_back = most if told.charged_back is None else min(most, told.charged_back)
    _take_back(payment, payment.charged_back, "chargeback")


def _take_back(payment: Payment, amount: Decimal, kind: str) -> None:
    """Money left again. The billing system, which was told of its coming, is told; what it has booked, it undoes itself."""
    was_told = payment.transit.state in (Transit.State.PAID, Transit.State.BOOKED)
    if payment.left <= 0:
        payment.transit = transit.withdraw(payment.transit.reference)
        payment.is_held_for_clerk = False
        close_about(HELD, f"payment:{payment.public_id}", outcome=payment.get_state_display())
    told = told_back(left_before=payment.left + amount, left=payment.left, payers_fee=Decimal(payment.payers_fee))
    if was_told and told:
        tell(
            kind,
            about=f"payment:{payment.transit.reference}:{payment.refunded + payment.charged_back}",
            reference=payment.transit.reference,
            customer=payment.customer.external_id,
            amount=str(told),
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
    write_to_payer(payment, "payment_held", reason=why)


def _difference(payment: Payment) -> str:
    return _("%(asked)s was asked for, and %(received)s %(currency)s arrived.") % {
        "asked": money.zloty(payment.amount),
        "received": money.amount(payment.received) if payment.received is not None else "?",
        "currency": payment.received_currency,
    }


def money_in(amount: Decimal, currency: str) -> str:
    """An amount of the currency that came, which need not be złoty."""
    return money.zloty(amount) if currency in ("", "PLN") else f"{money.amount(amount)} {currency}"


def _tell_of_dispute(payment: Payment) -> None:
    open_task(
        DISPUTED,
        about=f"payment:{payment.public_id}",
        title=_("The payer disputes a payment: %(reference)s") % {"reference": payment.transit.reference},
        body=_("State: %(state)s. The gateway's number of the payment: %(number)s.")
        % {"state": payment.get_state_display(), "number": payment.gateway_payment_id},
        customer=payment.customer.public_id,
    )


def write_to_payer(payment: Payment, code: str, **values: str) -> None:
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
    write_to_payer(payment, "payment_not_booked")
