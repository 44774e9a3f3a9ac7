"""The confirmation of a payment as a PDF: what came, when and what for, to be kept or shown."""

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from payments.models import Payment
from payments.queries import PaymentStory
from portal import pdf
from portal.utility import identity


def is_there(payment: Payment) -> bool:
    """Money that a clerk is still looking at, or that went back whole, is not confirmed."""
    states = (Payment.State.SUCCEEDED, Payment.State.REFUNDED_PARTLY)
    return payment.state in states and not payment.is_held_for_clerk and payment.succeeded_at is not None


def drawn(story: PaymentStory, *, is_guest: bool = False) -> bytes:
    """Drawn anew each time: it says how the payment stands now. A guest's names no customer."""
    title = _("Confirmation of payment %(reference)s") % {"reference": story.payment.transit.reference}
    utility = identity.current()
    shown = {"story": story, "payment": story.payment, "title": title, "utility": utility, "is_guest": is_guest}
    return pdf.render(
        render_to_string("payments/confirmation.html", shown),
        title=title,
        language=get_language() or "pl",
        sheets=("pdf/letter.css",),
        brand=utility.colour_action or None,
    )
