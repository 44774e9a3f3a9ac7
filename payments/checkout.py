"""Starting a payment: what may be paid is held first, then the gateway is asked for a page to pay on."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from payments import actions, lost, policies, queries
from payments.gateways.base import GatewayRefused, Line, NoGateway, Session, SessionRequest, SessionState, named
from payments.models import Payment
from payments.policies import WAITING, Outcome
from payments.rules import PaymentRules
from portal import clock, money
from portal.billing import transit
from portal.billing.models import OpenItem, TransitPart
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed, Delegation
from portal.journal.actions import note
from portal.notifications.actions import absolute
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

MOST_ITEMS = 40  # a gateway keeps so many words beside a payment
ZERO = Decimal("0.00")


class CannotPay(Exception):
    """Paying here and now is not possible."""

    def __str__(self) -> str:
        return _("You cannot pay here now.")


class NotOffered(CannotPay):
    """The utility does not take payments online, or not from this person."""


class TooLittle(CannotPay):
    """Below the smallest payment of the rules."""

    def __str__(self) -> str:
        return _("The smallest payment is %(least)s.") % {"least": money.zloty(rules(PaymentRules).minimum)}


class TooMuch(CannotPay):
    """Above the largest payment of the rules."""

    def __str__(self) -> str:
        most = money.zloty(rules(PaymentRules).maximum)
        return _("The largest payment is %(most)s. Pay in parts, or by a transfer.") % {"most": most}


class NoParts(CannotPay):
    """Less than the whole of a document, where the rules want it whole."""

    def __str__(self) -> str:
        return _("Each document is paid whole here. Leave out what you cannot pay now.")


class NotOnAccount(CannotPay):
    """Money for no document, where the rules want none."""

    def __str__(self) -> str:
        return _("Here you can pay only for the documents shown, not on account.")


class TooManyItems(CannotPay):
    """More documents than one payment can carry."""

    def __str__(self) -> str:
        return _("You can pay at most %(most)s documents at once. Choose fewer.") % {"most": MOST_ITEMS}


def is_offered() -> bool:
    """Whether this utility takes payments online now."""
    try:
        return rules(Modules).payments and bool(named(settings.EBOK_GATEWAY))
    except NoGateway:
        return False


def start_payment(
    *,
    viewer: Viewer,
    by: Any,
    items: Mapping[UUID, Decimal],
    press: UUID,
    on_account: Decimal = ZERO,
    email: str = "",
    check: Callable[[Payment], None] | None = None,
) -> Payment:
    """Hold the items for a payment; `open_session` then finds where to pay it.

    The same `press` (the token of the form) gives the same payment, and so does the same choice while the person's
    own session for it is open; another choice of his ends that session first. A guest has no session of his own to
    go on in. `on_account` is money for no document. `email` is where a guest wants to be told; `check` may refuse while the items are locked.
    Raises CannotPay, transit.TransitRefused, or GatewayFault when an earlier session cannot be ended.
    """
    if viewer.customer is None or not access.may(viewer, Deed.PAY) or not is_offered():
        raise NotOffered
    earlier = pressed(press, viewer)
    if earlier is not None:
        return earlier
    check_total(sum(items.values(), on_account), len(items))
    wanted = _visible(viewer, items)
    _check_kind(wanted, on_account)
    if on_account:
        wanted[None] = on_account
    try:
        return _hold(viewer=viewer, by=by, wanted=wanted, press=press, email=email, check=check)
    except (transit.ItemHeld, IntegrityError) as stopped:
        return pressed(press, viewer) or _own_or_new(stopped, viewer=viewer, by=by, wanted=wanted, press=press)


def fee_for(viewer: Viewer) -> Decimal:
    """What this payer adds to a payment, by the utility's rule."""
    kind = viewer.customer.kind if viewer.customer else ""
    return policies.payers_fee(kind=kind, is_guest=viewer.user_id is None, firms_fee=rules(PaymentRules).firms_fee)


def check_total(total: Decimal, count: int) -> None:
    """Raises TooLittle, TooMuch or TooManyItems."""
    rule = rules(PaymentRules)
    if count > MOST_ITEMS:
        raise TooManyItems
    if total < rule.minimum:
        raise TooLittle
    if total > rule.maximum:
        raise TooMuch


def _check_kind(wanted: Mapping[int | None, Decimal], on_account: Decimal) -> None:
    """Raises NoParts or NotOnAccount, as the rules have it."""
    rule = rules(PaymentRules)
    if on_account and (on_account < 0 or not rule.on_account):
        raise NotOnAccount
    if rule.parts:
        return
    claims = transit.claims([item for item in wanted if item is not None])
    for item in OpenItem.objects.filter(pk__in=[item for item in wanted if item is not None]):
        if wanted[item.pk] < claims.get(item.pk, transit.Claim()).left_of(item.open_amount):
            raise NoParts


def take_over(*, viewer: Viewer, by: Any, item: UUID) -> None:
    """A customer's owner ends what others have begun to pay of an item, so that he can pay it himself.

    Their sessions are ended first; what was paid in that moment is paid. Raises NotOffered or GatewayFault.
    """
    if viewer.user_id is None or viewer.role != Delegation.Role.OWNER or not access.may(viewer, Deed.PAY):
        raise NotOffered
    mine = access.visible(OpenItem.objects.filter(public_id=item), viewer, Deed.PAY)
    begun = Payment.objects.filter(transit__parts__item__in=mine, state__in=WAITING).exclude(payer=viewer.user_id)
    for payment in begun.select_related("customer").distinct():
        note("payment_taken_over", about=f"payment:{payment.public_id}", by=by, customer=payment.customer.public_id)
        actions.end_payment(payment)


