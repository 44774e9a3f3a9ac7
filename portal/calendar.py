"""Polish working days."""

from datetime import date, timedelta
from functools import lru_cache

import holidays


@lru_cache(maxsize=1)
def _polish() -> holidays.HolidayBase:
    return holidays.country_holidays("PL")


def is_holiday(day: date) -> bool:
    """A public holiday; Sundays are not counted among them."""
    return day in _polish()


def is_working_day(day: date) -> bool:
    saturday = 5
    return day.weekday() < saturday and day not in _polish()


def add_working_days(day: date, count: int) -> date:
    """The day that is `count` working days after `day`; the day itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and with `end`; below nought when `end` is past."""
    if end < start:
        return -max(1, working_days_between(end, start))
    return sum(is_working_day(start + timedelta(days=passed)) for passed in range(1, (end - start).days + 1))
