"""Dated rules in the panel: planned until their day, from then on only superseded."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from portal import clock
from portal.utility import actions, queries
from portal.utility.forms import form_for
from portal.utility.models import RuleRecord
from portal.utility.rulebook import rules
from portal.utility.rules import Modules, registered

IN_FORCE = date(2026, 1, 1)
AHEAD = date(2027, 1, 1)


@pytest.fixture
def boss(client, db):
    client.force_login(get_user_model().objects.create_superuser("szef@example.org", "x"))
    return client


@pytest.fixture
def in_force(db):
    return RuleRecord.objects.create(rule_set="modules", effective_from=IN_FORCE, values={"waste": True})


@pytest.mark.parametrize("cls", registered().values(), ids=lambda cls: cls.code)
def test_every_rule_set_s_defaults_pass_its_own_form(db, cls):
    empty = form_for(cls)()
    sent = {}
    for name, field in empty.fields.items():
        value = field.prepare_value(empty.initial.get(name))
        if value is True:
            sent[name] = "on"
        elif value is not None and value is not False:  # zero is a value
            sent[name] = list(value) if isinstance(value, tuple) else str(value)
    form = form_for(cls)(sent | {"effective_from": "2027-01-01"})
    assert form.is_valid(), form.errors
    assert form.values == cls()


def test_words_where_numbers_are_asked_for_are_refused_with_a_sentence(db):
    form = form_for(registered()["readings"])({"effective_from": "2027-01-01", "value_remind_days_left": "five"})

    assert not form.is_valid()
    assert str(form.errors["value_remind_days_left"][0]).endswith(".")


def test_planning_a_rule_leaves_today_alone_and_holds_from_its_day(boss, in_force):
    form = boss.get(reverse("rules:add") + "?rule_set=modules")
    assert form.status_code == 200
    sent = {"effective_from": "2027-01-01", "note": "Uchwała 7", "value_payments": "on"}
    assert boss.post(reverse("rules:add") + "?rule_set=modules", sent).status_code == 302
    assert rules(Modules).waste is True
    assert rules(Modules, AHEAD).waste is False
    assert rules(Modules, AHEAD).payments is True


def test_the_form_begins_with_what_holds_today(in_force):
    assert form_for(Modules)().initial["value_waste"] is True


def test_first_one_says_which_rules(boss):
    page = boss.get(reverse("rules:add"))
    assert page.status_code == 200
    assert "rule_set=modules" in page.content.decode()
    assert boss.get(reverse("rules:add") + "?rule_set=nonsense").status_code == 404


@pytest.mark.parametrize("day", ["2026-11-20", "2026-01-01"])
def test_a_rule_cannot_begin_today_or_in_the_past(boss, day):
    assert boss.post(reverse("rules:add") + "?rule_set=modules", {"effective_from": day}).status_code == 200
    assert not RuleRecord.objects.exists()


def test_a_record_in_force_is_read_and_neither_changed_nor_deleted(boss, in_force):
    edit, delete, read = (reverse(f"rules:{name}", args=[in_force.pk]) for name in ("edit", "delete", "inspect"))
    for address in (edit, delete):
        assert boss.get(address).url == read
        assert boss.post(address, {"effective_from": "2027-01-01"}).url == read
    assert RuleRecord.objects.get().values == {"waste": True}
    page = boss.get(read).content.decode()
    assert "rule_set=modules" in page


def test_a_planned_record_is_changed_and_withdrawn_until_its_day(boss, db):
    record = RuleRecord.objects.create(rule_set="modules", effective_from=AHEAD, values={"waste": True})
    sent = {"effective_from": "2027-02-01", "value_payments": "on"}
    assert boss.post(reverse("rules:edit", args=[record.pk]), sent).status_code == 302
    record.refresh_from_db()
    assert record.effective_from == date(2027, 2, 1)
    assert record.values["waste"] is False
    assert boss.post(reverse("rules:delete", args=[record.pk])).status_code == 302
    assert not RuleRecord.objects.exists()


def test_the_actions_refuse_what_the_panel_does_not_offer(in_force):
    with pytest.raises(actions.RuleInForce):
        actions.withdraw_planned_rule(in_force)
    in_force.effective_from = AHEAD
    with pytest.raises(actions.RuleInForce):
        actions.change_planned_rule(in_force, Modules(), effective_from=AHEAD)
    with pytest.raises(actions.DayNotAhead):
        actions.plan_rule(Modules(), effective_from=clock.today())
    actions.plan_rule(Modules(), effective_from=AHEAD)
    with pytest.raises(actions.DayTaken):
        actions.plan_rule(Modules(waste=True), effective_from=AHEAD)


def test_the_list_says_what_is_planned_in_force_and_superseded(boss, in_force):
    RuleRecord.objects.create(rule_set="modules", effective_from=date(2025, 1, 1))
    RuleRecord.objects.create(rule_set="modules", effective_from=AHEAD)
    states = [queries.state_of(record) for record in RuleRecord.objects.order_by("effective_from")]
    assert len(set(states)) == 3
    page = boss.get(reverse("rules:index")).content.decode()
    assert all(state in page for state in states)
