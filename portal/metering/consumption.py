"""What flowed, worked out from what the dial showed. Plain Python.

A reading of a day is what the dial showed at the end of it. Between two readings the water is spread evenly over the
days; outside them nothing is said.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from portal import clock
from portal.metering.policies import DAYS_A_MONTH, passed_zero

TENTH = Decimal("0.1")
LITRE = Decimal("0.001")
YEARS_BACK = 2
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mark:
    """What the dial showed."""

    day: date
    value: Decimal
    source: str
    at: datetime | None = None  # of a dial that is read by the hour


@dataclass(frozen=True)
class Part:
    """A year, a month or a day of the chart; `use` is None where nothing is known. `is_spread`: from longer readings, evenly."""

    first: date
    last: date
    use: Decimal | None
    source: str = ""
    year_before: Decimal | None = None
    is_spread: bool = False

    @property
    def litres_a_day(self) -> int | None:
        if self.use is None:
            return None
        days = (self.last - self.first).days + 1
        return int((self.use * 1000 / days).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class Hour:
    """An hour of a day in Warsaw; `use` is None where the dial was not read at both of its ends."""

    begins: datetime
    use: Decimal | None


def unrolled(marks: Sequence[Mark], digits: int) -> list[Mark]:
    """As if the dial had a figure more: once it has passed its last one, the rest counts on.

    A single low value among high ones is no rollover but a fault, which `consistent` leaves out.
    """
    whole, added = Decimal(10) ** digits, Decimal(0)
    found: list[Mark] = []
    for at, mark in enumerate(marks):
        after = marks[at + 1].value if at + 1 < len(marks) else mark.value
        if at and passed_zero(mark.value, marks[at - 1].value, digits) and after < whole / 2:
            added += whole
        found.append(replace(mark, value=mark.value + added))
    return found


def consistent(marks: Sequence[Mark]) -> list[Mark]:
    """The most readings of which none is lower than one before it: what a faulty transmitter sent falls out."""
    ends: list[Decimal] = []
    last_at: list[int] = []
    before: list[int] = []
    for at, mark in enumerate(marks):
        length = bisect_right(ends, mark.value)
        before.append(last_at[length - 1] if length else -1)
        ends[length : length + 1] = [mark.value]
        last_at[length : length + 1] = [at]
    chosen: list[Mark] = []
    at = last_at[-1] if last_at else -1
    while at >= 0:
        chosen.append(marks[at])
        at = before[at]
    return chosen[::-1]


class Curve:
    """The dial over time."""

    def __init__(self, marks: Sequence[Mark], breaks: frozenset[date] = frozenset()) -> None:
        """`breaks`: days of marks after which nothing is known until the next one."""
        by_day: dict[date, Mark] = {}
        for mark in consistent(sorted(marks, key=lambda mark: mark.day)):
            by_day[mark.day] = mark  # of one day the last and highest
        self.marks = list(by_day.values())
        self._days = list(by_day)
        self._breaks = breaks

    def shown(self, day: date) -> Decimal | None:
        """What the dial showed at the end of a day, or None where no two readings enclose it."""
        if not self._days or not self._days[0] <= day <= self._days[-1]:
            return None
        at = bisect_left(self._days, day)
        right = self.marks[at]
        if right.day == day:
            return right.value
        left = self.marks[at - 1]
        if left.day in self._breaks:
            return None
        passed = Decimal((day - left.day).days) / Decimal((right.day - left.day).days)
        return left.value + (right.value - left.value) * passed

    def use(self, first: date, last: date, to: Decimal = TENTH) -> Decimal | None:
        """From the first day to the last, both included, to a tenth."""
        before, after = self.shown(first - A_DAY), self.shown(last)
        if before is None or after is None or any(first - A_DAY <= day < last for day in self._breaks):
            return None
        return (after - before).quantize(to, ROUND_HALF_UP)

    def usual(self, first: date, last: date) -> Decimal | None:
        """m³ a month on the same days of the years before: their mean, None where nothing is known of them."""
        days = Decimal((last - first).days + 1)
        found = []
        for years in range(1, YEARS_BACK + 1):
            use = self.use(back(first, years), back(last, years))
            if use is not None:
                found.append(use / days * DAYS_A_MONTH)
        return sum(found, Decimal(0)) / len(found) if found else None

    def part(self, first: date, last: date, to: Decimal = TENTH) -> Part:
        use, before = self.use(first, last, to), self.use(back(first, 1), back(last, 1), to)
        if use is None:
            return Part(first, last, None, year_before=before)
        at = bisect_left(self._days, last)
        has_own_ends = self._days[at] == last and (first - A_DAY) in self._days
        return Part(first, last, use, source=self.marks[at].source, year_before=before, is_spread=not has_own_ends)

    def months(self, count: int, today: date) -> list[Part]:
        """The last so many months up to the last reading's, the oldest first; none without two readings."""
        if len(self._days) < 2:
            return []
        last = min(self._days[-1], today)
        end = last if last == month_end(last) else last.replace(day=1) - A_DAY
        starts = [end.replace(day=1)]
        while len(starts) < count:
            starts.append((starts[-1] - A_DAY).replace(day=1))
        return [self.part(start, month_end(start)) for start in reversed(starts)]

    def months_known(self) -> list[date]:
        """The first days of the months that readings lie in."""
        return sorted({day.replace(day=1) for day in self._days})

    def days_of(self, month: date) -> list[Part]:
        """Day by day, for a meter that is read that often; empty when it is not."""
        first, last = month.replace(day=1), month_end(month)
        inside = bisect_right(self._days, last) - bisect_left(self._days, first)
        if inside * 2 < last.day:
            return []
        return [self.part(first + at * A_DAY, first + at * A_DAY, LITRE) for at in range(last.day)]

    def years(self) -> list[Part]:
        """Year by year, of the first and the last as much as is known; compared with the same days a year before."""
        if len(self._days) < 2:
            return []
        begins, ends = self._days[0] + A_DAY, self._days[-1]
        return [
            self.part(max(begins, date(year, 1, 1)), min(ends, date(year, 12, 31)))
            for year in range(begins.year, ends.year + 1)
        ]


def joined(dials: Sequence[Sequence[Mark]]) -> Curve:
    """The dials of meters that followed one another at one place, as one. What flowed between two of them nobody knows."""
    marks: list[Mark] = []
    breaks: set[date] = set()
    for dial in dials:
        good = consistent(sorted(dial, key=lambda mark: mark.day))
        if not good:
            continue
        added = Decimal(0)
        if marks:
            added = marks[-1].value - good[0].value
            if good[0].day - marks[-1].day > A_DAY:
                breaks.add(marks[-1].day)
        marks += [replace(mark, value=mark.value + added) for mark in good]
    return Curve(marks, frozenset(breaks))


def hours_of(day: date, marks: Sequence[Mark]) -> list[Hour]:
    """Hour by hour, 23 or 25 of them on a day when the clocks change."""
    shown = {mark.at: mark.value for mark in consistent(marks)}
    at, end = clock.at(day).astimezone(UTC), clock.at(day + A_DAY).astimezone(UTC)
    found: list[Hour] = []
    while at < end:
        before, after = shown.get(at), shown.get(at + AN_HOUR)
        use = after - before if before is not None and after is not None else None
        found.append(Hour(at.astimezone(clock.WARSAW), use))
        at += AN_HOUR
    return found


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def back(day: date, years: int) -> date:
    """The same day so many years before; the last of a month stays the last."""
    year = day.year - years
    if day == month_end(day):
        return date(year, day.month, monthrange(year, day.month)[1])
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
