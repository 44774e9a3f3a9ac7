"""Paying one invoice without signing in: who proves its number and amount pays what is left of it, and meets nothing else."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from payments import checkout
from payments.models import Payment
from payments.rules import PaymentRules
from portal import clock
from portal.billing import transit
from portal.billing.models import OpenItem
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.utility.rulebook import rules

AN_HOUR = timedelta(hours=1)
ZERO = Decimal("0.00")


class TooManyGuests(checkout.CannotPay):
    """Guests have begun to pay this invoice too often: each time it is kept from its owner for half an hour."""

    def __str__(self) -> str:
        return _("Somebody has tried to pay this invoice several times. Try again in an hour, or sign in.")


def are_welcome() -> bool:
    return checkout.is_offered() and rules(PaymentRules).guest_holds > 0


def left_to_pay(invoice_id: int) -> Decimal:
    """What can be paid of an invoice now. Two statements."""
    item = _item(invoice_id)
    if item is None:
        return ZERO
    claim = transit.claims([item.pk]).get(item.pk, transit.Claim())
    return claim.left_of(item.open_amount)


def held_until(invoice_id: int) -> str:
    """Until when somebody pays this invoice, in words; empty when nobody does."""
    item = _item(invoice_id)
    claim = transit.claims([item.pk]).get(item.pk) if item else None
    return str(transit.ItemHeld(claim.held_until)) if claim and claim.held_until else ""


def start(*, invoice_id: int, amount: Decimal, email: str, press: UUID) -> Payment:
    """Hold the invoice for a guest. Raises CannotPay or transit.TransitRefused; a guest never takes over from anybody."""
    item = _item(invoice_id)
    if not are_welcome():
        raise checkout.NotOffered
    if item is None:
        raise transit.NothingToPay
    # The one deed of a guest, and `start_payment` is given the one item that was proved.
    viewer = Viewer(customer=access.acting(item.customer), role="guest", deeds=frozenset({Deed.PAY}))
    return checkout.start_payment(
        viewer=viewer, by=None, items={item.public_id: amount}, press=press, email=email, check=refuse_too_many
    )


def refuse_too_many(payment: Payment) -> None:
    """Called while the item is locked, so that two guests at once are counted one after the other."""
    items = payment.transit.parts.values("item")
    begun = Payment.objects.filter(
        payer=None, transit__parts__item__in=items, created_at__gt=clock.now() - AN_HOUR
    ).exclude(pk=payment.pk)
    if begun.count() >= rules(PaymentRules).guest_holds:
        raise TooManyGuests


def payment(public_id: UUID) -> Payment | None:
    """A guest's own payment: its number, which nobody guesses, is what he holds. Never that of a signed-in person."""
    return Payment.objects.filter(public_id=public_id, payer=None).select_related("transit", "customer").first()


def _item(invoice_id: int) -> OpenItem | None:
    mine = OpenItem.objects.filter(entry__invoice=invoice_id, entry__is_current=True)
    return mine.select_related("customer").first()
