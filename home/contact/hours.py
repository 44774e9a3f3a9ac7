"""Whether an office is open now, read from its opening hours as people write them: “pon.–pt. 7:00–15:00”.

Hours that cannot be read say nothing about now: they are shown as they are written.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal import calendar, clock
from portal.content.folding import fold

DAYS = {
    name: number
    for number, names in enumerate(
        (
            "pon poniedzialek mon monday",
            "wt wtorek tue tuesday",
            "sr sroda wed wednesday",
            "czw czwartek thu thursday",
            "pt piatek fri friday",
            "sob sobota sat saturday",
            "nd niedz niedziela sun sunday",
        )
    )
    for name in names.split()
}
EVERY_DAY = {"codziennie", "daily"}
ROUND_THE_CLOCK = re.compile(r"cala dobe|24 h|24 7|round the clock|day and night")
TIMES = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[–—-]\s*(\d{1,2})(?::(\d{2}))?\s*$")
LOOK_AHEAD = 14


@dataclass(frozen=True)
class Hours:
    """From one hour to another on some days of the week; round the clock holds on holidays too."""

    days: frozenset[int]
    opens: time
    closes: time | None
    on_holidays: bool

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        if day.weekday() not in self.days or (not self.on_holidays and calendar.is_holiday(day)):
            return None
        closes = clock.at(day, self.closes.hour, self.closes.minute) if self.closes else clock.at(day + timedelta(1))
        return clock.at(day, self.opens.hour, self.opens.minute), closes


@dataclass(frozen=True)
class Opening:
    """How it stands now; `changes_at` is when it closes, or opens next; absent: never."""

    is_open: bool
    changes_at: datetime | None
    is_holiday: bool = False


def read(written: str) -> list[Hours]:
    """The hours line by line; nothing where one line cannot be read."""
    lines = [line.strip() for line in re.split(r"[\n;]", written) if line.strip()]
    hours = [_line(line) for line in lines]
    return [one for one in hours if one] if all(hours) else []


def opening(written: str, now: datetime | None = None) -> Opening | None:
    now = now or clock.now()
    hours = read(written)
    if not hours:
        return None
    days = (now.date() + timedelta(days=ahead) for ahead in range(LOOK_AHEAD))
    spans = sorted(span for day in days for one in hours if (span := one.on(day)))
    closes = _joined(spans, now)
    if closes is not None:
        never = closes > now + timedelta(days=LOOK_AHEAD - 2)
        return Opening(is_open=True, changes_at=None if never else closes)
    opens = next((start for start, _end in spans if start > now), None)
    return Opening(is_open=False, changes_at=opens, is_holiday=calendar.is_holiday(now.date()))


def _joined(spans: list[tuple[datetime, datetime]], now: datetime) -> datetime | None:
    """When the span that holds now ends, through midnights where the next begins at once."""
    ends = None
    for start, end in spans:
        if start <= now < end or (ends is not None and start <= ends):
            ends = max(end, ends) if ends else end
    return ends


def _line(line: str) -> Hours | None:
    words = re.findall(r"[a-z]+", fold(line))
    if ROUND_THE_CLOCK.search(fold(line)):
        days = frozenset(range(7)) if EVERY_DAY & set(words) or not _days(line) else _days(line)
        return Hours(days, time(0), None, on_holidays=True)
    times = TIMES.search(line)
    days = frozenset(range(7)) if EVERY_DAY & set(words) else _days(line[: times.start()] if times else "")
    if times is None or not days:
        return None
    opens_h, opens_m, closes_h, closes_m = (int(part or 0) for part in times.groups())
    if opens_h > 23 or closes_h > 24 or max(opens_m, closes_m) > 59 or (opens_h, opens_m) >= (closes_h, closes_m):
        return None
    closes = None if closes_h == 24 else time(closes_h, closes_m)
    return Hours(days, time(opens_h, opens_m), closes, on_holidays=bool(EVERY_DAY & set(words)))


def _days(text: str) -> frozenset[int]:
    """“pon.–pt.” and “wt., czw.”; nothing where a word is no day."""
    found: set[int] = set()
    for part in text.replace(" i ", ",").split(","):
        ends = [DAYS.get(fold(one)) for one in re.split(r"[–—-]", part) if fold(one)]
        if not ends:
            continue
        if any(day is None for day in ends) or len(ends) > 2:
            return frozenset()
        first, last = ends[0] or 0, ends[-1] or 0
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return frozenset(found)
