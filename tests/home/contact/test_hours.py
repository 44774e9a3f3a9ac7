"""Open now or closed, from hours as people write them; Polish holidays known."""

from datetime import date, datetime

import pytest

from home.contact.hours import opening, read
from portal import clock

OFFICE = "pon. 8:00–18:00\nwt.–pt. 7:00–15:00"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=clock.WARSAW)


@pytest.mark.parametrize(
    ("now", "is_open", "changes_at"),
    [
        ("2026-11-20 10:00", True, "2026-11-20 15:00"),  # a Friday
        ("2026-11-20 06:59", False, "2026-11-20 07:00"),
        ("2026-11-20 15:00", False, "2026-11-23 08:00"),
        ("2026-11-23 17:59", True, "2026-11-23 18:00"),
        ("2026-11-11 10:00", False, "2026-11-12 07:00"),  # Independence Day, a Wednesday
        ("2026-12-24 10:00", False, "2026-12-28 08:00"),  # a holiday since 2025
        ("2027-01-06 10:00", False, "2027-01-07 07:00"),
    ],
)
def test_how_the_office_stands_and_when_that_changes(now, is_open, changes_at):
    stands = opening(OFFICE, at(now))
    assert (stands.is_open, stands.changes_at) == (is_open, at(changes_at))


def test_round_the_clock_is_open_on_christmas_day_too_and_never_changes():
    stands = opening("codziennie, całą dobę", at("2026-12-25 03:00"))
    assert (stands.is_open, stands.changes_at) == (True, None)


@pytest.mark.parametrize(
    "written", ["", "po uzgodnieniu", "pon.–pt.", "8–16", "pon. 16:00–8:00", "pon. 25:00–26:00", "dnia 1–2"]
)
def test_hours_that_cannot_be_read_say_nothing(written):
    assert read(written) == []
    assert opening(written, at("2026-11-20 10:00")) is None


@pytest.mark.parametrize("written", ["pon., śr. i pt. 8–16", "PON, ŚR, PT 8:00 - 16:00"])
def test_several_days_may_share_a_line(written):
    assert opening(written, at("2026-11-20 15:59")).is_open
    assert not opening(written, at("2026-11-19 12:00")).is_open


def test_the_contact_page_says_so_and_is_drawn_anew_when_it_closes(site, client):
    site.department.hours = OFFICE
    site.department.save()
    with clock.stopped(at("2026-11-20 14:59")):
        assert "15:00" in client.get("/kontakt/").content.decode()
        assert 'class="tag t-ok"' in client.get("/kontakt/").content.decode()
    with clock.stopped(at("2026-11-20 15:00")):
        assert 'class="tag t-ok"' not in client.get("/kontakt/").content.decode()
    assert date(2026, 11, 20).weekday() == 4
