"""What flowed, from what the dial showed."""

from datetime import UTC, date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies

from portal import clock
from portal.metering import chart
from portal.metering.consumption import Curve, Mark, consistent, hours_of, joined, month_end, unrolled


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


def test_a_dial_that_began_again_counts_on():
    marks = [mark("2026-08-31", 99_990), mark("2026-09-30", 2), mark("2026-10-31", 14)]
    parts = Curve(unrolled(marks, 5)).months(2, date(2026, 11, 20))
    assert [part.use for part in parts] == [Decimal("12.0"), Decimal("12.0")]


def test_one_zero_of_a_faulty_transmitter_is_no_new_beginning():
    marks = [mark("2026-07-31", 99_970), mark("2026-08-31", 99_980), mark("2026-09-15", 0), mark("2026-09-30", 99_990)]
    assert Curve(unrolled(marks, 5)).use(date(2026, 9, 1), date(2026, 9, 30)) == 10


def test_a_place_goes_on_over_the_exchange_of_its_meter():
    old = [mark("2026-07-31", 900), mark("2026-08-31", 910), mark("2026-09-10", 915)]
    new = [mark("2026-09-10", 0), mark("2026-09-30", 8), mark("2026-10-31", 18)]
    parts = joined([old, new]).months(3, date(2026, 11, 20))
    assert [part.use for part in parts] == [Decimal("10.0"), Decimal("13.0"), Decimal("10.0")]


def test_what_flowed_between_two_meters_is_not_guessed():
    old = [mark("2026-07-31", 900), mark("2026-08-31", 910)]
    new = [mark("2026-09-15", 0), mark("2026-09-30", 8), mark("2026-10-31", 18)]
    parts = joined([old, new]).months(3, date(2026, 11, 20))
    assert [part.use for part in parts] == [Decimal("10.0"), None, Decimal("10.0")]


def test_years_say_which_days_they_hold():
    curve = Curve([mark("2024-10-31", 100), mark("2024-12-31", 120), mark("2025-12-31", 240), mark("2026-10-31", 330)])
    drawn = chart.by_years(curve.years())
    assert [(bar.long_label, bar.use) for bar in drawn.bars] == [
        ("01.11–31.12.2024", 20),
        ("2025", 120),
        ("01.01–31.10.2026", 90),
    ]
    assert drawn.bars[2].before == Decimal("99.9")  # the same days of the year before, not the whole of it


@pytest.mark.parametrize(("day", "count"), [("2026-03-29", 23), ("2026-10-24", 24), ("2026-10-25", 25)])
def test_a_day_has_the_hours_that_it_has(day, count):
    first = clock.at(date.fromisoformat(day)).astimezone(UTC)
    marks = [
        Mark(date.fromisoformat(day), Decimal(at) / 100, "remote", first + timedelta(hours=at))
        for at in range(count + 1)
    ]
    hours = hours_of(date.fromisoformat(day), marks)
    assert len(hours) == count
    assert {hour.use for hour in hours} == {Decimal("0.01")}
    labels = [bar.long_label for bar in chart.by_hours(hours, date.fromisoformat(day)).bars]
    assert len(set(labels)) == count
    assert labels[0] == "0:00–1:00"


def test_an_hour_without_its_ends_is_a_gap_and_a_corrupt_value_falls_out():
    day = date(2026, 11, 5)
    at = [clock.at(day, hour) for hour in range(6)]
    values = [1, 2, 99_999, 4, 5]
    marks = [Mark(day, Decimal(value), "remote", at[hour]) for hour, value in enumerate(values)]
    assert [hour.use for hour in hours_of(day, marks)][:5] == [1, None, None, 1, None]


def test_every_way_of_reading_has_a_fill_of_its_own():
    fills = [chart.FILLS[source] for source in ("actual", "customer", "estimated", "remote")]
    assert len(set(fills)) == len(fills) == len(chart.LEGEND)
