"""The jobs that send messages."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from portal import clock, jobs
from portal.notifications import pace
from portal.notifications.actions import leave_to_clerk, mark_bounced
from portal.notifications.messages import find_message
from portal.notifications.models import Delivery
from portal.notifications.post import AddressRefused, InDoubt, hand_over
from portal.notifications.queries import is_suppressed

ATTEMPTS = 6
CLAIM_HOLDS = timedelta(minutes=10)


class ClaimedElsewhere(Exception):
    """Another process is sending this message. Look again later."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def deliver(delivery_id: int) -> None:
    """Claim a message, then send it. Of a claim whose process died nobody knows whether it went.

    What must arrive goes again with the same Message-ID, so that a mail box shows it once; the rest a clerk decides.
    """
    if (turn := pace.wait_for_turn()) is not None:
        jobs.later("portal.notifications.tasks.deliver", delivery_id, wait=turn, queue="mail")
        return
    delivery = _claim(delivery_id)
    if delivery is None:
        return
    try:
        provider_id = hand_over(delivery)
    except AddressRefused as refusal:
        mark_bounced(delivery, words=str(refusal))
        return
    except Exception as error:
        if isinstance(error, InDoubt) and not _must_arrive(delivery):
            leave_to_clerk(delivery)
            return
        is_last = delivery.attempts >= ATTEMPTS
        delivery.state = Delivery.State.FAILED if is_last else Delivery.State.QUEUED
        delivery.last_error = str(error)[:200]
        delivery.save(update_fields=["state", "last_error"])
        raise
    delivery.state, delivery.sent_at, delivery.last_error = Delivery.State.SENT, clock.now(), ""
    delivery.provider_id = provider_id[:120]
    delivery.save(update_fields=["state", "sent_at", "last_error", "provider_id"])


def _claim(delivery_id: int) -> Delivery | None:
    """The message, claimed; None when there is nothing to send. Raises ClaimedElsewhere."""
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
        if delivery.state == Delivery.State.CLAIMED:
            return _take_over(delivery)
        if delivery.state != Delivery.State.QUEUED:
            return None
        if is_suppressed(delivery.recipient, delivery.message):
            delivery.state = Delivery.State.SUPPRESSED
            delivery.save(update_fields=["state"])
            return None
        return _claimed(delivery)


def _take_over(delivery: Delivery) -> Delivery | None:
    if delivery.claimed_at is not None and delivery.claimed_at > clock.now() - CLAIM_HOLDS:
        raise ClaimedElsewhere
    if _must_arrive(delivery):
        return _claimed(delivery)
    leave_to_clerk(delivery)
    return None


def _must_arrive(delivery: Delivery) -> bool:
    known = find_message(delivery.message)
    return known is not None and known.is_obligatory


def _claimed(delivery: Delivery) -> Delivery:
    delivery.state, delivery.claimed_at = Delivery.State.CLAIMED, clock.now()
    delivery.attempts = F("attempts") + 1
    delivery.save(update_fields=["state", "claimed_at", "attempts"])
    delivery.refresh_from_db(fields=["attempts"])
    return delivery
