"""What the policy must know of a meter, from the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from portal import clock
from portal.metering.consumption import A_DAY, Curve, Mark, joined, unrolled
from portal.metering.models import Meter, MeterReading, MissedWindow
from portal.metering.policies import Given, Known, window_of_month
from portal.metering.rules import ReadingRules

State = MeterReading.State
# A reading in one of these is on its way or there: it counts for the window, and is not given twice.
STANDING = (State.SUBMITTED, State.TO_CHECK, State.ACCEPTED, State.EXPORTED, State.BOOKED)
PENDING = (State.SUBMITTED, State.TO_CHECK, State.ACCEPTED, State.EXPORTED)
CHANGEABLE = (State.SUBMITTED, State.TO_CHECK, State.ACCEPTED)


def booked(**of: object) -> QuerySet[MeterReading]:
    """The billing system's own rows: what it never sent or has taken back is no lower bound."""
    return MeterReading.objects.filter(state=State.BOOKED, external_id__isnull=False, **of)


def in_use(day: date) -> Q:
    return Q(removed_on__isnull=True) | Q(removed_on__gt=day)


def blocked(day: date) -> QuerySet[MissedWindow]:
    """Blocks that hold on a day, to be narrowed to a customer."""
    return MissedWindow.objects.filter(Q(open_from__isnull=True) | Q(open_from__gt=day), is_blocking=True)


def with_facts(meters: QuerySet[Meter], rules: ReadingRules, *, but: MeterReading | None = None) -> QuerySet[Meter]:
    """Meters with what the policy asks of each, in the same statement."""
    today = clock.today()
    last = booked(meter=OuterRef("pk")).order_by("-read_on", "-value", "-pk")
    window = window_of_month(today, rules)
    given = MeterReading.objects.filter(meter=OuterRef("pk"), state__in=PENDING)
    if but is not None:
        given = given.exclude(pk=but.pk)
    in_window = given.filter(read_on__range=(window.opens, window.closes)) if window else given.none()
    return meters.select_related("point__customer").annotate(
        booked_value=Subquery(last.values("value")[:1]),
        booked_on=Subquery(last.values("read_on")[:1]),
        is_given_in_window=Exists(in_window),
        is_blocked=Exists(blocked(today).filter(customer=OuterRef("point__customer"))),
        customer_kind=F("point__customer__kind"),
    )


def known_of(meter: Meter, *, usual: Decimal | None = None, is_same_there: bool = False) -> Known:
    """The facts of a meter that `with_facts` has read."""
    today = clock.today()
    row: object = meter
    return Known(
        today=today,
        digits=meter.digits,
        kind=row.customer_kind,  # type: ignore[attr-defined]  # annotated by with_facts
        is_main=meter.role == Meter.Role.MAIN,
        is_remote=meter.is_remote,
        is_removed=bool(meter.removed_on and meter.removed_on <= today),
        booked_value=row.booked_value,  # type: ignore[attr-defined]  # as above
        booked_on=row.booked_on,  # type: ignore[attr-defined]  # as above
        usual=usual,
        is_blocked=row.is_blocked,  # type: ignore[attr-defined]  # as above
        is_given_in_window=row.is_given_in_window,  # type: ignore[attr-defined]  # as above
        is_same_there=is_same_there,
    )


def facts_about(meter: Meter, given: Given, rules: ReadingRules, *, but: MeterReading | None = None) -> Known:
    """Everything about one meter and one value. Three statements. `but`: the reading that it is given instead of."""
    found = with_facts(Meter.objects.filter(pk=meter.pk), rules, but=but).get()
    same = MeterReading.objects.filter(meter=meter, state__in=STANDING, value=given.value, read_on=given.read_on)
    if but is not None:
        same = same.exclude(pk=but.pk)
    known = known_of(found)
    usual = None
    if known.booked_on and given.read_on > known.booked_on:
        usual = curve(marks(meter), meter.digits).usual(known.booked_on + A_DAY, given.read_on)
    return known_of(found, usual=usual, is_same_there=same.exists())


@dataclass(frozen=True)
class Shown:
    """A reading as a list and a chart show it."""

    day: date
    value: Decimal
    source: str
    state: str
    use: Decimal | None = None
    litres_a_day: int | None = None


Row = tuple[date, Decimal, str, str]


def marks(meter: Meter, since: date | None = None) -> list[Row]:
    """What stands of a meter, the oldest first: one row a day, the day's highest. One statement."""
    return marks_of([meter.pk], since).get(meter.pk, [])


def marks_of(meters: Iterable[int], since: date | None = None) -> dict[int, list[Row]]:
    """The same of several meters, by their keys. One statement.

    What came through the portal and is booked as the billing system's own row is that row.
    """
    rows = MeterReading.objects.filter(meter__in=meters, state__in=[State.BOOKED, State.EXPORTED, State.ACCEPTED])
    rows = rows.filter(Q(submission__isnull=True) | Q(submission__booked_as=""))
    if since:
        rows = rows.filter(read_on__gte=since)
    by_day: dict[int, dict[date, Row]] = {}
    columns = ("meter_id", "read_on", "value", "source", "state")
    for meter, day, value, source, state in rows.order_by("read_on", "value").values_list(*columns):
        by_day.setdefault(meter, {})[day] = (day, value, source, state)
    return {meter: list(days.values()) for meter, days in by_day.items()}


def dial(rows: Iterable[Row], digits: int) -> list[Mark]:
    """What the dial would have shown with one figure more."""
    return unrolled([Mark(day, value, source) for day, value, source, _state in rows], digits)


def curve(rows: Iterable[Row], digits: int) -> Curve:
    return Curve(dial(rows, digits))


def curve_of_place(dials: Iterable[tuple[Iterable[Row], int]]) -> Curve:
    """Of the meters that followed one another: their readings and the digits of each."""
    return joined([dial(rows, digits) for rows, digits in dials])


def by_the_hour(meters: Iterable[int], day: date) -> list[Mark]:
    """What dials showed within a day, from midnight to midnight. One statement."""
    rows = booked(meter__in=meters, read_at__range=(clock.at(day), clock.at(day + A_DAY)))
    columns = ("read_on", "value", "source", "read_at")
    return [Mark(*row) for row in rows.order_by("read_at", "value").values_list(*columns)]


def moments(meters: Iterable[int], since: datetime) -> dict[int, list[Mark]]:
    """What dials that are read by the hour have shown since then, of each meter. One statement."""
    found: dict[int, list[Mark]] = {}
    rows = booked(meter__in=meters, read_at__gte=since).order_by("read_at", "value")
    for meter, day, value, source, at in rows.values_list("meter_id", "read_on", "value", "source", "read_at"):
        found.setdefault(meter, []).append(Mark(day, value, source, at))
    return found


def days_by_the_hour(meters: Iterable[int], first: date, last: date) -> list[date]:
    """The days of which hours are known. One statement."""
    rows = booked(meter__in=meters, read_at__isnull=False, read_on__range=(first, last))
    return list(rows.order_by("read_on").values_list("read_on", flat=True).distinct())


def line_of(meter: Meter) -> list[Meter]:
    """A meter and those that hung in its place before it, the oldest first. One statement."""
    same = Meter.objects.filter(point=meter.point_id, role=meter.role).order_by("-installed_on", "-pk")
    found = [meter]
    for before in same:
        begins = found[0].installed_on
        if begins and before.pk != meter.pk and before.removed_on and before.removed_on <= begins:
            found.insert(0, before)
    return found
