"""Money held for a clerk that stays with the utility: put on the customer's account, for no document."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from payments import actions
from payments.models import Payment
from portal import clock, money
from portal.billing import transit
from portal.desk.actions import close_about
from portal.journal.actions import note


class CannotAccept(Exception):
    """This money cannot be put on the customer's account."""

    def __str__(self) -> str:
        return _("Only money in złoty that is held for a clerk can be put on the customer's account.")


def may_accept(payment: Payment) -> bool:
    """While a dispute runs, or a refund is being sent, nobody knows what will be left."""
    is_settled = payment.state in (Payment.State.SUCCEEDED, Payment.State.REFUNDED_PARTLY, Payment.State.CHARGED_BACK)
    is_ours = payment.is_held_for_clerk and payment.received_currency == payment.currency
    return (
        is_settled
        and is_ours
        and payment.left > 0
        and not payment.refunds.filter(state__in=("asked", "sending")).exists()
    )


@transaction.atomic
def accept_on_account(payment: Payment, *, by: Any) -> Payment:
    """Of what came, all that is still here is on its way to the customer's account; which document it was for is nobody's guess.

    Raises CannotAccept.
    """
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if not may_accept(payment):
        raise CannotAccept
    asked, payment.amount = payment.amount, payment.received or payment.amount
    payment.transit = transit.put_on_account(
        payment.transit.reference, payment.left, payment.succeeded_at or clock.now(), channel=payment.method[:20]
    )
    payment.is_held_for_clerk, payment.payers_fee = False, Decimal(0)
    payment.save()
    note(
        "payment_put_on_account",
        about=f"payment:{payment.public_id}",
        by=by,
        customer=payment.customer.public_id,
        amount=str(payment.left),
        asked=str(asked),
    )
    close_about(actions.HELD, f"payment:{payment.public_id}", outcome=_("Put on the customer's account."))
    actions.tell_billing(payment)
    actions.write_to_payer(payment, "payment_on_account", accepted=money.zloty(payment.left))
    return payment
