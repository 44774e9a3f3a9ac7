"""Questions about messages: what a person chose, which address takes none, what was written to whom."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import QuerySet

from portal.notifications import gateways
from portal.notifications.messages import Message, find_message, message, messages_to_choose
from portal.notifications.models import ChannelChoice, Delivery, Suppression
from portal.notifications.policies import EMAIL, SMS
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

SALT = "notifications.unsubscribe"


def choices_of(user: Any, known: Message) -> dict[str, bool]:
    """What a person chose for one message, by channel. One statement."""
    found = ChannelChoice.objects.filter(user=user, message=known.code).values_list("channel", "is_on")
    return dict(found)


def comes(user: Any, code: str) -> bool:
    """Whether a message that may be switched off comes to this person at all. One statement."""
    chosen = choices_of(user, message(code))
    return chosen.get(EMAIL, True) or (gateways.has_sms() and chosen.get(SMS, False))


def is_suppressed(address: str, code: str) -> bool:
    """Whether an address takes no messages, or not this one. One statement."""
    return Suppression.objects.filter(address=address.strip().lower(), message__in=("", code)).exists()


def bounces(address: str) -> bool:
    """Whether letters to this address came back. One statement."""
    reason = Suppression.Reason.BOUNCED
    return bool(address) and Suppression.objects.filter(address=address.lower(), message="", reason=reason).exists()


@dataclass(frozen=True)
class OwnChoice:
    """One message that a person may switch, and how it stands by each channel; None where it cannot go that way."""

    code: str
    title: str
    when: str
    email: bool | None
    sms: bool | None
    is_marketing: bool


def own_choices(user: Any) -> list[OwnChoice]:
    """Every message with something to choose. One statement."""
    chosen: dict[tuple[str, str], bool] = {
        (code, channel): is_on
        for code, channel, is_on in ChannelChoice.objects.filter(user=user).values_list("message", "channel", "is_on")
    }
    by_sms = gateways.has_sms()
    found = []
    modules = rules(Modules)
    for one in messages_to_choose():
        if one.module and not getattr(modules, one.module):
            continue
        email = chosen.get((one.code, EMAIL), True) if one.may_be_switched_off else None
        sms = chosen.get((one.code, SMS), False) if by_sms and one.text_message else None
        if email is None and sms is None:
            continue
        title = str(one.title or one.when or one.subject)
        found.append(OwnChoice(one.code, title, str(one.when), email, sms, one.is_marketing))
    return found


def deliveries_to(user: Any, *, limit: int = 20) -> QuerySet[Delivery]:
    """What the portal wrote to a person, newest first, without the words."""
    return Delivery.objects.filter(user=user).defer("body").order_by("-queued_at")[:limit]


def title_of(delivery: Delivery) -> str:
    known = find_message(delivery.message)
    return str(known.title or delivery.subject) if known else delivery.subject


def digest_of(delivery: Delivery) -> str:
    """SHA-256 of the words as they were written, hex: proof of what was sent without showing it."""
    words = Delivery.objects.values_list("body", flat=True).get(pk=delivery.pk)
    return hashlib.sha256(words.encode()).hexdigest()


# The link by which a reader gets no more


def unsubscribe_token(delivery: Delivery) -> str:
    return signing.dumps(delivery.public_id.hex, salt=SALT)


def delivery_of_token(token: str) -> Delivery | None:
    """The message that an unsubscribe link came with; None when the link was altered."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Delivery.objects.filter(public_id=key).select_related("user").first()
