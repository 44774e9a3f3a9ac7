"""Sending messages: a row is written with the deed, and a job sends it."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from portal import clock, jobs
from portal.notifications.messages import Message, fill, message
from portal.notifications.models import Delivery, MessageTemplate
from portal.utility import identity


def absolute(path: str) -> str:
    """A path of the portal as a letter must write it."""
    return f"{settings.EBOK_BASE_URL.rstrip('/')}{path}"


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
    """Write one message to one recipient about one thing, in the caller's transaction, and have it sent.

    Asked again it finds the first and sends nothing. None when there is no address to write to.
    """
    if not to:
        return None
    known = message(code)
    if set(values) != set(known.placeholders):
        raise TypeError(f"The message “{code}” is filled with {', '.join(sorted(known.placeholders)) or 'nothing'}.")
    subject, body = _words(known, language, values)
    key = uuid.uuid4()
    delivery, is_new = Delivery.objects.get_or_create(
        message=code,
        about=about,
        recipient=to,
        defaults={
            "public_id": key,
            "user": user,
            "customer": customer,
            "language": language,
            "subject": subject,
            "body": body,
            "message_id": f"<{key}@{urlsplit(settings.EBOK_BASE_URL).hostname or 'localhost'}>",
            "queued_at": clock.now(),
        },
    )
    if is_new:
        jobs.later("portal.notifications.tasks.deliver", delivery.pk, queue="mail")
    return delivery


def _words(known: Message, language: str, values: dict[str, str]) -> tuple[str, str]:
    template = MessageTemplate.objects.filter(code=known.code, locale__language_code=language).first()
    with translation.override(language):
        everything = {**_common(), **{name: str(value) for name, value in values.items()}}
        subject = str(template.subject if template else known.subject)
        body = str(template.body if template else known.body)
        return " ".join(fill(subject, everything).split()), fill(body, everything)


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
