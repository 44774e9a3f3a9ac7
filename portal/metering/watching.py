"""Whether a meter's readings speak of a leak or of unusual use. Plain Python; docs/rules/water-alerts.md is the source."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from portal.metering.consumption import A_DAY, Curve, Mark, hours_of
from portal.metering.policies import DAYS_A_MONTH
from portal.metering.rules import ReadingRules

LEAK, UNUSUAL = "leak", "unusual"
NIGHT = range(1, 5)  # the hours that begin at 1:00 to 4:00: hardly anybody draws water in all of them
SHORTEST_PERIOD = timedelta(days=27)  # of readings that are compared with a season
FRESH = timedelta(days=45)
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Night:
    """`least`: the smallest use of its hours in m³; None where one of them is not known."""

    day: date
    least: Decimal | None


@dataclass(frozen=True)
class Seen:
    """What is compared: m³ a month in the newest period with the usual of the season, and the last nights."""

    first: date | None = None
    last: date | None = None
    monthly: Decimal | None = None
    usual: Decimal | None = None
    nights: tuple[Night, ...] = ()


@dataclass(frozen=True)
class Alarm:
    kind: str
    first: date
    last: date
    compared: dict[str, str] = field(default_factory=dict)


def judge(seen: Seen, rules: ReadingRules) -> Alarm | None:
    """A leak comes before unusual use, and what the nights say before what the season says."""
    return _of_nights(seen.nights, rules.leak_nights) or _of_season(seen, rules)


def _of_nights(nights: Sequence[Night], needed: int) -> Alarm | None:
    last = nights[-needed:] if needed else ()
    if not needed or len(last) < needed:
        return None
    least = [night.least for night in last if night.least]
    if len(least) < needed:
        return None
    compared = {"nights": str(needed), "least_litres": f"{min(least) * 1000:.0f}"}
    return Alarm(LEAK, last[0].day, last[-1].day, compared)


def _of_season(seen: Seen, rules: ReadingRules) -> Alarm | None:
    if seen.monthly is None or seen.usual is None or seen.first is None or seen.last is None:
        return None
    if abs(seen.monthly - seen.usual) <= rules.outlier_least:
        return None
    compared = {"monthly": str(seen.monthly.quantize(TENTH)), "usual": str(seen.usual.quantize(TENTH))}
    if rules.leak_times and seen.monthly > seen.usual * rules.leak_times:
        return Alarm(LEAK, seen.first, seen.last, compared)
    is_more = seen.monthly > seen.usual * rules.outlier_times
    is_less = seen.monthly * rules.outlier_times < seen.usual
    return Alarm(UNUSUAL, seen.first, seen.last, compared) if is_more or is_less else None


def newest_period(curve: Curve, today: date) -> Seen:
    """From the newest reading back to the first one that is far enough from it; nothing where the newest is old."""
    if len(curve.marks) < 2 or today - curve.marks[-1].day > FRESH:
        return Seen()
    last = curve.marks[-1].day
    before = next((mark.day for mark in reversed(curve.marks) if last - mark.day >= SHORTEST_PERIOD), None)
    if before is None:
        return Seen()
    first = before + A_DAY
    use = curve.use(first, last)
    monthly = None if use is None else use / Decimal((last - before).days) * DAYS_A_MONTH
    return Seen(first, last, monthly, curve.usual(first, last))


def nights(marks: Sequence[Mark], today: date, count: int) -> tuple[Night, ...]:
    """The nights before this day, the oldest first."""
    found = []
    for back in range(count, 0, -1):
        day = today - back * A_DAY
        hours = [hour for hour in hours_of(day, marks) if hour.begins.hour in NIGHT]
        uses = [hour.use for hour in hours if hour.use is not None]
        found.append(Night(day, min(uses) if len(uses) == len(hours) else None))
    return tuple(found)
