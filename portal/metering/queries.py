"""Meters and what they last showed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery

from portal import clock
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.metering.models import Meter, MeterReading


@dataclass(frozen=True)
class MeterLine:
    """A meter in use with its last reading that stands: booked, accepted, or on its way to billing."""

    serial_number: str
    role: str
    role_in_words: str
    place: str
    value: Decimal | None = None
    read_on: date | None = None
    source_in_words: str = ""
    verification_valid_until: date | None = None


@dataclass(frozen=True)
class Meters:
    lines: tuple[MeterLine, ...] = ()
    page: int = 1
    has_more: bool = False


def meters(viewer: Viewer, *, limit: int = 10, page: int = 1) -> Meters:
    """The meters in use, by place, with their last readings. One statement."""
    states = MeterReading.State
    standing = MeterReading.objects.filter(
        meter=OuterRef("pk"), state__in=[states.BOOKED, states.EXPORTED, states.ACCEPTED]
    ).order_by("-read_on", "-pk")
    start = (page - 1) * limit
    rows = list(
        access.visible(Meter.objects.all(), viewer, Deed.SEE_READINGS)
        .filter(Q(removed_on__isnull=True) | Q(removed_on__gt=clock.today()))
        .annotate(
            last_value=Subquery(standing.values("value")[:1]),
            last_on=Subquery(standing.values("read_on")[:1]),
            last_source=Subquery(standing.values("source")[:1]),
        )
        .select_related("point")
        .order_by("point__street", "point__building", "point__unit", "role", "pk")[start : start + limit + 1]
    )
    return Meters(tuple(_line(row) for row in rows[:limit]), page, len(rows) > limit)


def _line(row: Meter) -> MeterLine:
    source = row.last_source  # type: ignore[attr-defined]  # annotated above
    return MeterLine(
        serial_number=row.serial_number,
        role=row.role,
        role_in_words=row.get_role_display(),
        place=str(row.point),
        value=row.last_value,  # type: ignore[attr-defined]  # annotated above
        read_on=row.last_on,  # type: ignore[attr-defined]  # annotated above
        source_in_words=str(MeterReading.Source(source).label) if source else "",
        verification_valid_until=row.verification_valid_until,
    )
