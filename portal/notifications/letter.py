"""How a message looks as a letter: plain text, and the same words as simple HTML in the utility's colours."""

import re
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.defaultfilters import urlize
from django.template.loader import render_to_string
from django.utils import translation

from portal.notifications.models import Delivery
from portal.utility import identity

# A paragraph such as "Confirm your address: https://…" becomes a button in HTML.
ACTION = re.compile(r"(?P<label>[^\n:]{2,80}):\s+(?P<url>https?://\S+)")


def paragraphs(body: str) -> list[dict[str, str]]:
    """The parts of a text between empty lines: words with their links, or an action with its label."""
    found: list[dict[str, str]] = []
    for part in re.split(r"\n\s*\n", body.strip()):
        action = ACTION.fullmatch(part.strip())
        found.append(action.groupdict() if action else {"text": urlize(part.strip(), autoescape=True)})
    return found


def as_html(*, subject: str, body: str, language: str) -> str:
    facts: dict[str, Any] = {
        "subject": subject,
        "paragraphs": paragraphs(body),
        "utility": identity.current(),
        "language": language,
    }
    with translation.override(language):
        return render_to_string("notifications/letter.html", facts)


def sender() -> str:
    """The installation's address, under the names that people know."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    utility = identity.current()
    return formataddr((name or f"{utility.product_name} – {utility.name}", address))


def as_mail(delivery: Delivery) -> EmailMultiAlternatives:
    reply_to = identity.current().email
    mail = EmailMultiAlternatives(
        subject=delivery.subject,
        body=delivery.body,
        from_email=sender(),
        to=[delivery.recipient],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": delivery.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(
        as_html(subject=delivery.subject, body=delivery.body, language=delivery.language), "text/html"
    )
    return mail
