"""Notices: from a moment, until a moment, the weightiest first."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup

from home.notices.queries import current_notices
from portal import clock


def test_a_notice_hides_at_the_very_moment_it_expires(site, client, put_notice):
    until = clock.now() + timedelta(hours=1)
    put_notice("Brak wody", expire_at=until)
    assert "Brak wody" in client.get("/").content.decode()
    with clock.stopped(until):
        assert "Brak wody" not in client.get("/").content.decode()
        assert "Brak wody" not in client.get("/aktualnosci/").content.decode()


def test_a_notice_published_by_a_press_is_on_the_front_page_at_once(site, client, put_notice):
    notice = put_notice("Nowe ceny", live=False)
    assert "Nowe ceny" not in client.get("/").content.decode()
    notice.save_revision().publish()
    assert "Nowe ceny" in client.get("/").content.decode()
    notice.refresh_from_db()
    notice.unpublish()
    assert "Nowe ceny" not in client.get("/").content.decode()


def test_the_weightiest_come_first_and_stand_out(site, put_notice, django_assert_num_queries):
    put_notice("Zwykły")
    put_notice("Pilny", weight=2)
    put_notice("Ważny", weight=1)
    with django_assert_num_queries(1):
        notices = list(current_notices("pl"))
    assert [notice.title for notice in notices] == ["Pilny", "Ważny", "Zwykły"]
    assert [notice.stands_out for notice in notices] == [True, True, False]
    assert [notice.note_kind for notice in notices] == ["wrong", "warn", "info"]


def test_notices_of_another_language_are_not_shown(site, put_notice):
    put_notice("Po polsku")
    assert not current_notices("en").exists()


def test_each_year_has_its_archive(site, client, put_notice):
    put_notice("Nowsza")
    old = put_notice("Starsza")
    old.day = date(2025, 3, 1)
    old.save()
    page = BeautifulSoup(client.get("/aktualnosci/").content, "html.parser")
    assert [link.text for link in page.select("a.year")] == ["2026", "2025", "Atom", "RSS"]
    year = client.get("/aktualnosci/2025/").content.decode()
    assert "Starsza" in year
    assert "Nowsza" not in year
    assert client.get("/aktualnosci/2019/").status_code == 404


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_feeds_carry_what_is_in_force(site, client, put_notice, name):
    put_notice("Nowe ceny & opłaty", slug="nowe-ceny")
    put_notice("Wygasło", expire_at=clock.now() - timedelta(hours=1))
    answer = client.get(f"/aktualnosci/{name}/")
    assert "xml" in answer.headers["Content-Type"]
    text = answer.content.decode()
    assert "Nowe ceny &amp; opłaty" in text
    assert "Wygasło" not in text
    assert "/aktualnosci/nowe-ceny/" in text


def test_an_urgent_notice_stands_above_every_page_while_it_holds(site, client, put_notice):
    put_notice("Nie pij wody", weight=2, expire_at=clock.now() + timedelta(hours=3)).save_revision().publish()
    put_notice("Ważne", weight=1)
    for path in ("/", "/kontakt/", "/konto/zaloguj/"):
        banners = BeautifulSoup(client.get(path).content, "html.parser").select(".banner strong")
        assert [banner.text for banner in banners] == ["Nie pij wody"], path
    with clock.stopped(clock.now() + timedelta(hours=4)):
        assert "Nie pij wody" not in client.get("/kontakt/").content.decode()
