"""When waste is collected and from where."""

from calendar import Calendar, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from portal import clock
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.utility.dictionaries import waste_stream
from portal.waste.models import CollectionPoint, Pickup, PickupReminder

REPORTED_WITHIN = timedelta(days=7)
FEED_AHEAD = timedelta(days=180)


@dataclass(frozen=True)
class PickupLine:
    """What is collected on one day at one place."""

    day: date
    streams: tuple[str, ...]
    place: str
    point: UUID

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()

    @property
    def is_tomorrow(self) -> bool:
        return self.day == clock.today() + timedelta(days=1)

    @property
    def streams_in_words(self) -> str:
        return ", ".join(self.streams)


@dataclass(frozen=True)
class PointLine:
    public_id: UUID
    address: str
    containers: tuple[str, ...]


def _points(viewer: Viewer) -> QuerySet[CollectionPoint]:
    return access.visible(CollectionPoint.objects.all(), viewer, Deed.SEE_WASTE)


def points(viewer: Viewer) -> tuple[PointLine, ...]:
    """The collection points with their containers. Two statements."""
    rows = _points(viewer).prefetch_related("containers").order_by("address", "pk")
    return tuple(
        PointLine(
            row.public_id,
            row.address,
            tuple(
                f"{waste_stream(box.stream)}, {box.litres} l × {box.count}"
                for box in sorted(row.containers.all(), key=lambda box: (box.stream, box.litres))
            ),
        )
        for row in rows
    )


def pickups(viewer: Viewer, first: date, last: date) -> list[PickupLine]:
    """What is collected from one day to another, both included, by day and place. One statement."""
    rows = (
        Pickup.objects.filter(point__in=_points(viewer), day__range=(first, last))
        .order_by("day", "point__address", "point", "stream")
        .values_list("day", "point__address", "point__public_id", "stream")
    )
    found: dict[tuple[date, UUID], list[str]] = {}
    places: dict[UUID, str] = {}
    for day, place, point, stream in rows:
        found.setdefault((day, point), []).append(waste_stream(stream))
        places[point] = place
    return [PickupLine(day, tuple(streams), places[point], point) for (day, point), streams in found.items()]


def coming(viewer: Viewer, limit: int) -> list[PickupLine]:
    """The next pickups. One statement."""
    today = clock.today()
    return pickups(viewer, today, today + timedelta(days=45))[:limit]


def reportable(viewer: Viewer, point: UUID, day: date) -> PickupLine | None:
    """A pickup of today or of the last days, which may be reported as missed. One statement."""
    today = clock.today()
    if not today - REPORTED_WITHIN <= day <= today:
        return None
    return next((line for line in pickups(viewer, day, day) if line.point == point), None)


@dataclass(frozen=True)
class Day:
    """A field of the month's sheet."""

    day: date
    is_of_month: bool
    is_today: bool
    lines: tuple[PickupLine, ...]


@dataclass(frozen=True)
class Sheet:
    """A month in weeks that begin on Monday."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return self.first + timedelta(days=monthrange(self.first.year, self.first.month)[1])


def sheet(month: date, lines: list[PickupLine]) -> Sheet:
    first = month.replace(day=1)
    by_day: dict[date, list[PickupLine]] = {}
    for line in lines:
        by_day.setdefault(line.day, []).append(line)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return Sheet(
        first,
        tuple(
            tuple(Day(day, day.month == first.month, day == clock.today(), tuple(by_day.get(day, ()))) for day in week)
            for week in weeks
        ),
    )


def is_reminded(viewer: Viewer) -> bool:
    """One statement."""
    if viewer.customer is None or viewer.user_id is None:
        return False
    return PickupReminder.objects.filter(user_id=viewer.user_id, customer_id=viewer.customer.pk).exists()
