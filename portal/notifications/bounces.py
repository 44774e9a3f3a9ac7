"""What the e-mail provider tells of a letter afterwards: that it came back, or that its reader called it spam."""

from typing import Any

from anymail.signals import tracking
from django.dispatch import receiver

from portal.notifications.actions import mark_bounced
from portal.notifications.models import Delivery, Suppression

# In the provider's words that django-anymail gives to all of them. A deferred letter is tried again by the provider.
REASONS = {
    "bounced": Suppression.Reason.BOUNCED,
    "rejected": Suppression.Reason.BOUNCED,
    "complained": Suppression.Reason.COMPLAINED,
}


@receiver(tracking, dispatch_uid="portal.notifications.bounces")
def note_event(sender: Any, event: Any, esp_name: str, **_: Any) -> None:
    """One event of the provider. Of a letter that is not ours, or of no interest, nothing is kept."""
    reason = REASONS.get(event.event_type)
    delivery = _delivery(event) if reason else None
    if delivery is None or reason is None:
        return
    mark_bounced(delivery, words=str(event.description or event.reject_reason or event.event_type), reason=reason)


def _delivery(event: Any) -> Delivery | None:
    key = (event.metadata or {}).get("delivery")
    if key:
        return Delivery.objects.filter(public_id=key).first()
    return Delivery.objects.filter(provider_id=event.message_id or "-").first()
