"""A manager's spreadsheet of readings: what would become of each row, and giving the good ones."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.metering import dial, sentences
from portal.metering.actions import Decided, keep_decided
from portal.metering.facts import STANDING, curve, known_of, marks_of, with_facts
from portal.metering.models import Meter, MeterReading, Submission
from portal.metering.policies import Accepted, Given, Known, ToCheck, decide
from portal.metering.rules import ReadingRules
from portal.metering.sheet_reader import Row, day_of
from portal.notifications.actions import absolute, send
from portal.utility.rulebook import rules

SALT = "metering.sheet"
KEPT_HOURS = 24
GOOD, TO_CHECK, BAD, TAKEN, TAKEN_TO_CHECK = "good", "to_check", "bad", "taken", "taken_to_check"


class SheetStale(Exception):
    """This check of the spreadsheet is too old or another person's. Send the spreadsheet again."""

    def __str__(self) -> str:
        return _("This check of the spreadsheet is too old or another person's. Send the spreadsheet again.")


@dataclass(frozen=True)
class RowVerdict:
    """A row and what becomes of it, with a sentence where it is not simply good."""

    number: int
    meter: str
    value: str
    day: str
    verdict: str
    because: str = ""

    @property
    def is_good(self) -> bool:
        return self.verdict in (GOOD, TO_CHECK)


# What is said of a row, and what is to be kept of it.
Judged = tuple[RowVerdict, Decided | None]


@dataclass(frozen=True)
class Report:
    rows: tuple[RowVerdict, ...]

    def count(self, *verdicts: str) -> int:
        return sum(row.verdict in verdicts for row in self.rows)

    @property
    def good(self) -> int:
        return self.count(GOOD, TO_CHECK)

    @property
    def bad(self) -> int:
        return self.count(BAD)

    @property
    def taken(self) -> int:
        return self.count(TAKEN, TAKEN_TO_CHECK)


def dry_run(viewer: Viewer, rows: Sequence[Row]) -> Report:
    """What would become of each row; nothing is kept. Three statements, at any number of rows."""
    return Report(tuple(told for told, _ in _judge(_own(viewer, rows), rows)))


def _own(viewer: Viewer, rows: Sequence[Row]) -> QuerySet[Meter]:
    """Of the meters in the rows those for which this person may give readings."""
    serials = {row.meter for row in rows}
    return access.visible(Meter.objects.filter(serial_number__in=serials), viewer, Deed.SUBMIT_READING)


def _judge(own: QuerySet[Meter], rows: Sequence[Row]) -> list[Judged]:
    day_rules = rules(ReadingRules)
    meters: dict[str, list[Meter]] = {}
    for meter in with_facts(own, day_rules).order_by("removed_on", "pk"):
        meters.setdefault(meter.serial_number, []).append(meter)
    keys = [meter.pk for same in meters.values() for meter in same]
    past = marks_of(keys)
    there = set(
        MeterReading.objects.filter(meter__in=keys, state__in=STANDING).values_list("meter_id", "value", "read_on")
    )
    seen: set[str] = set()
    judged: list[Judged] = []
    for row in rows:
        judged.append(_judged(row, meters.get(row.meter, []), past, there, seen, day_rules))
        seen.add(row.meter)
    return judged


def _judged(
    row: Row, same: list[Meter], past: dict[int, Any], there: set[Any], seen: set[str], day_rules: ReadingRules
) -> Judged:
    told = RowVerdict(row.number, row.meter, row.value, row.day, BAD)
    day = day_of(row.day) if row.day else clock.today()
    fault = _fault(row, same, seen, day)
    if fault or day is None:
        return replace(told, because=fault), None
    meter = _current(same)
    value = dial.read(row.value, meter.digits)
    if not isinstance(value, Decimal):
        return replace(told, because=sentences.fault(value, meter.digits)), None
    told = replace(told, value=str(value), day=day.isoformat())
    known = _known(meter, past, day, is_same=(meter.pk, value, day) in there)
    given = Given(value, day, is_confirmed=True)
    verdict = decide(given, known, day_rules)
    if isinstance(verdict, Accepted):
        return replace(told, verdict=GOOD), Decided(meter, given, known, verdict)
    if isinstance(verdict, ToCheck):
        because = sentences.why(verdict.reasons[0], known, day_rules)
        return replace(told, verdict=TO_CHECK, because=because), Decided(meter, given, known, verdict)
    return replace(told, because=sentences.why(verdict.reason, known, day_rules)), None


