"""Writing messages: a row is written with the deed, and a job sends it."""

import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock, jobs
from portal.desk.actions import open_task
from portal.journal.actions import note
from portal.notifications import gateways
from portal.notifications.consents import agreed_to_marketing
from portal.notifications.messages import Message, fill, message
from portal.notifications.models import ChannelChoice, Delivery, MessageTemplate, Suppression, with_meanings
from portal.notifications.policies import EMAIL, SMS, open_channels, phone_number
from portal.notifications.queries import choices_of, comes, is_suppressed
from portal.utility import identity

BOUNCED = "mail_bounced"
UNSURE = "mail_unsure"
LONGEST_TEXT_MESSAGE = 300


def absolute(path: str) -> str:
    """A path of the portal as a letter must write it."""
    return f"{settings.EBOK_BASE_URL.rstrip('/')}{path}"


# Writing


@transaction.atomic
def send(
    code: str,
    *,
    to: str,
    about: str,
    user: Any = None,
    customer: uuid.UUID | None = None,
    language: str = "pl",
    **values: str,
) -> Delivery | None:
    """Write one e-mail to one recipient about one thing, in the caller's transaction, and have it sent.

    Asked again it finds the first and sends nothing. None when there is no address to write to, or when the person
    does not want this message. To an address that bounced a row is written that says so, and nothing is sent.
    """
    known = _known(code, values)
    if not to or (user is not None and EMAIL not in _channels(known, user)):
        return None
    return _write(known, EMAIL, to, about=about, user=user, customer=customer, language=language, values=values)


@transaction.atomic
def write_to(
    user: Any,
    code: str,
    *,
    about: str,
    customer: uuid.UUID | None = None,
    attach: Iterable[tuple[str, str]] = (),
    **values: str,
) -> tuple[Delivery, ...]:
    """Write one message to a person about one thing, in their language, by every channel that they left open.

    `attach` names what comes with a letter as (kind, key); its room draws it when the letter leaves.
    """
    known = _known(code, values)
    addresses = {EMAIL: user.email or "", SMS: phone_number(user.phone)}
    written = [
        _write(
            known,
            one,
            to,
            about=about,
            user=user,
            customer=customer,
            language=user.language,
            values=values,
            attach=attach,
        )
        for one in _channels(known, user)
        if (to := addresses[one])
    ]
    return tuple(written)


def _known(code: str, values: dict[str, str]) -> Message:
    known = message(code)
    if set(values) != set(known.placeholders):
        raise TypeError(f"The message “{code}” is filled with {', '.join(sorted(known.placeholders)) or 'nothing'}.")
    return known


def _channels(known: Message, user: Any) -> tuple[str, ...]:
    return open_channels(
        is_obligatory=known.is_obligatory,
        is_marketing=known.is_marketing,
        agreed_to_marketing=known.is_marketing and agreed_to_marketing(user),
        by_sms=bool(known.text_message) and gateways.has_sms(),
        chosen=choices_of(user, known) if known.may_be_switched_off or known.text_message else {},
    )


def _write(
    known: Message,
    channel: str,
    to: str,
    *,
    about: str,
    user: Any,
    customer: uuid.UUID | None,
    language: str,
    values: dict[str, str],
    attach: Iterable[tuple[str, str]] = (),
) -> Delivery:
    key = uuid.uuid4()
    target = ""
    if known.says_when_read:
        target = values["link"].removeprefix(settings.EBOK_BASE_URL.rstrip("/"))
        values = values | {"link": absolute(reverse("notification_open", args=[key]))}
    subject, body = _words(known, language, values, channel)
    state = Delivery.State.SUPPRESSED if is_suppressed(to, known.code) else Delivery.State.QUEUED
    delivery, is_new = Delivery.objects.get_or_create(
        message=known.code,
        about=about,
        recipient=to,
        defaults={
            "public_id": key,
            "channel": channel,
            "user": user,
            "customer": customer,
            "language": language,
            "subject": subject,
            "body": body,
            "target": target,
            "attachments": [list(one) for one in attach] if channel == EMAIL else [],
            "message_id": _message_id(key),
            "state": state,
            "queued_at": clock.now(),
        },
    )
    if is_new and delivery.state == Delivery.State.QUEUED:
        jobs.later("portal.notifications.tasks.deliver", delivery.pk, queue="mail")
    return delivery


def _words(known: Message, language: str, values: dict[str, str], channel: str) -> tuple[str, str]:
    template = MessageTemplate.objects.filter(code=known.code, locale__language_code=language).first()
    with translation.override(language):
        everything = {**_common(), **{name: str(value) for name, value in values.items()}}
        subject = " ".join(fill(str(template.subject if template else known.subject), everything).split())
        if channel == SMS:
            words = (template.text_message if template else "") or str(known.text_message)
            return subject, " ".join(fill(words, everything).split())[:LONGEST_TEXT_MESSAGE]
        return subject, fill(str(template.body if template else known.body), everything)


def _common() -> dict[str, str]:
    utility = identity.current()
    return {
        "utility": utility.name,
        "product": utility.product_name,
        "phone": utility.phone,
        "office_email": utility.email,
        "contact": ", ".join(part for part in (utility.phone, utility.email) if part) or absolute("/"),
        "portal": absolute("/"),
        "sign_in": absolute(reverse("account_login")),
    }


