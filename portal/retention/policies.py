"""From a term and today to the day before which a thing's time is over. Plain Python."""

from calendar import monthrange
from datetime import date, timedelta


def over_before(term: str, length: int, today: date) -> date | None:
    """The first day that is still kept; None keeps without end.

    The unit is the end of the term's name. Years count from the end of the year in which a thing arose: with six, what
    is of 2019 is over on 1 January 2026.
    """
    if length <= 0:
        return None
    unit = term.rpartition("_")[2]
    if unit == "days":
        return today - timedelta(days=length)
    if unit == "months":
        return _months_before(today, length)
    if unit == "years":
        return date(today.year - length, 1, 1)
    msg = f"The term “{term}” does not say its unit: days, months or years."
    raise ValueError(msg)


def _months_before(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
