"""Notices: from a moment, until a moment, the weightiest first."""

from datetime import timedelta

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
