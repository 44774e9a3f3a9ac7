"""How long letters are kept, and which are a person's own."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.notifications.models import ChannelChoice, Delivery
from portal.retention.registry import Ending, Own, Row, end_in_time, keep

ENDED = [state for state in Delivery.State if state not in {Delivery.State.QUEUED, Delivery.State.CLAIMED}]


def state() -> None:
    keep("notifications.MessageTemplate", "as long as editors keep them", download="what editors publish")
    keep("notifications.DemoMail", "a demo's only", download="a demo's only")
    keep(
        "notifications.Suppression",
        "until a clerk lifts it or its owner wants letters again",
        download="an address alone",
    )
    keep("notifications.ChannelChoice", "as long as the account", download=Own("message_choices", _own_choices))
    keep("notifications.Delivery", "“letters_months”", download=Own("letters", _own_letters))
    end_in_time(
        Ending(
            "letters", _("texts of messages sent"), "letters_months", _old, _delete, customer="customer", user="user"
        )
    )


def _old(before: date) -> QuerySet[Any]:
    return Delivery.objects.filter(queued_at__lt=clock.at(before), state__in=ENDED)


def _delete(rows: list[Any]) -> None:
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _own_letters(user: Any) -> Iterator[Row]:
    for letter in Delivery.objects.filter(user=user).order_by("pk").iterator():
        yield {"sent_at": letter.sent_at, "to": letter.recipient, "subject": letter.subject, "text": letter.body}


def _own_choices(user: Any) -> Iterator[Row]:
    for choice in ChannelChoice.objects.filter(user=user).order_by("pk"):
        yield {"message": choice.message, "channel": choice.channel, "is_on": choice.is_on}
