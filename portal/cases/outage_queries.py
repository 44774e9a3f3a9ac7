"""What does not work now or soon: for the banner, the list, the failure form, and for each customer's own places."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from portal import clock
from portal.audiences.conditions.streets import known_streets
from portal.audiences.reader import street_key
from portal.cases.models import Outage, OutageAlert
from portal.cases.policies import Buildings
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed, ServicePoint
from portal.notifications.queries import comes
from portal.utility.kept import Kept
from portal.utility.templatetags.ebok import day_words


@dataclass(frozen=True)
class Area:
    """A street and which of its buildings."""

    key: str
    street: str
    written: str
    buildings: Buildings

    def has(self, street: str, building: str) -> bool:
        """A building that nobody named is taken to be within."""
        return self.key == street_key(street) and (not building.strip() or self.buildings.have(building))


@dataclass(frozen=True)
class Shown:
    """A published outage that is not over."""

    public_id: UUID
    kind: str
    title: str
    text: str
    starts_at: datetime
    ends_at: datetime
    areas: tuple[Area, ...]

    @property
    def is_planned(self) -> bool:
        return self.kind == Outage.Kind.PLANNED

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= clock.now()

    @property
    def place(self) -> str:
        return ", ".join(f"{area.street} {area.written}".strip() for area in self.areas)

    @property
    def until(self) -> str:
        """14:00 when it is today, else with the day."""
        return hour_of(self.ends_at)

    @property
    def since(self) -> str:
        return hour_of(self.starts_at)

    @property
    def span(self) -> str:
        """5 December, 8:00–14:00; the day is said once when it ends on the same."""
        begins, ends = self.starts_at.astimezone(clock.WARSAW), self.ends_at.astimezone(clock.WARSAW)
        if begins.date() == ends.date():
            return f"{self.since}–{ends.hour}:{ends:%M}"
        return f"{self.since} – {hour_of(self.ends_at)}"

    def covers(self, street: str, building: str) -> bool:
        return any(area.has(street, building) for area in self.areas)


def hour_of(moment: datetime) -> str:
    local = moment.astimezone(clock.WARSAW)
    hour = f"{local.hour}:{local:%M}"
    return hour if local.date() == clock.today() else f"{day_words(local)}, {hour}"


def areas_of(outage: Outage) -> tuple[Area, ...]:
    return tuple(
        Area(row.folded, row.street, row.buildings, Buildings.of(row.buildings)) for row in outage.streets.all()
    )


def _published() -> tuple[Shown, ...]:
    rows = Outage.objects.filter(published_at__isnull=False, closed_at__isnull=True).prefetch_related("streets")
    return tuple(
        Shown(row.public_id, row.kind, row.title, row.text, row.starts_at, row.ends_at, areas_of(row))
        for row in rows.order_by("starts_at", "pk")
    )


published = Kept(_published)


def shown() -> tuple[Shown, ...]:
    """Published and not over at this very moment, whether or not the job that closes them has come round."""
    now = clock.now()
    return tuple(one for one in published() if one.ends_at > now)


def going_on() -> tuple[Shown, ...]:
    """What does not work now: what the banner says."""
    return tuple(one for one in shown() if one.has_begun)


def at(street: str, building: str) -> Shown | None:
    """What we know of at an address, now."""
    return next((one for one in going_on() if one.covers(street, building)), None)


def next_change() -> datetime | None:
    """When the next outage begins or ends."""
    now = clock.now()
    moments = [moment for one in shown() for moment in (one.starts_at, one.ends_at) if moment > now]
    return min(moments, default=None)


def of_viewer(viewer: Viewer) -> tuple[Shown, ...]:
    """Outages at the places that this viewer acts for. One statement, and none while everything works."""
    found = shown()
    if not found:
        return ()
    own = access.visible(ServicePoint.objects.filter(is_closed=False), viewer, Deed.SEE_CONTRACT)
    places = list(own.values_list("street", "building"))
    return tuple(one for one in found if any(one.covers(street, building) for street, building in places))


def is_told(viewer: Viewer) -> bool:
    """Whether this person asked to be told of outages at this customer's places, and has not unsubscribed since."""
    if viewer.customer is None or viewer.user_id is None:
        return False
    asked = OutageAlert.objects.filter(user=viewer.user_id, customer=viewer.customer.pk).exists()
    return asked and comes(viewer.user_id, "outage_announced")


def points_in(areas: Iterable[Area]) -> QuerySet[ServicePoint]:
    """The service points of an area. Two statements, whatever the number of points elsewhere."""
    wanted = tuple(areas)
    keys = {area.key for area in wanted}
    spelled = [street for street in known_streets() if street_key(street) in keys]
    near = ServicePoint.objects.filter(is_closed=False, street__in=spelled).values_list("pk", "street", "building")
    inside = [pk for pk, street, building in near if any(area.has(street, building) for area in wanted)]
    return ServicePoint.objects.filter(pk__in=inside)


def reach(outage: Outage) -> tuple[int, int]:
    """How many customers it concerns, and how many people asked to be told."""
    concerned = points_in(areas_of(outage)).values("customer")
    customers = concerned.distinct().count()
    return customers, OutageAlert.objects.filter(customer__in=concerned).values("user").distinct().count()
