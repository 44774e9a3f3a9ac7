"""One clock, in Warsaw; and the working days of the Polish calendar."""

from datetime import UTC, date, datetime

from portal import calendar, clock
from tests.factories import moment


def test_the_clock_shows_warsaw() -> None:
    with clock.stopped(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)):
        assert clock.now().hour == 0
        assert clock.today() == date(2026, 7, 2)


def test_a_stopped_clock_goes_on_afterwards() -> None:
    before = clock.now()
    with clock.stopped(moment("2020-01-01 00:00")):
        pass

    assert clock.now() >= before


def test_working_days_pass_over_weekends_and_holidays() -> None:
    # 11 November 2026 is a Wednesday and a holiday.
    assert calendar.add_working_days(date(2026, 11, 10), 1) == date(2026, 11, 12)
    assert calendar.add_working_days(date(2026, 11, 20), 5) == date(2026, 11, 27)


def test_christmas_eve_is_a_holiday() -> None:
    assert not calendar.is_working_day(date(2026, 12, 24))
