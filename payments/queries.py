"""What a person may know of payments made here."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from payments import policies
from payments.models import Payment
from portal import clock
from portal.billing.models import TransitPart
from portal.billing.queries import charge_title
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed

if TYPE_CHECKING:
    from django.utils.functional import Promise

METHODS: "dict[str, str | Promise]" = {"blik": "BLIK", "p24": "Przelewy24", "card": _("card")}


@dataclass(frozen=True)
class PaidFor:
    """One document in a payment and how much of the payment is for it; without a document it is on account."""

    number: str
    title: str
    amount: Decimal
    item: UUID | None = None


@dataclass(frozen=True)
class PaymentStory:
    """A payment as its payer meets it; `stage` is policies.stage's word."""

    payment: Payment
    stage: str
    lines: tuple[PaidFor, ...]
    method: str

    @property
    def is_moving(self) -> bool:
        """Whether it may change while one looks at it."""
        return self.stage == "waiting"


def payments(viewer: Viewer) -> QuerySet[Payment]:
    """The acting customer's payments that the viewer may meet, newest first."""
    deed = Deed.PAY if access.may(viewer, Deed.PAY) else Deed.SEE_BALANCE
    return access.visible(Payment.objects.select_related("transit"), viewer, deed)


def story(viewer: Viewer, public_id: UUID) -> PaymentStory | None:
    """One payment and what it is for; None when it is not the viewer's to see. Two statements."""
    payment = payments(viewer).filter(public_id=public_id).first()
    return tell(payment) if payment else None


def tell(payment: Payment) -> PaymentStory:
    return PaymentStory(
        payment=payment, stage=stage_of(payment), lines=tuple(paid_for(payment)), method=method_in_words(payment.method)
    )


def stage_of(payment: Payment) -> str:
    return policies.stage(
        state=payment.state,
        transit=payment.transit.state,
        is_held=payment.is_held_for_clerk,
        has_session=bool(payment.session_url),
    )


def payments_with_documents(viewer: Viewer) -> QuerySet[Payment]:
    """The same, what they are for read along. Three statements."""
    return payments(viewer).prefetch_related(Prefetch("transit__parts", queryset=_parts()))


def paid_for(payment: Payment) -> list[PaidFor]:
    fetched = getattr(payment.transit, "_prefetched_objects_cache", {})
    parts = fetched["parts"] if "parts" in fetched else _parts().filter(transit=payment.transit_id)
    fee = [PaidFor("", str(_("fee for paying online")), payment.payers_fee)] if payment.payers_fee else []
    return [_paid_for(part) for part in parts] + fee


def _parts() -> QuerySet[TransitPart]:
    return TransitPart.objects.select_related("item__entry__invoice").order_by("pk")


def _paid_for(part: TransitPart) -> PaidFor:
    if part.item is None:
        return PaidFor("", str(_("on account")), part.amount)
    entry = part.item.entry
    service = entry.invoice.service if entry.invoice else ""
    title = charge_title(entry.charge_kind, service)
    return PaidFor(entry.document_number, title, part.amount, part.item.public_id)


def method_in_words(method: str) -> str:
    return str(METHODS.get(method, method))


def live_payment(viewer: Viewer) -> Payment | None:
    """The payment that this person has begun for this customer and not finished, if there is one."""
    waiting = payments(viewer).filter(state__in=policies.WAITING, payer=viewer.user_id, expires_at__gt=clock.now())
    return waiting.first()