def _visible(viewer: Viewer, items: Mapping[UUID, Decimal]) -> dict[int | None, Decimal]:
    """The chosen items by their keys, only those that the viewer may pay."""
    mine = access.visible(OpenItem.objects.filter(public_id__in=items), viewer, Deed.PAY)
    found = dict(mine.values_list("public_id", "pk"))
    if len(found) != len(items):
        raise transit.NothingToPay
    return {found[public_id]: amount for public_id, amount in items.items()}


def pressed(press: UUID, viewer: Viewer) -> Payment | None:
    """What this person's form with this token has begun, if it has."""
    return queries.payments(viewer).filter(press=press, payer=viewer.user_id).first()


@transaction.atomic
def _hold(
    *,
    viewer: Viewer,
    by: Any,
    wanted: Mapping[int | None, Decimal],
    press: UUID,
    email: str = "",
    check: Callable[[Payment], None] | None = None,
) -> Payment:
    assert viewer.customer is not None  # noqa: S101 - start_payment has looked
    public_id = uuid.uuid4()
    until = clock.now().replace(microsecond=0) + timedelta(minutes=rules(PaymentRules).session_minutes)
    held = transit.hold(
        customer_id=viewer.customer.pk,
        items=list(wanted.items()),
        reference=lost.reference_of(public_id),
        until=until,
        channel=transit.ONLINE,
    )
    payment = Payment.objects.create(
        public_id=public_id,
        press=press,
        customer_id=viewer.customer.pk,
        payer=by,
        payer_email=email or getattr(by, "email", "") or "",
        transit=held,
        amount=held.amount + (fee := fee_for(viewer)),
        payers_fee=fee,
        gateway=settings.EBOK_GATEWAY,
        created_at=clock.now(),
        expires_at=until,
    )
    if check is not None:
        check(payment)
    note(
        "payment_created",
        about=f"payment:{public_id}",
        by=by or "guest",
        customer=viewer.customer.public_id,
        amount=str(payment.amount),
        reference=held.reference,
    )
    return payment


def _own_or_new(
    stopped: Exception, *, viewer: Viewer, by: Any, wanted: Mapping[int | None, Decimal], press: UUID
) -> Payment:
    """The person's own open session stands in the way: the same choice goes on in it, another choice ends it."""
    if not isinstance(stopped, transit.ItemHeld):
        # The token of a form that paid for another of the person's customers, or of another person.
        raise transit.TransitRefused from stopped
    if viewer.user_id is None:
        raise stopped
    holders = Payment.objects.filter(transit__reference__in=stopped.references)
    others = [payment for payment in holders if payment.payer_id != viewer.user_id]
    if others or not holders:
        raise stopped
    for payment in holders:
        if _parts(payment) == dict(wanted):
            return payment
    for payment in holders:
        actions.end_payment(payment, gives_up=True)
    return _hold(viewer=viewer, by=by, wanted=wanted, press=press)


def _parts(payment: Payment) -> dict[int | None, Decimal]:
    return dict(TransitPart.objects.filter(transit=payment.transit_id).values_list("item_id", "amount"))


# The gateway, outside any transaction


def open_session(payment: Payment) -> Payment:
    """Open the payment's session, or find it open already: `session_url` is where to pay. Raises GatewayFault.

    After GatewayDown it may be called again: the same session opens.
    """
    if payment.session_url or not payment.is_waiting:
        return payment
    try:
        session = named(payment.gateway).open_session(_request(payment))
    except GatewayRefused:
        key = str(payment.public_id)
        actions.follow(payment.pk, SessionState(session_id="", key=key, outcome=Outcome.FAILED))
        raise
    return _remember(payment, session)


@transaction.atomic
def _remember(payment: Payment, session: Session) -> Payment:
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    payment.session_id, payment.session_url = session.session_id, session.url
    if payment.state == Payment.State.CREATED:
        payment.state = Payment.State.PENDING
    payment.save(update_fields=["session_id", "session_url", "state"])
    return payment


def _payer(payment: Payment) -> dict[str, str]:
    return {"payer": str(payment.payer.public_id)} if payment.payer else {}


def _fee(payment: Payment) -> dict[str, str]:
    return {lost.FEE: str(money.to_grosze(payment.payers_fee))} if payment.payers_fee else {}


def _request(payment: Payment) -> SessionRequest:
    parts = TransitPart.objects.filter(transit=payment.transit_id).select_related("item").order_by("pk")
    named_items = {
        f"item_{number}": f"{part.item.public_id if part.item else lost.ON_ACCOUNT} {money.to_grosze(part.amount)}"
        for number, part in enumerate(parts, 1)
    }
    return SessionRequest(
        key=str(payment.public_id),
        reference=payment.transit.reference,
        lines=tuple(
            Line(name=f"{line.number} {line.title}".strip(), amount=line.amount) for line in queries.paid_for(payment)
        ),
        currency=payment.currency,
        methods=rules(PaymentRules).methods,
        expires_at=payment.expires_at,
        return_url=absolute(actions.page_of(payment)),
        payer_email=payment.payer_email,
        metadata={"customer": str(payment.customer.public_id), **_payer(payment), **_fee(payment), **named_items},
    )
