"""What becomes of a reading. Plain Python: facts in, a verdict out; docs/rules/readings.md is the source."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from portal.metering.rules import REFUSE, TO_CHECK, ReadingRules

DAYS_A_MONTH = Decimal("30.4")
SHORTEST = Decimal("0.5")  # of a month: what flows in a day or two says little of a month
ROLLOVER_PART = Decimal("0.9")  # a dial that has passed this part of its range may start again from zero


class Reason(StrEnum):
    NOT_OFFERED = "not_offered"
    READ_REMOTELY = "read_remotely"
    REMOVED = "removed"
    FUTURE = "future"
    OLDER_THAN_BOOKED = "older_than_booked"
    BLOCKED = "blocked"
    OUTSIDE_WINDOW = "outside_window"
    GIVEN_ALREADY = "given_already"
    SAME_AGAIN = "same_again"
    BELOW_BOOKED = "below_booked"
    ROLLOVER = "rollover"
    NEW_METER = "new_meter"
    MUCH_MORE = "much_more"
    MUCH_LESS = "much_less"
    UNPROVEN = "unproven"


# What the person puts right in the form, or what is there already: no clerk could do anything about it.
NOT_FOR_CLERKS = frozenset({Reason.NOT_OFFERED, Reason.FUTURE, Reason.SAME_AGAIN})


@dataclass(frozen=True)
class Accepted:
    """It goes to the billing system as it is."""


@dataclass(frozen=True)
class ToCheck:
    """A clerk looks at it."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Refused:
    """It is not taken; unless it makes no sense, one press sends it to a clerk all the same."""

    reason: Reason

    @property
    def may_appeal(self) -> bool:
        return self.reason not in NOT_FOR_CLERKS


@dataclass(frozen=True)
class AskAgain:
    """The person says whether it is right, and why."""

    reason: Reason


Verdict = Accepted | ToCheck | Refused | AskAgain


@dataclass(frozen=True)
class Given:
    """What a person gives. `is_unproven`: nobody has shown that a person sends it."""

    value: Decimal
    read_on: date
    is_confirmed: bool = False
    is_appeal: bool = False
    is_unproven: bool = False


@dataclass(frozen=True)
class Known:
    """What is known of the meter and its customer. `usual` is m³ a month in the same season; None without history."""

    today: date
    digits: int = 5
    kind: str = "person"
    is_main: bool = True
    is_remote: bool = False
    is_removed: bool = False
    booked_value: Decimal | None = None
    booked_on: date | None = None
    usual: Decimal | None = None
    is_blocked: bool = False
    is_given_in_window: bool = False
    is_same_there: bool = False


@dataclass(frozen=True)
class Window:
    """The days on which readings are taken, both included."""

    opens: date
    closes: date

    def holds(self, day: date) -> bool:
        return self.opens <= day <= self.closes

    def days_left(self, today: date) -> int:
        """0 on the last day."""
        return (self.closes - today).days


def window_of_month(day: date, rules: ReadingRules) -> Window | None:
    """The window of that day's month, open or not; None where readings are taken at any time."""
    if not rules.window_from_day:
        return None
    last = monthrange(day.year, day.month)[1]
    return Window(day.replace(day=min(rules.window_from_day, last)), day.replace(day=last))


def next_window(day: date, rules: ReadingRules) -> Window | None:
    """The first window that opens after that day."""
    this = window_of_month(day, rules)
    if this is None or this.opens > day:
        return this
    return window_of_month(this.closes + timedelta(days=1), rules)


def last_closed_window(day: date, rules: ReadingRules) -> Window | None:
    """The last window whose days are all over."""
    return window_of_month(day.replace(day=1) - timedelta(days=1), rules)


def is_excused(down: timedelta, rules: ReadingRules) -> bool:
    """Whether the portal was down too long at a window's end for anybody to have missed it."""
    return down > timedelta(hours=rules.excused_after_down_hours)


def is_offered(known: Known, rules: ReadingRules) -> bool:
    if not rules.is_accepting or known.kind not in rules.accepted_from:
        return False
    return known.is_main or known.kind not in rules.main_meter_only


def is_left_to_us(is_remote: bool, rules: ReadingRules) -> bool:
    """Whether the utility reads the meter remotely and takes nobody else's reading of it."""
    return is_remote and not rules.takes_remote