def try_out(template: MessageTemplate, *, to: Any) -> Delivery:
    """An editor's letter to its editor, with the meaning of each placeholder in its place. Each trial is a new letter."""
    if not to.email:
        raise ValidationError(_("Your account has no e-mail address that a trial could go to."))
    key = uuid.uuid4()
    with transaction.atomic():
        delivery = Delivery.objects.create(
            public_id=key,
            message=template.code,
            about=f"trial:{key}",
            recipient=to.email,
            user=to,
            language=template.locale.language_code,
            subject=" ".join(with_meanings(template.code, template.subject).split())[:150],
            body=with_meanings(template.code, template.body),
            message_id=_message_id(key),
            queued_at=clock.now(),
        )
        jobs.later("portal.notifications.tasks.deliver", delivery.pk, queue="mail")
    return delivery


def _message_id(key: uuid.UUID) -> str:
    return f"<{key}@{urlsplit(settings.EBOK_BASE_URL).hostname or 'localhost'}>"


# What became of them


@transaction.atomic
def mark_bounced(delivery: Delivery, *, words: str, reason: str = Suppression.Reason.BOUNCED) -> None:
    """The address took no letter, or called it spam: it is written to no more, and a clerk is told once."""
    Delivery.objects.filter(pk=delivery.pk, bounced_at=None).update(
        state=Delivery.State.BOUNCED, bounced_at=clock.now(), last_error=words[:200]
    )
    suppress(delivery.recipient, reason=reason, words=words)
    if reason != Suppression.Reason.BOUNCED:
        return
    open_task(
        BOUNCED,
        about=f"delivery:{delivery.public_id}",
        title=_("A customer's e-mail does not work"),
        body=_("The message “%(subject)s” came back: %(words)s Ask the customer for another address.")
        % {"subject": delivery.subject, "words": words[:200]},
        customer=delivery.customer,
    )


def suppress(address: str, *, reason: str, message: str = "", words: str = "") -> None:
    """Write to this address no more, or not with this one message."""
    Suppression.objects.get_or_create(
        address=address.strip().lower(),
        message=message,
        defaults={"reason": reason, "words": words[:200], "since": clock.now()},
    )


@transaction.atomic
def lift(suppression: Suppression, *, by: Any) -> None:
    """Write to an address again, for example when its owner has mended it."""
    note("suppression_lifted", about=f"suppression:{suppression.pk}", by=by, reason=suppression.reason)
    suppression.delete()


def leave_to_clerk(delivery: Delivery) -> None:
    """A message whose sending was cut off may have gone: only what must arrive goes again, the rest a clerk decides."""
    delivery.state = Delivery.State.UNSURE
    delivery.save(update_fields=["state"])
    open_task(
        UNSURE,
        about=f"delivery:{delivery.public_id}",
        title=_("A message was perhaps not sent"),
        body=_("Sending “%(subject)s” was cut off. Look whether it arrived; if not, send it again.")
        % {"subject": delivery.subject},
        customer=delivery.customer,
    )


@transaction.atomic
def send_again(delivery: Delivery, *, by: Any) -> None:
    """A clerk sends a failed or doubtful message once more, under the same Message-ID."""
    again = [Delivery.State.UNSURE, Delivery.State.FAILED]
    if not Delivery.objects.filter(pk=delivery.pk, state__in=again).update(state=Delivery.State.QUEUED, attempts=0):
        return
    note("message_sent_again", about=f"delivery:{delivery.public_id}", by=by)
    jobs.later("portal.notifications.tasks.deliver", delivery.pk, queue="mail")


# What people choose


@transaction.atomic
def choose(user: Any, chosen: Iterable[tuple[str, str, bool]]) -> None:
    """Keep what a person chose: (message, channel, whether it comes). Obligatory e-mails are not theirs to switch off."""
    for code, channel, is_on in chosen:
        if channel == EMAIL and message(code).is_obligatory:
            continue
        ChannelChoice.objects.update_or_create(
            user=user, message=code, channel=channel, defaults={"is_on": is_on, "chosen_at": clock.now()}
        )
        if channel == EMAIL and is_on and user.email:
            unsubscribed = Suppression.Reason.UNSUBSCRIBED
            Suppression.objects.filter(address=user.email.lower(), message=code, reason=unsubscribed).delete()


@transaction.atomic
def open_again(user: Any, *codes: str) -> None:
    """Who asks for these messages gets them, though an unsubscribe link of one of them was once pressed."""
    choose(user, [(code, EMAIL, True) for code in codes if not comes(user, code)])


@transaction.atomic
def unsubscribe(delivery: Delivery) -> None:
    """The reader of this message wants no more of its kind. Who has an account finds it among their choices."""
    if message(delivery.message).is_obligatory:
        return
    if delivery.user is not None:
        choose(delivery.user, [(delivery.message, delivery.channel, False)])
    else:
        suppress(delivery.recipient, reason=Suppression.Reason.UNSUBSCRIBED, message=delivery.message)


def mark_opened(delivery: Delivery) -> None:
    """Its reader signed in and came through its link; the first time counts."""
    Delivery.objects.filter(pk=delivery.pk, opened_at=None).update(opened_at=clock.now())
