"""What a gateway tells us unasked, and what it remembers of payments that we have lost."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from payments import actions, lost
from payments.gateways.base import SessionState, named
from payments.models import GatewayEvent, Payment
from payments.policies import Outcome
from portal import clock, jobs, money
from portal.billing import transit
from portal.billing.models import Transit, TransitPart
from portal.desk.actions import open_task
from portal.journal.actions import note

LEFT_LYING = timedelta(minutes=10)
UNKNOWN = "payment_unknown"


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
        actions.ask_gateway(payment, session_id=event.session_id)
    elif event.session_id and event.key and actions.by_key(event.key) is None:
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
    found = actions.by_key(event.key)
    is_its_own = found is not None and event.session_id in ("", found.session_id or event.session_id)
    return found if found and found.gateway == event.gateway and is_its_own else None


# What the gateway knows and we do not: our database was restored to an earlier hour, or lost


def follow_unknown(gateway: str, told: SessionState) -> Payment | None:
    """A session that we know nothing of: when it is paid, its payment is made anew, or given to a clerk."""
    if told.outcome is not Outcome.PAID:
        return None
    payment = made_anew(gateway, told)
    if payment is None:
        report_unknown(told)
        return None
    return actions.follow(payment.pk, told)


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
        amount=found.amount + found.fee,
        payers_fee=found.fee,
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
