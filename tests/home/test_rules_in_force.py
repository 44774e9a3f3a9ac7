"""Rules in force: what the records say, in sentences, for today or a chosen day."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from home import rules_in_force
from portal.utility.models import RuleRecord
from portal.utility.rules import registered

ADDRESS = "/regulamin/zasady/"


@pytest.fixture
def dated(db):
    def put(code, day, **values):
        stored = registered()[code].from_stored(values).to_stored()
        return RuleRecord.objects.create(rule_set=code, effective_from=day, values=stored)

    return put


def words(answer):
    return BeautifulSoup(answer.content, "html.parser").select_one("#rules").text.replace("\xa0", " ")


def test_the_values_of_today_are_said(site, client, dated):
    dated("registration", date(2026, 1, 1), link_hours=24, asks_phone="required")
    dated("payments", date(2026, 1, 1), minimum="5.00", maximum="1000.00", methods=["blik"])
    said = words(client.get(ADDRESS))
    assert "24 " in said
    assert "5,00 zł" in said
    assert "1 000,00 zł" in said
    assert "Przelewy24" not in said


def test_a_day_that_the_reader_chooses_has_its_own_rules(site, client, dated):
    dated("registration", date(2026, 1, 1), link_hours=24)
    dated("registration", date(2026, 12, 1), link_hours=72)
    today, december = words(client.get(ADDRESS)), words(client.get(ADDRESS, {"dzien": "2026-12-01"}))
    assert "24 " in today
    assert "01.12.2026" in today, "the coming change is told"
    assert "72 " in december
    assert "24 " not in december


def test_what_is_no_day_is_said_at_the_field_and_today_is_shown(site, client):
    page = BeautifulSoup(client.get(ADDRESS, {"dzien": "<wczoraj>"}).content, "html.parser")
    assert page.select_one("#rules-day")["aria-describedby"] == page.select_one(".field-error")["id"]
    assert "<wczoraj>" in page.select_one(".field-error").text


def test_a_module_that_does_not_run_states_no_rules(site, client, dated):
    dated("modules", date(2026, 1, 1), payments=False)
    assert BeautifulSoup(client.get(ADDRESS).content, "html.parser").select_one("#rules-payments") is None


@pytest.mark.parametrize("code", sorted(rules_in_force.SAY))
def test_the_defaults_of_every_set_read_as_sentences(db, code):
    for said in rules_in_force.stated([code]):
        assert said.sentences
        for sentence in said.sentences:
            assert sentence.endswith("."), sentence
            assert "%(" not in sentence


def test_stating_rules_costs_no_statement_once_the_rulebook_is_read(db, django_assert_num_queries):
    rules_in_force.stated(rules_in_force.SAY)
    with django_assert_num_queries(0):
        rules_in_force.stated(rules_in_force.SAY, date(2027, 1, 1))
