"""The way out of the house: one mail connection kept for many letters, and the gateway of text messages."""

import threading
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from requests import ReadTimeout

from portal import clock
from portal.notifications import gateways
from portal.notifications.letter import as_mail
from portal.notifications.models import Delivery

# A mail server hangs up on whom it has not heard of for a while; a letter sent into that is a letter in doubt.
KEPT_IDLE = timedelta(seconds=15)
# After this long it is asked whether it is still there, before anything is entrusted to it.
ASKED_IDLE = timedelta(seconds=1)
OK, FOR_EVER = 250, 500  # of SMTP: done; and from here on, never


class AddressRefused(Exception):
    """The mail server takes no letters for this address, and will take none later."""


class InDoubt(Exception):
    """The other side fell silent while it was being given the letter: perhaps it has it, perhaps not."""


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
        except Exception as fault:
            self.hang_up()
            if words := _refusal_of(fault):
                raise AddressRefused(words) from fault
            if _is_silence(fault):
                raise InDoubt(str(fault)) from fault
            raise
        self.used_at = clock.true_now()

    def _is_stale(self) -> bool:
        if self.backend != settings.EMAIL_BACKEND:
            return True
        if self.used_at is None:
            return False
        idle = clock.true_now() - self.used_at
        return idle > KEPT_IDLE or (idle > ASKED_IDLE and not self._answers())

    def _answers(self) -> bool:
        line: Any = getattr(self.connection, "connection", None)
        if not hasattr(line, "noop"):
            return True
        try:
            return bool(line.noop()[0] == OK)
        except OSError:
            return False

    def hang_up(self) -> None:
        connection, self.connection, self.used_at = self.connection, None, None
        if connection is not None:
            connection.close()


def _refusal_of(fault: Exception) -> str:
    """What the other side says of an address that it will never deliver to; empty when it may deliver later."""
    if isinstance(fault, AnymailRecipientsRefused):
        return str(fault)
    if not isinstance(fault, SMTPRecipientsRefused):
        return ""
    ((code, said),) = fault.recipients.values()  # a letter has one recipient
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}" if code >= FOR_EVER else ""


def _is_silence(fault: Exception) -> bool:
    """No answer came, neither yes nor no. Before that the connection stood: it was opened, or asked, just now."""
    if isinstance(fault, AnymailRequestsAPIError):
        return isinstance(fault.__cause__, ReadTimeout)
    return isinstance(fault, SMTPServerDisconnected | TimeoutError | ConnectionError)


_post = Post()


def hand_over(delivery: Delivery) -> str:
    """Send one message by its channel; returns the provider's number of it, empty where there is none.

    Raises AddressRefused, InDoubt, or whatever else kept it from leaving.
    """
    if delivery.channel == Delivery.Channel.SMS:
        reference = delivery.message_id.strip("<>").partition("@")[0]
        return gateways.sms_gateway().send(to=delivery.recipient, text=delivery.body, reference=reference)
    mail = as_mail(delivery)
    _post.send(mail)
    status = getattr(mail, "anymail_status", None)
    return str(getattr(status, "message_id", "") or "")
