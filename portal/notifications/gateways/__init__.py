"""The ways out that are not e-mail: what a gateway for text messages is, and which one this installation uses."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class NotTaken(Exception):
    """The gateway did not take the text message. It is tried again later."""


class SmsGateway(Protocol):
    """A provider of text messages."""

    def send(self, *, to: str, text: str, reference: str) -> str:
        """Hand a message over; returns the provider's own number of it.

        `to` is +48501502503; `reference` stays the same when the same message is tried again, so that a provider
        can refuse to send it twice. Raises NotTaken.
        """


def has_sms() -> bool:
    return bool(settings.EBOK_SMS_GATEWAY)


def sms_gateway() -> SmsGateway:
    gateway: SmsGateway = import_string(settings.EBOK_SMS_GATEWAY)()
    return gateway
