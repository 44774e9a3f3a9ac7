"""A meter that is read remotely: nobody is asked for its reading, every place says why, and a rule may take a control reading."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from portal import clock
from portal.customers.models import Contract, Delegation
from portal.metering import guests, sheets, tasks
from portal.metering.blocks import SubmitReadingWidget
from portal.metering.models import Meter, MeterReading, MissedWindow, Submission
from portal.metering.policies import Given
from portal.metering.queries import readings_due
from portal.metering.sheet_reader import Row
from portal.widgets import Showing
from tests import factories
from tests.portal.metering.conftest import LEBORK, Household, book, rule

SUBMIT = "/konto/odczyty/podaj/"
SENTENCE = "Ten wodomierz odczytujemy zdalnie – nie musisz podawać odczytu."


@pytest.fixture
def remote(household: Household) -> Household:
    """The household of the other tests, its one meter read by the hour."""
    household.meter.is_remote = True
    household.meter.save(update_fields=["is_remote"])
    book(household.meter, "2026-11-20", 501, "remote")
    return household


@pytest.fixture
def owner(remote: Household, client: Client) -> Client:
    client.force_login(remote.owner)
    return client


def text(response: Any) -> str:
    return response.content.decode().replace("\xa0", " ")


def value(household: Household, typed: str, press: str = "send") -> dict[str, str]:
    return {"k": household.k, f"value-{household.meter.public_id.hex}": typed, "press": press}


def test_the_form_says_why_it_asks_for_nothing_and_shows_the_last_value(owner, remote):
    for asked in ({}, {"meter": str(remote.meter.public_id)}):
        shown = text(owner.get(SUBMIT, {"k": remote.k} | asked))
        assert SENTENCE in shown
        assert "501 m³" in shown
        assert "<form" not in shown.partition("<h1")[2].partition("</main>")[0]


def test_the_meter_s_page_says_it_in_place_of_the_button(owner, remote):
    page = f"/konto/wodomierze/{remote.meter.public_id}/"
    shown = text(owner.get(page, {"k": remote.k}))
    assert SENTENCE in shown
    assert f"meter={remote.meter.public_id}" not in shown.partition("<section")[0]
    Meter.objects.update(removed_on=date(2026, 11, 10))
    assert SENTENCE not in text(owner.get(page, {"k": remote.k}))


def test_beside_a_meter_that_is_read_by_hand_it_is_told_apart(owner, remote):
    garden = factories.make_meter(remote.meter.point, role="deduct", serial_number="20041127")
    shown = text(owner.get(SUBMIT, {"k": remote.k}))
    assert SENTENCE in shown
    assert f"value-{garden.public_id.hex}" in shown
    assert f"value-{remote.meter.public_id.hex}" not in shown


def test_a_value_sent_all_the_same_gets_the_sentence_and_one_press_takes_it_to_a_clerk(owner, remote):
    answer = owner.post(SUBMIT, value(remote, "504"))
    assert answer.status_code == 409
    assert SENTENCE in text(answer)
    assert 'value="504"' in text(answer)
    assert not Submission.objects.exists()
    press = f"appeal-{remote.meter.public_id.hex}"
    assert press in text(answer)
    assert owner.post(SUBMIT, value(remote, "504", press)).status_code == 302
    assert Submission.objects.get().reasons == ["read_remotely"]


def test_a_value_of_a_meter_that_stands_on_another_page_by_now_is_not_lost(owner, remote):
    for n in range(25):
        factories.make_meter(remote.meter.point, role="sub", serial_number=f"3{n:07d}")
    answer = owner.post(SUBMIT, value(remote, "504") | {"page": "1"})
    assert SENTENCE in answer.context["form"].errors[f"value-{remote.meter.public_id.hex}"]


def test_an_empty_press_on_it_is_no_fault(owner, remote):
    answer = owner.post(SUBMIT, value(remote, ""))
    assert (answer.status_code, SENTENCE in text(answer)) == (200, True)


def test_a_row_of_a_manager_s_spreadsheet_gets_the_sentence(remote):
    row = Row(number=2, meter=remote.meter.serial_number, value="504", day="")
    (verdict,) = sheets.dry_run(factories.viewer(remote.owner), [row]).rows
    assert (verdict.verdict, verdict.because) == ("bad", SENTENCE)


def test_without_signing_in_it_is_the_same_sentence(remote):
    outcome = guests.give(remote.meter, Given(Decimal(504), clock.today()))
    assert (outcome.reading, outcome.fault, outcome.may_appeal) == (None, ("value", SENTENCE), True)


def test_nobody_is_reminded_nothing_follows_and_no_portfolio_waits_for_it(remote, run_jobs):
    rule(**LEBORK)
    Delegation.objects.update(starts_at=factories.moment("2026-09-01 12:00"))
    Contract.objects.update(billing_period_months=1)
    with clock.stopped(factories.moment("2026-11-29 12:00")):
        tasks.remind()
        run_jobs()
        assert readings_due(Delegation.objects.select_related("customer")) == {}
    with clock.stopped(factories.moment("2026-12-01 00:00")):
        tasks.close_window()
        run_jobs()
    assert not mail.outbox
    assert not MissedWindow.objects.exists()


def test_what_is_read_by_the_hour_is_no_reading_of_the_meter_that_is_read_by_hand(remote, run_jobs):
    rule(**LEBORK)
    Delegation.objects.update(starts_at=factories.moment("2026-09-01 12:00"))
    Contract.objects.update(billing_period_months=1)
    factories.make_meter(factories.make_point(remote.contract))
    book(remote.meter, "2026-11-27", 503, "remote")
    with clock.stopped(factories.moment("2026-11-29 12:00")):
        tasks.remind()
        run_jobs()
    assert len(mail.outbox) == 1


def test_by_rule_a_control_reading_is_asked_for_and_taken_and_still_not_awaited(owner, remote, run_jobs):
    rule(takes_remote=True)
    MeterReading.objects.filter(value=501).update(value=Decimal("501.731"))
    shown = text(owner.get(SUBMIT, {"k": remote.k}))
    assert SENTENCE not in shown
    assert SENTENCE not in text(owner.get(f"/konto/wodomierze/{remote.meter.public_id}/", {"k": remote.k}))
    assert owner.post(SUBMIT, value(remote, "501")).status_code == 302
    assert Submission.objects.get().reading.state == "accepted"
    rule(**LEBORK, takes_remote=True)
    with clock.stopped(factories.moment("2026-11-29 12:00")):
        assert readings_due(Delegation.objects.select_related("customer")) == {}


def test_the_dashboard_s_widget_has_no_dial_for_it(remote):
    viewer = factories.viewer(remote.owner)
    facts = SubmitReadingWidget().facts(Showing(viewer), {})
    assert facts is not None
    assert (facts.lines, facts.asked_for) == ((), None)
    assert [line.meter for line in facts.remote] == [remote.meter]
    garden = factories.make_meter(remote.meter.point, role="deduct")
    facts = SubmitReadingWidget().facts(Showing(viewer), {})
    assert facts is not None
    assert facts.asked_for is not None
    assert facts.asked_for.meter == garden
