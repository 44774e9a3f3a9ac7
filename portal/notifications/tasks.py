"""The jobs that send messages."""

from datetime import timedelta

from django.db.models import F, Q

from portal import clock
from portal.notifications.letter import as_mail
from portal.notifications.models import Delivery

ATTEMPTS = 6
CLAIM_HOLDS = timedelta(minutes=10)


class ClaimedElsewhere(Exception):
    """Another process is sending this message. Look again later."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def deliver(delivery_id: int) -> None:
    """Claim a message, then send it. A claim whose process died is taken over; the Message-ID stays, so that a mail box shows it once."""
    moment = clock.now()
    free = Q(state=Delivery.State.QUEUED) | Q(state=Delivery.State.CLAIMED, claimed_at__lt=moment - CLAIM_HOLDS)
    claimed = Delivery.objects.filter(free, pk=delivery_id).update(
        state=Delivery.State.CLAIMED, claimed_at=moment, attempts=F("attempts") + 1
    )
    delivery = Delivery.objects.get(pk=delivery_id)
    if not claimed:
        if delivery.state == Delivery.State.CLAIMED:
            raise ClaimedElsewhere
        return
    try:
        as_mail(delivery).send()
    except Exception as error:
        is_last = delivery.attempts >= ATTEMPTS
        delivery.state = Delivery.State.FAILED if is_last else Delivery.State.QUEUED
        delivery.last_error = str(error)[:200]
        delivery.save(update_fields=["state", "last_error"])
        raise
    delivery.state, delivery.sent_at, delivery.last_error = Delivery.State.SENT, clock.now(), ""
    delivery.save(update_fields=["state", "sent_at", "last_error"])
