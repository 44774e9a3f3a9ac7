"""How long readings and their photos are kept, and what of them an owner may take along."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.customers import access
from portal.customers.models import Deed
from portal.metering.models import AlertConsent, Meter, MeterReading, Submission, WaterAlert
from portal.retention.files import forget_file, reader_of
from portal.retention.registry import Ending, Own, OwnFile, Row, end_in_time, keep


def state() -> None:
    billing_owns = "as long as the billing system keeps it"
    keep("metering.Meter", billing_owns, download=Own("meters", _meters))
    keep("metering.MeterReading", billing_owns, download=Own("readings", _readings, _photos))
    keep(
        "metering.Submission",
        "without end; the photo “photos_months”",
        download="told by the reading, with its photo",
    )
    keep("metering.ClosedWindow", "without end", download="nothing of a person")
    keep("metering.MissedWindow", "without end", download="told by letters and by the billing period")
    keep("metering.WaterAlert", "without end", download=Own("water_alerts", _alerts))
    keep("metering.AlertConsent", "until it is withdrawn", download=Own("alert_consents", _alert_consents))
    keep("metering.Pulse", "one row", download="nothing of a person")
    keep("metering.Downtime", "without end", download="nothing of a person")
    end_in_time(
        Ending(
            "photos",
            _("photos of meters"),
            "photos_months",
            _old_photos,
            _forget_photos,
            customer="reading__meter__point__customer__public_id",
            user="by",
        )
    )


def _old_photos(before: date) -> QuerySet[Any]:
    return Submission.objects.filter(submitted_at__lt=clock.at(before)).exclude(photo="")


def _forget_photos(rows: list[Any]) -> None:
    for submission in rows:
        forget_file(submission.photo)
        submission.save(update_fields=["photo"])


def _meters(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        for meter in access.visible(Meter.objects.order_by("pk"), viewer, Deed.SEE_READINGS).select_related("point"):
            yield {"serial_number": meter.serial_number, "place": str(meter.point), "role": meter.role}


def _own_readings(user: Any) -> Iterator[MeterReading]:
    for viewer in access.owned(user):
        found = access.visible(MeterReading.objects.order_by("pk"), viewer, Deed.SEE_READINGS)
        yield from found.select_related("meter", "submission").iterator()


def _readings(user: Any) -> Iterator[Row]:
    for reading in _own_readings(user):
        yield {
            "meter": reading.meter.serial_number,
            "read_on": reading.read_on,
            "value": reading.value,
            "source": reading.source,
            "state": reading.state,
        }


def _alerts(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        found = access.visible(WaterAlert.objects.order_by("pk"), viewer, Deed.SEE_READINGS)
        for alert in found.select_related("meter"):
            yield {
                "meter": alert.meter.serial_number,
                "kind": alert.kind,
                "first": alert.first,
                "last": alert.last,
                "compared": alert.compared,
            }


def _alert_consents(user: Any) -> Iterator[Row]:
    for asked in AlertConsent.objects.filter(user=user).select_related("customer").order_by("pk"):
        yield {"customer": asked.customer.number, "asked_at": asked.asked_at}


def _photos(user: Any) -> Iterator[OwnFile]:
    for reading in _own_readings(user):
        submission = getattr(reading, "submission", None)
        if submission is not None and submission.photo:
            ending = submission.photo.name.rpartition(".")[2]
            yield OwnFile(f"{reading.read_on}-{reading.public_id.hex[:8]}.{ending}", reader_of(submission.photo))