def _fault(row: Row, same: list[Meter], seen: set[str], day: date | None) -> str:
    """What is wrong with a row before anybody looks at its value."""
    if row.fault:
        return row.fault
    if not row.meter:
        return _("The number of the meter is missing.")
    if not same:
        return _("This customer has no such meter, or it is not among your points.")
    if row.meter in seen:
        return _("This meter stands in the sheet twice; the first row counts.")
    return "" if day else _("Write the day as 20.11.2026.")


def _current(same: list[Meter]) -> Meter:
    """Of meters with one number the one in use; the others were taken off."""
    return next((meter for meter in same if meter.removed_on is None), same[-1])


def _known(meter: Meter, past: dict[int, Any], day: date, *, is_same: bool) -> Known:
    known = known_of(meter, is_same_there=is_same)
    if known.booked_on is None or day <= known.booked_on:
        return known
    usual = curve(past.get(meter.pk, []), meter.digits).usual(known.booked_on + timedelta(days=1), day)
    return replace(known, usual=usual)


def ticket(report: Report, user: Any, customer: Any) -> str:
    """A report as the page carries it to the next press: signed, so nobody changes it on the way."""
    return signing.dumps([user.pk, str(customer), [asdict(row) for row in report.rows]], salt=SALT, compress=True)


def redeem(text: str, user: Any, customer: Any) -> Report:
    """Raises SheetStale."""
    try:
        owner, whose, rows = signing.loads(text, salt=SALT, max_age=KEPT_HOURS * 3600)
    except signing.BadSignature:
        raise SheetStale from None
    if (owner, whose) != (user.pk, str(customer)):
        raise SheetStale
    return Report(tuple(RowVerdict(**row) for row in rows))


@transaction.atomic
def give(viewer: Viewer, report: Report, *, by: Any) -> Report:
    """Judge the good rows anew and keep those that still are; one letter for all of them. Statements as for one row."""
    good = [Row(row.number, row.meter, row.value, row.day) for row in report.rows if row.is_good]
    own = _own(viewer, good)
    # Two presses at once decide one after the other; in one order, so that neither waits for the other for ever.
    list(Meter.objects.select_for_update().filter(pk__in=own.values("pk")).order_by("pk").values_list("pk"))
    judged = _judge(own, good)
    keep_decided(
        [decided for _, decided in judged if decided is not None], by=by, channel=Submission.Channel.SPREADSHEET
    )
    anew = {row.number: _taken(row) for row, _ in judged}
    told = Report(tuple(anew.get(row.number, row) for row in report.rows))
    if told.taken and viewer.customer is not None:
        send(
            "readings_sheet",
            to=getattr(by, "email", None) or "",
            about=f"sheet:{viewer.customer.public_id}:{clock.now():%Y%m%d%H%M%S}",
            user=by,
            customer=viewer.customer.public_id,
            taken=str(told.taken),
            to_check=str(told.count(TAKEN_TO_CHECK)),
            bad=str(told.bad),
            link=absolute(f"{reverse('metering:given')}?k={viewer.customer.public_id}"),
        )
    return told


def _taken(row: RowVerdict) -> RowVerdict:
    """Said of a row once the good ones are kept."""
    if not row.is_good:
        return row
    return replace(row, verdict=TAKEN if row.verdict == GOOD else TAKEN_TO_CHECK, because="")
