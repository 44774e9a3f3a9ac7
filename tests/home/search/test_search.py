"""Searching the public site: Polish letters folded, grouped, and nothing that is not public."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from home.models import PortalPage
from home.search import actions, queries
from home.search.models import Findable
from portal import clock


def titles(asked):
    return {group.kind: [one.title for one in group.found] for group in queries.search(asked, "pl")}


@pytest.mark.parametrize("asked", ["zolw", "ŻÓŁWIE", "żółwia", "Żółw wodociąg"])
def test_what_is_published_is_found_whatever_the_letters_and_endings(site, put_notice, asked):
    put_notice("Żółwie tempo prac", lead="Na wodociągu.").save_revision().publish()
    assert titles(asked) == {"notice": ["Żółwie tempo prac"]}


def test_results_are_grouped_and_lead_where_they_say(site, client, put_notice, put_question):
    put_notice("Wymiana wodomierzy").save_revision().publish()
    entry = put_question("Kiedy wymiana wodomierza?", "<p>Co pięć lat.</p>")
    actions.index_everything()
    page = BeautifulSoup(client.get("/szukaj/", {"q": "wymiana wodomierza"}).content, "html.parser")
    assert [head.text for head in page.select("#found h2")] == [
        str(Findable.Kind.QUESTION.label),
        str(Findable.Kind.NOTICE.label),
    ]
    assert [link["href"] for link in page.select("#found li a")] == [
        f"/pytania/#{entry.anchor}",
        "/aktualnosci/wymiana-wodomierzy/",
    ]


def test_a_word_in_the_title_comes_before_one_in_the_text(site, put_question):
    put_question("Adres biura", "<p>Tu oddasz deklarację.</p>")
    put_question("Deklaracja", "<p>Druk.</p>")
    assert titles("deklaracja") == {"question": ["Deklaracja", "Adres biura"]}


def test_the_words_of_blocks_are_found(site):
    actions.index_everything()
    assert titles("spisz cyfry") == {"instruction": ["Odczyt"]}


def test_what_is_withdrawn_expired_or_private_is_not_found(site, put_notice):
    notice = put_notice("Zamknięta ulica", expire_at=clock.now() + timedelta(hours=1))
    notice.save_revision().publish()
    assert titles("zamknięta")
    with clock.stopped(clock.now() + timedelta(hours=2)):
        assert titles("zamknięta") == {}
    notice.unpublish()
    assert titles("zamknięta") == {}
    site.add(site.home, PortalPage(title="Pulpit", slug="pulpit", lead="Tajemnica")).save_revision().publish()
    actions.index_everything()
    assert titles("pulpit") == {}


def test_a_search_costs_one_statement_whatever_it_finds(site, put_question, django_assert_num_queries):
    for number in range(20):
        put_question(f"Pytanie o fakturę {number}")
    queries.search("faktura", "pl")
    with django_assert_num_queries(1):
        assert len(titles("faktura")["question"]) == queries.IN_A_GROUP


@pytest.mark.parametrize("asked", ["", " ", "a", "%", "'; DROP TABLE", "<script>", "ż" * 400])
def test_odd_questions_find_nothing_and_break_nothing(site, client, asked):
    answer = client.get("/szukaj/", {"q": asked})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "<script>" not in answer.content.decode().replace("<script src", "")
