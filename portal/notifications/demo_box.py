"""The demo's mail: nothing leaves the machine, everything can be read at /demo/poczta/."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal import clock
from portal.notifications.models import DemoMail


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            for recipient in mail.recipients():
                DemoMail.objects.create(
                    sent_at=clock.now(),
                    to=recipient,
                    subject=str(mail.subject),
                    text=str(mail.body),
                    html=_html(mail),
                    message_id=mail.extra_headers.get("Message-ID", ""),
                )
        return len(email_messages)


class SmsBox:
    """Text messages of the demo: in the same box, told by the number that they go to."""

    def send(self, *, to: str, text: str, reference: str) -> str:
        DemoMail.objects.get_or_create(
            message_id=reference,
            defaults={"sent_at": clock.now(), "to": to, "subject": f"SMS: {text[:60]}", "text": text},
        )
        return reference


def _html(mail: Any) -> str:
    alternatives = getattr(mail, "alternatives", [])
    return next((content for content, kind in alternatives if kind == "text/html"), "")
