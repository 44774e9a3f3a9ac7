"""The clock of a case, who may move it where, and what an interruption's notice must be. Plain Python."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from portal.calendar import add_working_days


class Step(Enum):
    """What is done to a case."""

    WRITE = "write"  # the customer writes
    TAKE = "take"
    ASK = "ask"  # the office asks the customer
    ANSWER = "answer"
    CLOSE = "close"
    REOPEN = "reopen"


NEW, IN_PROGRESS, WAITING, ANSWERED, CLOSED, REOPENED = (
    "new",
    "in_progress",
    "waiting",
    "answered",
    "closed",
    "reopened",
)
OPEN = frozenset({NEW, IN_PROGRESS, WAITING, REOPENED})

# What a step makes of a state; a pair that is missing is refused.
STEPS: dict[Step, dict[str, str]] = {
    Step.WRITE: {NEW: NEW, IN_PROGRESS: IN_PROGRESS, WAITING: IN_PROGRESS, REOPENED: REOPENED},
    Step.TAKE: {NEW: IN_PROGRESS, REOPENED: IN_PROGRESS, IN_PROGRESS: IN_PROGRESS, WAITING: WAITING},
    Step.ASK: {NEW: WAITING, IN_PROGRESS: WAITING, REOPENED: WAITING, WAITING: WAITING},
    Step.ANSWER: {NEW: ANSWERED, IN_PROGRESS: ANSWERED, WAITING: ANSWERED, REOPENED: ANSWERED},
    Step.CLOSE: {ANSWERED: CLOSED},
    Step.REOPEN: {ANSWERED: REOPENED, CLOSED: REOPENED},
}


def after(step: Step, state: str) -> str | None:
    """The state that a step leads to; None when it cannot be done from here."""
    return STEPS[step].get(state)


@dataclass(frozen=True)
class Term:
    """How long the office has: so many calendar or working days, and whether a question to the customer stops it."""

    days: int
    is_working: bool = False
    may_pause: bool = False

    def due(self, opened: date, *, paused_days: int = 0, extended_days: int = 0) -> date:
        """The last day on which the answer is in time. The day on which the case came does not count."""
        last = add_working_days(opened, self.days) if self.is_working else opened + timedelta(days=self.days)
        return last + timedelta(days=paused_days + extended_days)


def may_pause(*, topic_may_pause: bool, is_complaint: bool, is_consumer: bool) -> bool:
    """Whether waiting for the customer stops the clock: never for a consumer's complaint."""
    return topic_may_pause and not (is_complaint and is_consumer)


@dataclass(frozen=True)
class Clock:
    """Where a case stands in time; the same words for the customer and for the clerk."""

    due: date
    days_left: int
    is_paused: bool
    is_over: bool
    is_late: bool

    @property
    def is_near(self) -> bool:
        return not self.is_over and not self.is_late and self.days_left <= 3


def clock_of(due: date, today: date, *, paused_since: date | None = None, ended: date | None = None) -> Clock:
    """While it is paused, the days that pass are added to the deadline as they pass."""
    waited = (today - paused_since).days if paused_since and ended is None else 0
    last = due + timedelta(days=waited)
    counted = ended or today
    return Clock(
        due=last,
        days_left=(last - counted).days,
        is_paused=paused_since is not None and ended is None,
        is_over=ended is not None,
        is_late=counted > last,
    )


def escalations(opened: date, today: date, days: tuple[int, ...]) -> tuple[int, ...]:
    """The days of escalation that have come. Counted from the day on which the case came."""
    passed = (today - opened).days
    return tuple(day for day in sorted(days) if passed >= day)


def is_deemed_accepted(due: date, today: date, *, is_complaint: bool, is_consumer: bool, is_answered: bool) -> bool:
    """A consumer's complaint that nobody answered in time counts as accepted, whoever is to blame."""
    return is_complaint and is_consumer and not is_answered and today > due


# ------------------------------------------------------------------------------------------------------------- outages


def notice_needed(starts: datetime, ends: datetime, *, days: int, days_long: int, long_from_hours: int) -> int:
    """How many days before a planned interruption people must be told."""
    return days_long if ends - starts > timedelta(hours=long_from_hours) else days


def is_short_notice(published: datetime, starts: datetime, needed: int) -> bool:
    return starts - published < timedelta(days=needed)


class BuildingsUnclear(ValueError):
    """Write building numbers as 1, 3a, 5-11."""


@dataclass(frozen=True)
class Buildings:
    """Which buildings of a street: written as “1, 3a, 5-11”; nothing written means the whole street."""

    single: frozenset[str]
    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, text: str) -> "Buildings":
        single: set[str] = set()
        ranges: list[tuple[int, int]] = []
        for part in (piece.strip().lower() for piece in text.replace("–", "-").split(",")):
            first, dash, last = (piece.strip() for piece in part.partition("-"))
            if not part:
                continue
            if dash and first.isdecimal() and last.isdecimal() and int(first) <= int(last):
                ranges.append((int(first), int(last)))
            elif part[0].isdecimal() and part.replace(" ", "").replace("/", "").isalnum() and len(part) <= 10:
                single.add(part.replace(" ", ""))
            else:
                raise BuildingsUnclear
        return cls(frozenset(single), tuple(ranges))

    def have(self, building: str) -> bool:
        """A range has every number from its first to its last, with whatever letter behind it."""
        if not self.single and not self.ranges:
            return True
        plain = building.strip().lower().replace(" ", "")
        if plain in self.single:
            return True
        figures = ""
        for sign in plain:
            if not sign.isdecimal():
                break
            figures += sign
        return bool(figures) and any(first <= int(figures) <= last for first, last in self.ranges)