def decide(given: Given, known: Known, rules: ReadingRules) -> Verdict:
    """A value that cannot be is put right in the form; what the rules refuse may be sent to a clerk all the same."""
    senseless = _senseless(given, known, rules)
    if senseless:
        return Refused(senseless)
    to_check: list[Reason] = []
    for reason, answer in _against_the_rules(given, known, rules):
        if answer == REFUSE and not given.is_appeal:
            return Refused(reason)
        to_check.append(reason)
    unusual = _unusual(given, known, rules)
    if unusual and not (given.is_confirmed or given.is_appeal):
        return AskAgain(unusual)
    if unusual:
        to_check.append(unusual)
    return ToCheck(tuple(to_check)) if to_check else Accepted()


def _senseless(given: Given, known: Known, rules: ReadingRules) -> Reason | None:
    if not is_offered(known, rules):
        return Reason.NOT_OFFERED
    if given.read_on > known.today:
        return Reason.FUTURE
    if known.is_same_there:
        return Reason.SAME_AGAIN
    return None


def _against_the_rules(given: Given, known: Known, rules: ReadingRules) -> list[tuple[Reason, str]]:
    """What speaks against it, each with what the rules answer."""
    found: list[tuple[Reason, str]] = []
    if is_left_to_us(known.is_remote, rules):
        found.append((Reason.READ_REMOTELY, REFUSE))
    if known.is_removed:
        found.append((Reason.REMOVED, REFUSE))
    if known.booked_on and given.read_on < known.booked_on:
        found.append((Reason.OLDER_THAN_BOOKED, REFUSE))
    if known.is_blocked:
        found.append((Reason.BLOCKED, rules.blocked))
    window = window_of_month(known.today, rules)
    if window and not (window.holds(known.today) and window.holds(given.read_on)):
        found.append((Reason.OUTSIDE_WINDOW, rules.outside_window))
    elif window and rules.is_once_per_window and known.is_given_in_window:
        found.append((Reason.GIVEN_ALREADY, REFUSE))
    if known.booked_value is not None and given.value < black_figures(known.booked_value):
        if is_rollover(given.value, known):
            found.append((Reason.ROLLOVER, TO_CHECK))
        else:
            found.append((Reason.BELOW_BOOKED, rules.below_booked))
    if given.is_unproven:
        found.append((Reason.UNPROVEN, TO_CHECK))
    return found


def black_figures(value: Decimal) -> Decimal:
    """What a person reads off a dial that shows this: a meter that is read remotely gives its red figures too."""
    return value.to_integral_value(ROUND_FLOOR)


def is_rollover(value: Decimal, known: Known) -> bool:
    """Whether the dial may have passed its last figure and begun again."""
    return known.booked_value is not None and passed_zero(value, known.booked_value, known.digits)


def passed_zero(value: Decimal, before: Decimal, digits: int) -> bool:
    """From the last tenth of a dial's range to its first."""
    whole = Decimal(10) ** digits
    return value < before and before >= whole * ROLLOVER_PART and value <= whole * (1 - ROLLOVER_PART)


def used_since(value: Decimal, before: Decimal, digits: int) -> Decimal:
    """m³ from one value to a later one; over the dial's end when it began again. Negative when it ran back."""
    return value - before + (Decimal(10) ** digits if passed_zero(value, before, digits) else 0)


def _unusual(given: Given, known: Known, rules: ReadingRules) -> Reason | None:
    if known.booked_value is None or known.booked_on is None:
        return Reason.NEW_METER
    if given.value < known.booked_value:
        return None  # there is another reason already
    monthly = monthly_use(given.value - known.booked_value, (given.read_on - known.booked_on).days)
    if known.usual is None:
        return Reason.MUCH_MORE if monthly > rules.outlier_without_history else None
    if abs(monthly - known.usual) <= rules.outlier_least:
        return None
    if monthly > known.usual * rules.outlier_times:
        return Reason.MUCH_MORE
    return Reason.MUCH_LESS if monthly * rules.outlier_times < known.usual else None


def monthly_use(use: Decimal, days: int) -> Decimal:
    """m³ a month; of less than half a month as if it were half a month."""
    return use / max(Decimal(days) / DAYS_A_MONTH, SHORTEST)
