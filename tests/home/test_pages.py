"""What strangers read: it is there, cheap, kept by caches only where it is public, and leads with the way past the menu."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import constants
from django.db import DatabaseError

from home.models import HomePage, PortalPage
from portal import clock
from portal.content.models import BasePage
from portal.utility import identity
from portal.utility.models import Utility

PUBLIC_PATHS = [
    "/",
    "/aktualnosci/",
    "/pytania/",
    "/instrukcje/",
    "/instrukcje/odczyt/",
    "/kontakt/",
    "/druki/",
    "/regulamin/",
    "/regulamin/prywatnosc/",
    "/regulamin/zasady/",
    "/dostepnosc/",
]


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_a_public_page_is_shown_with_the_skip_link_first(site, client, path):
    response = client.get(path)
    assert response.status_code == 200
    body = BeautifulSoup(response.content, "html.parser").body
    first = body.find(["a", "button", "input"])
    assert "skip" in first["class"]
    assert body.find(id=first["href"].removeprefix("#")).name == "main"
    assert len(body.find_all("h1")) == 1


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_a_public_page_that_is_drawn_costs_at_most_five_statements_and_none_when_kept(
    site, client, path, put_notice, put_question, django_assert_max_num_queries
):
    for number in range(6):
        put_notice(f"Komunikat {number}", weight=number % 3)
        put_question(f"Pytanie {number}", f'<p><a linktype="page" id="{site.faq.pk}">Tutaj</a></p>', is_top=True)
    client.get(path)
    with django_assert_max_num_queries(5):
        assert client.get(path, {"drawn": "anew"}).status_code == 200
    with django_assert_max_num_queries(0):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_a_public_page_may_be_kept_and_answers_304_while_it_stays_the_same(site, client, path):
    response = client.get(path)
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Cookie" in response.headers["Vary"]
    assert not response.cookies
    assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_a_signed_in_reader_s_copy_of_a_public_page_is_private(site, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("anna@example.org", "x"))
    assert client.get("/").headers["Cache-Control"] == "private, no-store"


def test_a_page_that_says_what_was_just_done_is_private(site, rf):
    request = rf.get("/")
    request.user = type("Nobody", (), {"is_authenticated": False})()
    request._messages = [type("Said", (), {"message": "Gotowe.", "level": constants.INFO})]
    response = site.home.serve(request)
    assert response.render().headers["Cache-Control"] == "private, no-store"


def test_only_types_that_say_so_are_public():
    assert BasePage.is_public is False
    assert HomePage.is_public is True


def test_no_page_answers_with_a_cookie_policy_of_a_third_party(site, client, settings):
    page = client.get("/").content.decode().replace(settings.EBOK_BASE_URL, "")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "style=" not in page


def test_an_address_that_leads_nowhere_is_a_page_with_a_way_on(site, client):
    response = client.get("/nie/ma/takiej/")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("is_database_well", [True, False])
def test_when_something_breaks_it_is_said_whom_to_call_if_that_can_be_told(site, client, monkeypatch, is_database_well):
    Utility.objects.create(product_name="e-BOK", phone="661984812", emergency_phone="994")
    identity.current.forget()
    client.raise_request_exception = False

    def breaks(*_args, **_kwargs):
        raise DatabaseError

    monkeypatch.setattr(HomePage, "serve", breaks)
    if not is_database_well:
        monkeypatch.setattr(identity, "current", breaks)
    response = client.get("/", {"drawn": "anew"})
    assert response.status_code == 500
    words = response.content.decode()
    assert "nie płać drugi raz" in words
    assert ('href="tel:994"' in words) is is_database_well
    assert ("661984812" in words) is is_database_well


def test_what_stands_below_a_page_that_has_nothing_below_it_is_not_found(site, client):
    assert client.get("/kontakt/nic/").status_code == 404
    assert client.get("/" + "a/" * 40).status_code == 404


def test_a_draft_is_not_found(site, client, put_notice):
    put_notice("Jeszcze nie", live=False)
    assert client.get("/aktualnosci/jeszcze-nie/").status_code == 404


def test_a_task_without_its_page_is_left_out(site, client):
    assert "Odpowiedzi od ręki" in client.get("/").content.decode()
    site.faq.roles.all().delete()
    site.faq.delete()
    assert "Odpowiedzi od ręki" not in client.get("/").content.decode()


def test_the_menu_holds_the_pages_that_editors_put_there_and_marks_the_one_open(site, client):
    page = BeautifulSoup(client.get("/pytania/").content, "html.parser")
    links = page.select(".nav-main a")
    assert [link.text for link in links] == ["Aktualności", "Pytania", "Kontakt"]
    assert [link.text for link in links if link.get("aria-current")] == ["Pytania"]


def test_a_public_page_does_not_follow_a_change_of_tomorrow(site, client, put_notice):
    put_notice("Jutro", go_live_at=clock.now() + timedelta(days=1))
    assert "Jutro" not in client.get("/").content.decode()


def test_a_public_page_names_its_one_address_and_what_a_shared_link_says(site, client, settings):
    page = BeautifulSoup(client.get("/pytania/", {"utm_source": "list"}).content, "html.parser")
    assert page.select_one("link[rel=canonical]")["href"] == f"{settings.EBOK_BASE_URL}/pytania/"
    assert page.select_one("meta[property='og:title']")["content"] == "Pytania"
    assert BeautifulSoup(client.get("/konto/zaloguj/").content, "html.parser").select_one("link[rel=canonical]") is None


def test_the_site_map_names_public_pages_and_no_other(site, client, settings, put_notice):
    put_notice("Szkic", live=False)
    site.add(site.home, PortalPage(title="Pulpit", slug="pulpit"))
    named = client.get("/sitemap.xml").content.decode()
    for path in PUBLIC_PATHS:
        assert f"<loc>{settings.EBOK_BASE_URL}{path}</loc>" in named, path
    assert "pulpit" not in named
    assert "szkic" not in named
    assert f"Sitemap: {settings.EBOK_BASE_URL}/sitemap.xml" in client.get("/robots.txt").content.decode()
