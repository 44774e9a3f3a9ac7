"""How long managers' requests and their mandates are kept."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from forms.managers.models import ManagerGrant, ManagerRequest
from portal import clock
from portal.retention.files import forget_file
from portal.retention.registry import Ending, Own, Row, end_in_time, keep

State = ManagerRequest.State


def state() -> None:
    keep("managers.ManagerRequest", "“mandates_months” after its end", download=Own("manager_requests", _requests))
    keep("managers.ManagerGrant", "as long as the request", download="told by the right that was granted")
    end_in_time(
        Ending(
            "mandates",
            _("managers' requests and mandates"),
            "mandates_months",
            _over,
            _empty,
            customer="grants__customer__public_id",
            user="user",
        )
    )


def _over(before: date) -> QuerySet[Any]:
    """Refused long ago, or with no access left since then; those that still say something."""
    moment = clock.at(before)
    lasting = ManagerGrant.objects.filter(request=OuterRef("pk")).filter(
        (Q(delegation__revoked_at__isnull=True) | Q(delegation__revoked_at__gte=moment))
        & (Q(delegation__ends_at__isnull=True) | Q(delegation__ends_at__gte=moment))
    )
    over = Q(state=State.REFUSED, decided_at__lt=moment) | (
        Q(state=State.GRANTED, decided_at__lt=moment) & ~Exists(lasting)
    )
    return ManagerRequest.objects.filter(over).exclude(properties="", mandate="")


def _empty(rows: list[Any]) -> None:
    """Who was granted what on which ground stays; the document, the list and the contact go."""
    for request in rows:
        forget_file(request.mandate)
        request.properties = request.phone = request.person = ""
        request.save(update_fields=["mandate", "properties", "phone", "person"])


def _requests(user: Any) -> Iterator[Row]:
    for request in ManagerRequest.objects.filter(user=user).order_by("pk"):
        yield {
            "sent_at": request.sent_at,
            "company": request.company,
            "email": request.email,
            "properties": request.properties,
            "mandate_until": request.mandate_until,
            "state": request.state,
        }
