"""Public pages kept drawn: seen at once when published, changed by their dates, never one person's."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.cache import caches
from wagtail.models import Page

from portal import clock
from portal.content import addresses, page_cache
from portal.content.models import BasePage
from portal.utility.models import RuleRecord


def text(client, path="/"):
    return client.get(path).content.decode()


def test_what_is_published_is_seen_at_once(site, client, put_notice):
    assert "Nowa wiadomość" not in text(client)
    put_notice("Nowa wiadomość").save_revision().publish()
    assert "Nowa wiadomość" in text(client)


def test_a_page_of_every_public_type_is_seen_at_once_when_it_is_published(preset, client):
    seen = set()
    for page in Page.objects.live().specific().order_by("path"):
        if not (isinstance(page, BasePage) and page.is_shown_to_all) or type(page) in seen:
            continue
        seen.add(type(page))
        path = addresses.url_of(page)
        client.get(path)
        assert page_cache.find(client.get(path).wsgi_request)[1] is not None, path
        page.title = f"Nowy tytuł {page.pk}"
        page.save_revision().publish()
        assert f"Nowy tytuł {page.pk}" in text(client, path), path
    assert seen == {model for model in apps.get_models() if issubclass(model, BasePage) and model.is_public}


def test_what_is_withdrawn_is_gone_at_once(site, client, put_notice):
    notice = put_notice("Stara wiadomość")
    page_cache.renew()
    assert "Stara wiadomość" in text(client)
    notice.unpublish()
    assert "Stara wiadomość" not in text(client)


def test_a_notice_is_gone_at_the_moment_it_ends_even_from_a_kept_page(site, client, put_notice):
    now = clock.now()
    put_notice("Do południa", expire_at=now + timedelta(hours=2))
    page_cache.renew()
    with clock.stopped(now + timedelta(hours=1)):
        assert "Do południa" in text(client)
    with clock.stopped(now + timedelta(hours=2, minutes=1)):
        assert "Do południa" not in text(client)


def test_a_kept_page_does_not_outlive_its_day(site, client, django_assert_num_queries):
    with clock.stopped(clock.at(date(2026, 11, 20), 23, 59)):
        client.get("/kontakt/")
        with django_assert_num_queries(0):
            client.get("/kontakt/")
    with clock.stopped(clock.at(date(2026, 11, 21))):
        assert page_cache.find(client.get("/kontakt/").wsgi_request)[1] is not None, "drawn and kept anew"


@pytest.mark.parametrize("what", ["rule", "question", "department"])
def test_a_change_beside_the_pages_draws_them_anew(site, client, put_question, what):
    client.get("/")
    before = caches["pages"].get(page_cache.GENERATION)
    if what == "rule":
        RuleRecord.objects.create(rule_set="modules", effective_from=date(2026, 12, 1))
    elif what == "question":
        put_question("Nowe pytanie?")
    else:
        site.department.save()
    assert caches["pages"].get(page_cache.GENERATION) != before


def test_a_signed_in_reader_is_neither_given_a_kept_page_nor_leaves_one(site, client, django_user_model):
    client.get("/")
    client.force_login(django_user_model.objects.create_user("anna@example.org", "x"))
    assert client.get("/").headers["Cache-Control"] == "private, no-store"
    client.logout()
    client.cookies.clear()
    assert "Sign out" not in text(client)
    assert client.get("/").headers["Cache-Control"].startswith("public")


def test_what_was_drawn_before_a_publication_is_not_kept_after_it(site, client, rf):
    request = rf.get("/")
    key, _kept = page_cache.find(request)
    page_cache.renew()
    response = site.home.serve(_strangers(request))
    page_cache.keep(key, response, None)
    response.render()
    assert page_cache.find(request)[1] is None


def test_a_kept_page_carries_the_same_headers(site, client):
    first, second = client.get("/"), client.get("/")
    assert second.content == first.content
    for name in ("Cache-Control", "ETag", "Vary", "Content-Type", "Content-Security-Policy"):
        assert second.headers[name] == first.headers[name], name
    assert client.get("/", headers={"If-None-Match": second.headers["ETag"]}).status_code == 304


def test_an_answer_to_a_question_is_not_kept(site, client):
    assert page_cache.find(client.get("/pytania/", {"q": "faktura"}).wsgi_request)[0] == ""


def _strangers(request):
    request.user = type("Nobody", (), {"is_authenticated": False})()
    request._messages = []
    return request
