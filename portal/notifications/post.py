"""The way out of the house: one mail connection kept for many letters, and the gateway of text messages."""

import threading
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from portal import clock
from portal.notifications import gateways
from portal.notifications.letter import as_mail
from portal.notifications.models import Delivery

# A mail server hangs up on whom it has not heard of for a while; a letter sent into that is a letter in doubt.
KEPT_IDLE = timedelta(seconds=15)


class Post(threading.local):
    """A worker's own connection. Opening one for each letter takes almost half of the time."""

    connection: Any = None
    backend = ""
    used_at: datetime | None = None

    def send(self, mail: EmailMultiAlternatives) -> None:
        if self._is_stale():
            self.hang_up()
        if self.connection is None:
            self.backend, self.connection = settings.EMAIL_BACKEND, get_connection()
            self.connection.open()
        try:
            self.connection.send_messages([mail])
        except Exception:
            self.hang_up()
            raise
        self.used_at = clock.true_now()

    def _is_stale(self) -> bool:
        if self.backend != settings.EMAIL_BACKEND:
            return True
        return self.used_at is not None and clock.true_now() - self.used_at > KEPT_IDLE

    def hang_up(self) -> None:
        connection, self.connection, self.used_at = self.connection, None, None
        if connection is not None:
            connection.close()


_post = Post()


def hand_over(delivery: Delivery) -> str:
    """Send one message by its channel; returns the provider's number of it, empty where there is none."""
    if delivery.channel == Delivery.Channel.SMS:
        reference = delivery.message_id.strip("<>").partition("@")[0]
        return gateways.sms_gateway().send(to=delivery.recipient, text=delivery.body, reference=reference)
    mail = as_mail(delivery)
    _post.send(mail)
    status = getattr(mail, "anymail_status", None)
    return str(getattr(status, "message_id", "") or "")
