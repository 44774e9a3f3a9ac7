"""How long what waste collection knows is kept, and what of it an owner may take along."""

from collections.abc import Iterator
from typing import Any

from portal.customers import access
from portal.customers.models import Deed
from portal.retention.registry import Own, Row, keep
from portal.waste.models import CollectionPoint, PickupReminder


def state() -> None:
    billing_owns = "as long as the billing system keeps it"
    keep("waste.CollectionPoint", billing_owns, download=Own("waste_points", _points))
    keep("waste.Container", billing_owns, download="told by the collection point")
    keep("waste.Pickup", billing_owns, download="the schedule of a place, not of a person")
    keep("waste.PickupReminder", "until it is switched off", download=Own("waste_reminders", _reminders))


def _points(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        found = access.visible(CollectionPoint.objects.order_by("pk"), viewer, Deed.SEE_WASTE)
        for point in found.prefetch_related("containers"):
            containers = [f"{box.stream} {box.litres} l × {box.count}" for box in point.containers.all()]
            yield {"address": point.address, "containers": containers}


def _reminders(user: Any) -> Iterator[Row]:
    for asked in PickupReminder.objects.filter(user=user).select_related("customer").order_by("pk"):
        yield {"customer": asked.customer.number, "asked_at": asked.asked_at}
