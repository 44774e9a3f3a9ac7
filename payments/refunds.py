"""Giving money back: a clerk asks with a reason, a second one approves above a limit, the gateway does it once."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from payments import actions
from payments.gateways.base import GatewayRefused, NoSuchSession, named
from payments.models import Payment, Refund
from payments.rules import PaymentRules
from portal import clock, jobs
from portal.desk.actions import close_about, open_task
from portal.journal.actions import note
from portal.utility.rulebook import rules

TO_APPROVE = "refund_to_approve"
NOT_GIVEN = "refund_not_given"
RIGHT = "payments.add_refund"
PAID_BACK_FROM = (Payment.State.SUCCEEDED, Payment.State.REFUNDED_PARTLY)
ZERO = Decimal("0.00")


class CannotRefund(Exception):
    """This cannot be given back."""

    def __str__(self) -> str:
        return _("This payment cannot be refunded now.")


class TooMuch(CannotRefund):
    def __init__(self, most: Decimal, currency: str = "PLN") -> None:
        super().__init__()
        self.most, self.currency = most, currency

    def __str__(self) -> str:
        return _("At most %(most)s can be refunded.") % {"most": actions.money_in(self.most, self.currency)}


class NoReason(CannotRefund):
    def __str__(self) -> str:
        return _("Say why the money is given back.")


class SameEyes(CannotRefund):
    def __str__(self) -> str:
        return _("Another clerk has to approve this refund, not the one who asked for it.")


def refundable(payment: Payment) -> Decimal:
    """What can still be asked for: received, less what went back or is about to; in the currency that came."""
    if payment.state not in PAID_BACK_FROM or payment.received is None:
        return ZERO
    open_states = (Refund.State.ASKED, Refund.State.SENDING)
    waiting = payment.refunds.filter(state__in=open_states).aggregate(total=Sum("amount"))["total"] or ZERO
    return max(ZERO, payment.left - waiting)


def needs_four_eyes(payment: Payment, given: Decimal) -> bool:
    """Of the whole payment, not of one piece: else a large sum would go back in small ones before nobody's eyes.

    The limit is in złoty, so of another currency every sum needs them.
    """
    return payment.received_currency != "PLN" or given > rules(PaymentRules).four_eyes_above


@transaction.atomic
def ask(payment: Payment, *, amount: Decimal, reason: str, by: Any) -> Refund:
    """Raises CannotRefund."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    most = refundable(payment)
    if most == 0:
        raise CannotRefund
    if not ZERO < amount <= most:
        raise TooMuch(most, payment.received_currency)
    if not reason.strip():
        raise NoReason
    refund = Refund.objects.create(
        payment=payment, amount=amount, reason=reason.strip()[:250], asked_by=by, asked_at=clock.now()
    )
    _note(refund, "refund_asked", by)
    if needs_four_eyes(payment, (payment.received or ZERO) - most + amount):
        open_task(
            TO_APPROVE,
            about=_about(refund),
            title=_("Refund to approve: %(reference)s") % {"reference": payment.transit.reference},
            body=_("%(amount)s. Reason: %(reason)s")
            % {"amount": actions.money_in(amount, payment.received_currency), "reason": refund.reason},
            customer=payment.customer.public_id,
        )
    else:
        _send(refund)
    return refund


@transaction.atomic
def approve(refund: Refund, *, by: Any) -> Refund:
    """Raises SameEyes, or CannotRefund when it was decided already."""
    refund = _locked(refund)
    if refund.asked_by_id == by.pk:
        raise SameEyes
    refund.decided_by, refund.decided_at = by, clock.now()
    _note(refund, "refund_approved", by)
    close_about(TO_APPROVE, _about(refund), outcome=_("Approved."))
    _send(refund)
    return refund


@transaction.atomic
def refuse(refund: Refund, *, by: Any) -> Refund:
    """Whoever may ask may also take it back. Raises CannotRefund when it was decided already."""
    refund = _locked(refund)
    refund.state, refund.decided_by, refund.decided_at = Refund.State.REFUSED, by, clock.now()
    refund.save(update_fields=["state", "decided_by", "decided_at"])
    _note(refund, "refund_refused", by)
    close_about(TO_APPROVE, _about(refund), outcome=_("Not approved."))
    return refund


def _locked(refund: Refund) -> Refund:
    """Locks the payment, then its refund, as `ask` does."""
    Payment.objects.select_for_update().get(pk=refund.payment_id)
    found = Refund.objects.select_for_update(of=("self",)).select_related("payment__customer").get(pk=refund.pk)
    if found.state != Refund.State.ASKED:
        raise CannotRefund
    return found


def _send(refund: Refund) -> None:
    refund.state = Refund.State.SENDING
    refund.save(update_fields=["state", "decided_by", "decided_at"])
    jobs.later("payments.tasks.send_refund", refund.pk)


def send(refund: Refund) -> None:
    """Have the gateway do it, and follow what it says then. Done again after a crash it gives back once."""
    if refund.state != Refund.State.SENDING:
        return
    payment = refund.payment
    try:
        named(payment.gateway).refund(payment.session_id, refund.amount, str(refund.public_id))
    except (GatewayRefused, NoSuchSession) as why:
        _give_up(refund, str(why))
        return
    # Done only when the payment knows of it: in between too little can be asked for, never too much.
    actions.ask_gateway(payment)
    with transaction.atomic():
        if Refund.objects.filter(pk=refund.pk, state=Refund.State.SENDING).update(state=Refund.State.DONE):
            _note(refund, "refund_sent", payment.gateway)


@transaction.atomic
def _give_up(refund: Refund, why: str) -> None:
    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.REFUSED)
    _note(refund, "refund_not_given", refund.payment.gateway)
    open_task(
        NOT_GIVEN,
        about=_about(refund),
        title=_("The gateway refuses a refund: %(reference)s") % {"reference": refund.payment.transit.reference},
        body=f"{actions.money_in(refund.amount, refund.payment.received_currency)}: {why}",
        customer=refund.payment.customer.public_id,
    )


def _about(refund: Refund) -> str:
    """Each refund is a matter of its own: two of one payment wait in two tasks."""
    return f"refund:{refund.public_id}"


def _note(refund: Refund, deed: str, by: Any) -> None:
    note(
        deed,
        about=f"payment:{refund.payment.public_id}",
        by=by,
        customer=refund.payment.customer.public_id,
        amount=str(refund.amount),
        reason=refund.reason,
    )
