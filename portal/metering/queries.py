"""Meters, what they last showed, which readings are to be given and which were."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from portal import clock
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed, Delegation
from portal.metering.facts import CHANGEABLE, PENDING, STANDING, in_use, known_of, with_facts
from portal.metering.models import Meter, MeterReading
from portal.metering.policies import Known, Window, is_left_to_us, is_offered, next_window, window_of_month
from portal.metering.rules import ReadingRules
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

# The main meter first, then what hangs behind it.
MAIN_FIRST = Case(When(role=Meter.Role.MAIN, then=0), default=1, output_field=IntegerField())
BY_PLACE = ("point__street", "point__building", "point__unit", MAIN_FIRST, "role", "pk")


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
    public_id: UUID | None = None

    @property
    def is_verification_ending(self) -> bool:
        """Whether its legal verification is over or soon will be."""
        return is_ending(self.verification_valid_until)


def is_ending(valid_until: date | None) -> bool:
    notice = timedelta(days=rules(ReadingRules).verification_notice_days)
    return bool(valid_until and valid_until <= clock.today() + notice)


@dataclass(frozen=True)
class Meters:
    lines: tuple[MeterLine, ...] = ()
    page: int = 1
    has_more: bool = False


def are_readings_shown(viewer: Viewer) -> bool:
    """Whether a meter has a page that this reader may open."""
    return rules(Modules).readings and access.may(viewer, Deed.SEE_READINGS)


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
        .order_by(*BY_PLACE)[start : start + limit + 1]
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
        public_id=row.public_id,
    )


# Giving readings


@dataclass(frozen=True)
class ToGive:
    """A meter whose reading may be given: what is known of it, and the reading that is on its way.

    `is_left_to_us`: it is read remotely, and nobody is asked for its reading.
    """

    meter: Meter
    known: Known
    pending_value: Decimal | None = None
    pending_on: date | None = None
    pending_state: str = ""
    is_left_to_us: bool = False

    @property
    def place(self) -> str:
        return str(self.meter.point)

    @property
    def role_in_words(self) -> str:
        return self.meter.get_role_display()

    @property
    def pending_in_words(self) -> str:
        return str(MeterReading.State(self.pending_state).label) if self.pending_state else ""


@dataclass(frozen=True)
class Timing:
    """Whether readings are taken today, until when, and when again. Without a window always."""

    window: Window | None
    coming: Window | None
    is_open: bool
    days_left: int | None


def timing() -> Timing:
    """No statement."""
    today, day_rules = clock.today(), rules(ReadingRules)
    window = window_of_month(today, day_rules)
    is_open = window is None or window.holds(today)
    left = window.days_left(today) if window and is_open else None
    return Timing(window, next_window(today, day_rules), is_open, left)


def is_taking(viewer: Viewer) -> bool:
    """Whether this viewer may give readings here at all. No statement."""
    day_rules = rules(ReadingRules)
    if viewer.customer is None or not rules(Modules).readings or not day_rules.is_accepting:
        return False
    return viewer.customer.kind in day_rules.accepted_from


def to_give(viewer: Viewer, *, limit: int, start: int = 0, only: Collection[UUID] = ()) -> list[ToGive]:
    """The meters whose readings the viewer may give, by place, then those that are left to us. One statement."""
    if not is_taking(viewer):
        return []
    day_rules = rules(ReadingRules)
    pending = MeterReading.objects.filter(meter=OuterRef("pk"), state__in=PENDING, submission__booked_as="").order_by(
        "-read_on", "-pk"
    )
    found = access.visible(Meter.objects.filter(in_use(clock.today())), viewer, Deed.SUBMIT_READING)
    if only:
        found = found.filter(public_id__in=only)
    if viewer.customer and viewer.customer.kind in day_rules.main_meter_only:
        found = found.filter(role=Meter.Role.MAIN)
    rows = with_facts(found, day_rules).annotate(
        pending_value=Subquery(pending.values("value")[:1]),
        pending_on=Subquery(pending.values("read_on")[:1]),
        pending_state=Subquery(pending.values("state")[:1]),
    )
    order = BY_PLACE if day_rules.takes_remote else ("is_remote", *BY_PLACE)
    lines = [(row, known_of(row)) for row in rows.order_by(*order)[start : start + limit]]
    return [
        ToGive(
            row,
            known,
            row.pending_value,
            row.pending_on,
            row.pending_state or "",
            is_left_to_us(known.is_remote, day_rules),
        )
        for row, known in lines
        if is_offered(known, day_rules)
    ]


def readings_due(held: Iterable[Delegation]) -> dict[int, int] | None:
    """By customer, how many meters still wait for a reading in the window that is open now. One statement.

    None where readings are taken at any time, or none are taken: then nothing is due.
    """
    day_rules, today = rules(ReadingRules), clock.today()
    window = window_of_month(today, day_rules)
    if window is None or not rules(Modules).readings or not day_rules.is_accepting:
        return None
    if not window.holds(today):
        return {}
    given = MeterReading.objects.filter(
        meter=OuterRef("pk"), state__in=STANDING, read_on__range=(window.opens, window.closes)
    )
    waiting = access.within(
        Meter.objects.filter(in_use(today), is_remote=False, point__customer__kind__in=day_rules.accepted_from),
        access.reach(held, Deed.SUBMIT_READING),
    ).exclude(~Q(role=Meter.Role.MAIN), point__customer__kind__in=day_rules.main_meter_only)
    counted = waiting.exclude(Exists(given)).values("point__customer").annotate(count=Count("pk")).order_by()
    return {row["point__customer"]: row["count"] for row in counted}


def visible_meter(viewer: Viewer, public_id: UUID) -> Meter | None:
    """One statement."""
    found = access.visible(Meter.objects.select_related("point"), viewer, Deed.SEE_READINGS)
    return found.filter(public_id=public_id).first()


def first_meter(viewer: Viewer) -> Meter | None:
    """The main meter that comes first by place. One statement."""
    found = access.visible(Meter.objects.filter(in_use(clock.today())), viewer, Deed.SEE_READINGS)
    main = found.filter(role=Meter.Role.MAIN).select_related("point")
    return main.order_by("point__street", "point__building", "point__unit", "pk").first()


@dataclass(frozen=True)
class GivenLine:
    """A reading that came through the portal, and what became of it."""

    public_id: UUID
    serial_number: str
    place: str
    value: Decimal
    read_on: date
    state: str
    state_in_words: str
    submitted_at: datetime
    decision: str
    has_photo: bool
    meter: UUID

    @property
    def is_changeable(self) -> bool:
        return self.state in CHANGEABLE


def submitted(viewer: Viewer, deed: str = Deed.SEE_READINGS) -> QuerySet[MeterReading]:
    """The readings that came through the portal."""
    rows = access.visible(MeterReading.objects.all(), viewer, deed).filter(submission__isnull=False)
    return rows.select_related("submission", "meter__point__customer").order_by("-submission__submitted_at", "-pk")


def given_line(row: MeterReading) -> GivenLine:
    return GivenLine(
        public_id=row.public_id,
        serial_number=row.meter.serial_number,
        place=str(row.meter.point),
        value=row.value,
        read_on=row.read_on,
        state=row.state,
        state_in_words=row.get_state_display(),
        submitted_at=row.submission.submitted_at,
        decision=row.submission.decision,
        has_photo=bool(row.submission.photo),
        meter=row.meter.public_id,
    )


# For clerks


def portal_readings() -> QuerySet[MeterReading]:
    """Every reading that came through the portal, those to check first."""
    rows = MeterReading.objects.filter(submission__isnull=False)
    return rows.select_related("submission__by", "submission__decided_by", "meter__point__customer").order_by(
        Case(When(state=MeterReading.State.TO_CHECK, then=0), default=1, output_field=IntegerField()),
        "-submission__submitted_at",
        "-pk",
    )


WITHOUT_WINDOW_DAYS = 60


def unread_meters() -> QuerySet[Meter]:
    """Main meters without any reading in this window; without a window, in the last 60 days."""
    today = clock.today()
    window = window_of_month(today, rules(ReadingRules))
    since = window.opens if window and window.holds(today) else today - timedelta(days=WITHOUT_WINDOW_DAYS)
    read = MeterReading.objects.filter(meter=OuterRef("pk"), read_on__gte=since, state__in=STANDING)
    last = MeterReading.objects.filter(meter=OuterRef("pk"), state=MeterReading.State.BOOKED).order_by("-read_on")
    return (
        Meter.objects.filter(in_use(today), ~Exists(read), role=Meter.Role.MAIN, is_remote=False)
        .select_related("point__customer")
        .annotate(last_on=Subquery(last.values("read_on")[:1]))
        .order_by("last_on", "pk")
    )
