"""How long payments and gateways' messages are kept, and what of them a person may take along."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from payments.models import GatewayEvent, Payment
from portal import clock
from portal.customers import access
from portal.retention.registry import Ending, Own, Row, end_in_time, keep


def state() -> None:
    money = "without end: money is never deleted"
    keep("payments.Payment", money, download=Own("payments", _payments))
    keep("payments.Refund", money, download="told by the payment")
    keep("payments.Payout", money, download="the utility's own: transfers of its gateway")
    keep("payments.PayoutLine", money, download="told by the payment")
    keep("payments.GatewayEvent", "the contents “event_payloads_months”", download="told by the payment")
    keep("payments.SandboxSession", "a demo's only", download="a demo's only")
    keep("payments.SandboxReturn", "a demo's only", download="a demo's only")
    end_in_time(
        Ending(
            "event_payloads",
            _("contents of gateways' messages"),
            "event_payloads_months",
            _old_events,
            _empty_events,
            customer="payment__customer__public_id",
        )
    )


def _old_events(before: date) -> QuerySet[Any]:
    """Those that were acted on; one that still waits is kept whole."""
    acted = GatewayEvent.objects.filter(acted_on_at__isnull=False, received_at__lt=clock.at(before))
    return acted.exclude(payload={})


def _empty_events(rows: list[Any]) -> None:
    """The row stays: it is why the same message is not acted on twice."""
    GatewayEvent.objects.filter(pk__in=[row.pk for row in rows]).update(payload={})


def _payments(user: Any) -> Iterator[Row]:
    """Those that the person made, and those of the customers that are the person's own."""
    owned = [viewer.customer.pk for viewer in access.owned(user) if viewer.customer]
    for payment in Payment.objects.filter(Q(payer=user) | Q(customer__in=owned)).order_by("pk").iterator():
        yield {
            "made_at": payment.created_at,
            "amount": payment.amount,
            "state": payment.state,
            "method": payment.method,
            "refunded": payment.refunded,
            "reference": str(payment.public_id),
        }
