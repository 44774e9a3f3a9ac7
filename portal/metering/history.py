"""A meter's history: its readings, and what flowed by months or days, with the picture and the table of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from portal import clock
from portal.metering import chart
from portal.metering.chart import Chart
from portal.metering.facts import curve, marks
from portal.metering.models import Meter, MeterReading
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
class History:
    readings: tuple[Row, ...]
    chart: Chart | None
    month: date | None = None  # of a chart by days
    days_offered: tuple[date, ...] = ()


def month_of(text: str) -> date | None:
    """2026-10 → its first day."""
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None


def history(meter: Meter, *, month: date | None = None) -> History:
    """As deep as the rules show. One statement, however often the meter is read."""
    today = clock.today()
    rows = marks(meter, since=_months_ago(today, rules(ReadingRules).history_months))
    line = curve(rows)
    days = line.days_of(month) if month else []
    parts = days or line.months(MONTHS, today)
    offered = tuple(part.first for part in line.months(MONTHS, today) if line.days_of(part.first))
    title = _by_days(month) if days and month else _("Water by months, m³")
    drawn = chart.draw(parts, title=title, by_days=bool(days)) if any(part.use is not None for part in parts) else None
    return History(tuple(_rows(rows)), drawn, month if days else None, offered)


def _by_days(month: date) -> str:
    return _("Water by days, %(month)s, m³") % {"month": f"{month:%m.%Y}"}


def _months_ago(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _rows(rows: list[tuple[date, Decimal, str, str]]) -> list[Row]:
    """The newest first. A value below the one before says nothing about use."""
    found: list[Row] = []
    before: tuple[date, Decimal] | None = None
    for day, value, source, _state in rows:
        use = litres = None
        if before and value >= before[1]:
            use = value - before[1]
            litres = round(use * 1000 / (day - before[0]).days)
        label = str(MeterReading.Source(source).label)
        found.append(Row(day, value, label, source == MeterReading.Source.ESTIMATED, use, litres))
        before = (day, value)
    return found[::-1]
