"""What flowed, from what the dial showed."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies

from portal.metering.consumption import Curve, Mark, consistent, month_end


def mark(day: str, value: int, source: str = "actual") -> Mark:
    return Mark(date.fromisoformat(day), Decimal(value), source)


def test_a_month_between_two_readings_at_its_ends():
    part = Curve([mark("2026-09-30", 480), mark("2026-10-31", 495)]).months(1, date(2026, 11, 20))[0]
    assert (part.use, part.is_spread, part.litres_a_day) == (Decimal("15.0"), False, 484)


def test_two_months_of_one_bill_are_spread_evenly_and_say_so():
    parts = Curve([mark("2026-08-31", 100), mark("2026-10-31", 161)]).months(2, date(2026, 11, 20))
    assert [part.use for part in parts] == [Decimal("30.0"), Decimal("31.0")]
    assert all(part.is_spread for part in parts)


def test_where_nothing_is_known_nothing_is_said():
    parts = Curve([mark("2026-09-30", 480), mark("2026-10-31", 495)]).months(3, date(2026, 11, 20))
    assert [part.use for part in parts] == [None, None, Decimal("15.0")]


def test_the_last_month_counts_only_when_it_is_whole():
    parts = Curve([mark("2026-09-30", 480), mark("2026-10-31", 495), mark("2026-11-20", 504)]).months(
        1, date(2026, 11, 20)
    )
    assert parts[0].first == date(2026, 10, 1)


def test_the_same_season_of_the_years_before():
    curve = Curve([mark("2024-10-31", 100), mark("2024-11-30", 110), mark("2025-10-31", 200), mark("2025-11-30", 220)])
    assert curve.usual(date(2026, 11, 1), date(2026, 11, 30)) == Decimal("15.2")
    assert Curve([]).usual(date(2026, 11, 1), date(2026, 11, 30)) is None


def test_a_corrupt_value_stays_out_whether_it_is_too_high_or_too_low():
    good = [mark(f"2026-10-{day:02}", 100 + day) for day in range(1, 11)]
    assert consistent([*good[:5], mark("2026-10-05", 99_999), *good[5:]]) == good
    assert consistent([*good[:5], mark("2026-10-05", 0), *good[5:]]) == good


def test_days_are_shown_only_where_the_meter_is_read_that_often():
    days = [Mark(date(2026, 9, 30) + timedelta(days=at), Decimal(100 + at), "remote") for at in range(32)]
    assert len(Curve(days).days_of(date(2026, 10, 1))) == 31
    assert Curve(days[::8]).days_of(date(2026, 10, 1)) == []


@given(strategies.lists(strategies.integers(0, 1000), min_size=2, max_size=40))
def test_the_months_add_up_to_what_the_dial_moved(values):
    days = []
    day = date(2023, 1, 31)
    for _value in values:
        days.append(day)
        day = month_end(day + timedelta(days=1))
    values = sorted(values)
    curve = Curve([Mark(at, Decimal(value), "actual") for at, value in zip(days, values, strict=True)])
    parts = curve.months(len(values) - 1, date(2030, 1, 1))
    assert sum(part.use or 0 for part in parts) == values[-1] - values[0]
