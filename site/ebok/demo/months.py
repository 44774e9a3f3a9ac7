"""Months as a demo counts them: periods, seasons, last days."""

import calendar
from datetime import date

SUMMER = {4: 0.4, 5: 0.9, 6: 1.5, 7: 1.8, 8: 1.6, 9: 0.6}  # how much of a garden's mean is used in a month
SEASON = (0.95, 0.94, 0.97, 1.0, 1.03, 1.06, 1.05, 1.04, 1.0, 0.98, 0.97, 1.0)


def add(month: date, count: int) -> date:
    """The first of the month so many months later."""
    total = month.year * 12 + month.month - 1 + count
    return date(total // 12, total % 12 + 1, 1)


def last_day(month: date) -> date:
    return date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])


def on(month: date, day: int) -> date:
    return month.replace(day=min(day, last_day(month).day))


def periods(as_of: date, months: int, issue_day: int, odd: int | None) -> list[tuple[date, date]]:
    """Billing periods of two years, oldest first, the last one already invoiced. `odd` tells cycles of two months apart."""
    end = add(as_of.replace(day=1), -1)
    while on(add(end, 1), issue_day) > as_of or (odd is not None and months == 2 and end.month % 2 != odd):
        end = add(end, -1)
    found = []
    for back in range(24 // months):
        last = add(end, -back * months)
        found.append((add(last, 1 - months), last_day(last)))
    return found[::-1]


def within(period: tuple[date, date]) -> list[date]:
    """The firsts of a period's months."""
    first, last = period
    return [add(first, count) for count in range((last.year - first.year) * 12 + last.month - first.month + 1)]
