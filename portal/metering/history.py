"""A meter's history: its readings, and what flowed by months or days, with the picture and the table of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal import clock
from portal.metering import chart
from portal.metering.chart import Chart
from portal.metering.consumption import Curve, hours_of, month_end
from portal.metering.facts import Row as Marks
from portal.metering.facts import by_the_hour, curve_of_place, days_by_the_hour, line_of, marks_of
from portal.metering.facts import curve as curve_of
from portal.metering.models import Meter, MeterReading
from portal.metering.policies import used_since
from portal.metering.rules import ReadingRules
from portal.utility.rulebook import rules

MONTHS = 12


@dataclass(frozen=True)
class Row:
    """A reading, and what flowed since the one before."""

    day: date
    value: Decimal
    source: str
    is_estimated: bool
    use: Decimal | None = None
    litres_a_day: int | None = None


@dataclass(frozen=True)
class Asked:
    """What of a history is looked at: months as a rule, or years, the days of a month, the hours of a day."""

    by_years: bool = False
    month: date | None = None
    day: date | None = None
    of_place: bool = False  # with the meters that hung there before


@dataclass(frozen=True)
class Hung:
    """A meter in the place's line, and what it showed first and last of what is known."""

    meter: Meter
    first: Decimal | None
    last: Decimal | None


@dataclass(frozen=True)
class History:
    readings: tuple[Row, ...]
    chart: Chart | None
    asked: Asked
    months_offered: tuple[date, ...] = ()  # that can be seen by days
    days_offered: tuple[date, ...] = ()  # of the month, that can be seen by hours
    has_years: bool = False
    exchanged: tuple[Hung, ...] = ()  # the line of meters, where there was more than one


def month_of(text: str) -> date | None:
    """2026-10 → its first day."""
    return day_of(f"{text}-01") if text else None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def history(meter: Meter, asked: Asked | None = None) -> History:
    """As deep as the rules show. Two statements, however often the meter is read; two more of hours."""
    asked = asked or Asked()
    line = line_of(meter)
    rows = marks_of([one.pk for one in line], _months_ago(clock.today(), rules(ReadingRules).history_months))
    own = rows.get(meter.pk, [])
    is_of_place = asked.of_place and len(line) > 1
    curve = (
        curve_of_place((rows.get(one.pk, []), one.digits) for one in line)
        if is_of_place
        else curve_of(own, meter.digits)
    )
    keys = [one.pk for one in line] if is_of_place else [meter.pk]
    drawn, days = _drawn(curve, keys, asked)
    hung = tuple(_hung(one, rows.get(one.pk, [])) for one in line) if len(line) > 1 else ()
    return History(
        readings=tuple(_rows(own, meter.digits)),
        chart=drawn,
        asked=asked,
        months_offered=tuple(month for month in curve.months_known() if curve.days_of(month)),
        days_offered=tuple(days),
        has_years=len(curve.years()) > 1,
        exchanged=hung,
    )


def months_of(meter: Meter) -> Chart | None:
    """The picture of the last months alone. One statement."""
    rows = marks_of([meter.pk], _months_ago(clock.today(), rules(ReadingRules).history_months))
    return _drawn(curve_of(rows.get(meter.pk, []), meter.digits), [meter.pk], Asked())[0]


def _drawn(curve: Curve, keys: list[int], asked: Asked) -> tuple[Chart | None, list[date]]:
    """The picture that is asked for, or of months where there is no such picture; and the days that have hours."""
    if asked.day is not None:
        hours = hours_of(asked.day, by_the_hour(keys, asked.day))
        if any(hour.use is not None for hour in hours):
            return chart.by_hours(hours, asked.day), _with_hours(keys, asked.day)
    month = asked.month or (asked.day.replace(day=1) if asked.day else None)
    days = curve.days_of(month) if month else []
    if month and any(part.use is not None for part in days):
        return chart.by_days(days, month), _with_hours(keys, month)
    years = curve.years() if asked.by_years else []
    if years:
        return chart.by_years(years), []
    months = curve.months(MONTHS, clock.today())
    return (chart.by_months(months) if any(part.use is not None for part in months) else None), []


def _with_hours(keys: list[int], day: date) -> list[date]:
    return days_by_the_hour(keys, day.replace(day=1), month_end(day))


def _hung(meter: Meter, rows: list[Marks]) -> Hung:
    return Hung(meter, rows[0][1] if rows else None, rows[-1][1] if rows else None)


def _months_ago(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _rows(rows: list[Marks], digits: int) -> list[Row]:
    """The newest first. A value below the one before says nothing about use, unless the dial began again."""
    found: list[Row] = []
    before: tuple[date, Decimal] | None = None
    for day, value, source, _state in rows:
        use = litres = None
        if before and (used := used_since(value, before[1], digits)) >= 0:
            use = used
            litres = round(use * 1000 / (day - before[0]).days)
        label = str(MeterReading.Source(source).label)
        found.append(Row(day, value, label, source == MeterReading.Source.ESTIMATED, use, litres))
        before = (day, value)
    return found[::-1]
