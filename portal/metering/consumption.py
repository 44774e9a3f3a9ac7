"""What flowed, worked out from what the dial showed. Plain Python.

A reading of a day is what the dial showed at the end of it. Between two readings the water is spread evenly over the
days; outside them nothing is said.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from portal.metering.policies import DAYS_A_MONTH

TENTH = Decimal("0.1")
YEARS_BACK = 2


@dataclass(frozen=True)
class Mark:
    """What the dial showed."""

    day: date
    value: Decimal
    source: str


@dataclass(frozen=True)
class Part:
    """A month or a day of the chart; `use` is None where nothing is known. `is_spread`: from longer readings, evenly."""

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

    def __init__(self, marks: Sequence[Mark]) -> None:
        by_day: dict[date, Mark] = {}
        for mark in consistent(sorted(marks, key=lambda mark: mark.day)):
            by_day[mark.day] = mark  # of one day the last and highest
        self.marks = list(by_day.values())
        self._days = list(by_day)

    def shown(self, day: date) -> Decimal | None:
        """What the dial showed at the end of a day, or None where no two readings enclose it."""
        if not self._days or not self._days[0] <= day <= self._days[-1]:
            return None
        at = bisect_left(self._days, day)
        right = self.marks[at]
        if right.day == day:
            return right.value
        left = self.marks[at - 1]
        passed = Decimal((day - left.day).days) / Decimal((right.day - left.day).days)
        return left.value + (right.value - left.value) * passed

    def use(self, first: date, last: date) -> Decimal | None:
        """From the first day to the last, both included, to a tenth."""
        before, after = self.shown(first - timedelta(days=1)), self.shown(last)
        if before is None or after is None:
            return None
        return (after - before).quantize(TENTH, ROUND_HALF_UP)

    def usual(self, first: date, last: date) -> Decimal | None:
        """m³ a month on the same days of the years before: their mean, None where nothing is known of them."""
        days = Decimal((last - first).days + 1)
        found = []
        for years in range(1, YEARS_BACK + 1):
            use = self.use(back(first, years), back(last, years))
            if use is not None:
                found.append(use / days * DAYS_A_MONTH)
        return sum(found, Decimal(0)) / len(found) if found else None

    def part(self, first: date, last: date) -> Part:
        use = self.use(first, last)
        if use is None:
            return Part(first, last, None, year_before=self.use(back(first, 1), back(last, 1)))
        at = bisect_left(self._days, last)
        has_own_ends = self._days[at] == last and (first - timedelta(days=1)) in self._days
        return Part(
            first,
            last,
            use,
            source=self.marks[at].source,
            year_before=self.use(back(first, 1), back(last, 1)),
            is_spread=not has_own_ends,
        )

    def months(self, count: int, today: date) -> list[Part]:
        """The last so many months up to the last reading's, the oldest first; none without two readings."""
        if len(self._days) < 2:
            return []
        last = min(self._days[-1], today)
        end = last if last == month_end(last) else last.replace(day=1) - timedelta(days=1)
        starts = [end.replace(day=1)]
        while len(starts) < count:
            starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
        return [self.part(start, month_end(start)) for start in reversed(starts)]

    def days_of(self, month: date) -> list[Part]:
        """Day by day, for a meter that is read that often; empty when it is not."""
        first, last = month.replace(day=1), month_end(month)
        inside = bisect_right(self._days, last) - bisect_left(self._days, first)
        if inside * 2 < last.day:
            return []
        return [self.part(first + timedelta(days=at), first + timedelta(days=at)) for at in range(last.day)]


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def back(day: date, years: int) -> date:
    """The same day so many years before; the last of a month stays the last."""
    year = day.year - years
    if day == month_end(day):
        return date(year, day.month, monthrange(year, day.month)[1])
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
