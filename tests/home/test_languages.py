"""The site in two languages: what is the same page, and how one comes from one to the other."""

import pytest
from bs4 import BeautifulSoup

from tests.beginnings import load_preset

PAGES = {"/": "/en/", "/pytania/": "/en/questions/", "/kontakt/": "/en/contact/"}


def soup(client, path, **asked):
    answer = client.get(path, asked)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.content, "html.parser")


@pytest.mark.parametrize("name", ["warszawa", "jaworzno", "gryfino", "lebork", "rzeszow"])
def test_front_page_questions_and_contact_are_there_in_english_in_every_preset(db, client, name):
    load_preset(name)
    for polish, english in PAGES.items():
        page = soup(client, english)
        assert page.html["lang"] == "en"
        assert page.find("h1").text.strip() != soup(client, polish).find("h1").text.strip() or english == "/en/contact/"
    assert soup(client, "/en/questions/").select("details.fold")
    assert soup(client, "/en/contact/").select("h2")


@pytest.mark.parametrize(("polish", "english"), PAGES.items())
def test_the_switch_stays_on_the_same_page_both_ways(preset, client, polish, english):
    assert soup(client, polish).select_one("footer a[hreflang=en]")["href"] == english
    assert soup(client, english).select_one("footer a[hreflang=pl]")["href"] == polish
    assert soup(client, polish).select_one(".top-language")["href"] == english


@pytest.mark.parametrize("path", PAGES)
def test_search_engines_are_told_of_every_language_of_a_page(preset, client, settings, path):
    named = {link["hreflang"]: link["href"] for link in soup(client, path).select("link[rel=alternate][hreflang]")}
    base = settings.EBOK_BASE_URL
    assert named == {"pl": base + path, "en": base + PAGES[path], "x-default": base + path}


def test_a_page_in_one_language_leads_to_the_other_s_front_page(preset, client):
    page = soup(client, "/aktualnosci/")
    assert page.select_one("footer a[hreflang=en]")["href"] == "/en/"
    assert not page.select("link[hreflang]")


def test_a_screen_of_our_own_stays_where_it_is_with_what_was_asked(preset, client):
    page = soup(client, "/konto/zaloguj/", next="/pulpit/")
    assert page.select_one("footer a[hreflang=en]")["href"] == "/en/konto/zaloguj/?next=%2Fpulpit%2F"
    assert soup(client, "/en/konto/zaloguj/").select_one("footer a[hreflang=pl]")["href"] == "/konto/zaloguj/"


@pytest.mark.parametrize("path", PAGES.values())
def test_an_english_page_costs_no_more_than_a_polish_one(preset, client, path, django_assert_max_num_queries):
    client.get(path)
    with django_assert_max_num_queries(5):
        client.get(path, {"drawn": "anew"})
    with django_assert_max_num_queries(0):
        client.get(path)
