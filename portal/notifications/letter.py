"""How a message looks as a letter: plain text, and the same words as simple HTML in the utility's colours."""

import re
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.defaultfilters import urlize
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal.notifications.attachments import drawn
from portal.notifications.messages import find_message
from portal.notifications.models import Delivery
from portal.notifications.queries import unsubscribe_token
from portal.utility import identity

# A paragraph such as "Confirm your address: https://…" becomes a button in HTML; an address of ours alone does too.
ACTION = re.compile(r"(?P<label>[^\n:]{2,80}):\s+(?P<url>https?://\S+)")


def paragraphs(body: str) -> list[dict[str, str]]:
    """The parts of a text between empty lines: words with their links, or an action with its label."""
    found: list[dict[str, str]] = []
    for part in re.split(r"\n\s*\n", body.strip()):
        action = ACTION.fullmatch(part.strip())
        if action:
            found.append(action.groupdict())
        elif _is_own_address(part.strip()):
            found.append({"label": _("Open it in the portal"), "url": part.strip()})
        else:
            found.append({"text": urlize(part.strip(), autoescape=True)})
    return found


def _is_own_address(part: str) -> bool:
    """A link to somewhere else stays words: nobody's text becomes a button that looks like ours."""
    return part.startswith(f"{settings.EBOK_BASE_URL.rstrip('/')}/") and len(part.split()) == 1


def as_html(*, subject: str, body: str, language: str, choices_url: str = "") -> str:
    with translation.override(language):
        facts: dict[str, Any] = {
            "subject": subject,
            "choices_url": choices_url,
            "paragraphs": paragraphs(body),
            "utility": identity.current(),
            "language": language,
        }
        return render_to_string("notifications/letter.html", facts)


def sender() -> str:
    """The installation's address, under the names that people know."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    utility = identity.current()
    return formataddr((name or f"{utility.product_name} – {utility.name}", address))


def unsubscribe_url(delivery: Delivery) -> str:
    """Where its reader gets no more of its kind, without signing in; empty for what belongs to the service."""
    known = find_message(delivery.message)
    if known is None or known.is_obligatory:
        return ""
    path = reverse("unsubscribe", args=[unsubscribe_token(delivery)])
    return f"{settings.EBOK_BASE_URL.rstrip('/')}{path}"


def as_mail(delivery: Delivery) -> EmailMultiAlternatives:
    reply_to = identity.current().email
    headers = {"Message-ID": delivery.message_id, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    text, no_more = delivery.body, unsubscribe_url(delivery)
    if no_more:
        # RFC 8058: the mail program's own button does it in one press.
        headers |= {"List-Unsubscribe": f"<{no_more}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        with translation.override(delivery.language):
            text = f"{text}\n\n--\n{_('You get this message because you did not switch it off. To get no more of them:')} {no_more}"
    mail = EmailMultiAlternatives(
        subject=delivery.subject,
        body=text,
        from_email=sender(),
        to=[delivery.recipient],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )
    mail.metadata = {"delivery": str(delivery.public_id)}  # type: ignore[attr-defined]  # a provider's back end sends it along and its webhook brings it back
    html = as_html(subject=delivery.subject, body=delivery.body, language=delivery.language, choices_url=no_more)
    mail.attach_alternative(html, "text/html")
    for file in drawn(delivery.attachments):
        mail.attach(file.name, file.content, file.kind)
    return mail
