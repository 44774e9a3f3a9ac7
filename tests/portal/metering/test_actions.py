"""Readings given, changed, decided, sent and booked: never lost, never twice."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail

from portal import clock
from portal.desk.models import Task
from portal.metering import actions
from portal.metering.actions import DecidedAlready, TooLate
from portal.metering.models import MeterReading
from portal.metering.policies import Accepted, AskAgain, Given, Refused, ToCheck
from portal.outbox.models import OutboxFact
from tests import factories
from tests.portal.metering.conftest import book, rule

DAY = date(2026, 11, 20)


def give(household, value, day=DAY, **more):
    flags = {name: more.pop(name) for name in ("is_confirmed", "is_appeal") if name in more}
    return actions.record_reading(
        meter=household.meter, given=Given(Decimal(value), day, **flags), by=household.owner, **more
    )


def test_an_ordinary_reading_is_accepted_told_to_billing_and_acknowledged(household, run_jobs):
    outcome = give(household, 504)
    assert isinstance(outcome.verdict, Accepted)
    fact = OutboxFact.objects.get()
    assert fact.kind == "reading"
    assert fact.values == {
        "meter": household.meter.external_id,
        "value": "504",
        "read_on": "2026-11-20",
        "source": "customer",
    }
    run_jobs()
    assert [letter.to for letter in mail.outbox] == [["anna@example.pl"]]
    assert "504" in mail.outbox[0].subject


def test_an_unusual_reading_is_asked_about_and_nothing_is_kept(household):
    assert isinstance(give(household, 600).verdict, AskAgain)
    assert not MeterReading.objects.filter(submission__isnull=False).exists()


def test_a_confirmed_unusual_reading_waits_for_a_clerk(household, run_jobs):
    outcome = give(household, 600, is_confirmed=True, explanation="Basen.")
    assert isinstance(outcome.verdict, ToCheck)
    assert Task.objects.get().kind == "reading_to_check"
    assert not OutboxFact.objects.exists()
    clerk = factories.make_staff()
    actions.decide_reading(outcome.reading, is_accepted=True, by=clerk, because="Zgadza się ze zdjęciem.")
    assert OutboxFact.objects.get().values["value"] == "600"
    assert Task.objects.get().state == Task.State.DONE
    run_jobs()
    assert "Zgadza się ze zdjęciem." in mail.outbox[-1].body
    with pytest.raises(DecidedAlready):
        actions.decide_reading(outcome.reading, is_accepted=False, by=clerk, because="Jednak nie.")


def test_a_rejected_reading_is_not_told_to_billing(household):
    outcome = give(household, 480)
    actions.decide_reading(outcome.reading, is_accepted=False, by=factories.make_staff(), because="Inny wodomierz.")
    outcome.reading.refresh_from_db()
    assert outcome.reading.state == "rejected"
    assert not OutboxFact.objects.exists()


def test_the_same_reading_twice_is_kept_once(household):
    give(household, 504)
    again = give(household, 504)
    assert isinstance(again.verdict, Refused)
    assert OutboxFact.objects.count() == 1


@pytest.mark.fact("S2.19")
def test_a_refused_reading_sent_to_a_clerk_is_kept(household):
    rule(below_booked="refuse")
    assert isinstance(give(household, 480).verdict, Refused)
    outcome = give(household, 480, is_appeal=True)
    assert outcome.reading.state == "to_check"
    assert outcome.reading.submission.reasons == ["below_booked"]


def test_a_reading_is_changed_until_billing_was_told(household):
    first = give(household, 504).reading
    second = give(household, 505, instead_of=first).reading
    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert [fact.about for fact in OutboxFact.objects.all()] == [actions.about(second)]
    OutboxFact.objects.update(position=1)
    with pytest.raises(TooLate):
        give(household, 506, instead_of=second)
    with pytest.raises(TooLate):
        actions.withdraw_reading(second, by=household.owner)
    assert not MeterReading.objects.filter(value=506).exists()


def test_a_change_that_is_asked_about_leaves_the_first_reading(household):
    first = give(household, 504).reading
    assert isinstance(give(household, 700, instead_of=first).verdict, AskAgain)
    first.refresh_from_db()
    assert first.state == "accepted"


def test_a_sent_reading_is_booked_once_by_the_row_that_is_alike(household):
    reading = give(household, 504).reading
    OutboxFact.objects.update(position=1)
    assert actions.mark_exported() == 1
    assert actions.match_booked() == 0
    book(household.meter, "2026-11-20", 503, "customer")
    assert actions.match_booked() == 0
    row = book(household.meter, "2026-11-21", 504, "customer")
    assert actions.match_booked() == 1
    reading.refresh_from_db()
    assert (reading.state, reading.submission.booked_as) == ("booked", row.external_id)
    assert actions.match_booked() == 0


def test_one_booked_row_stands_for_one_reading(household):
    give(household, 504)
    give(household, 504, day=date(2026, 11, 19))
    book(household.meter, "2026-11-20", 504, "customer")
    assert actions.match_booked() == 1


def test_a_window_takes_one_reading_a_meter(household):
    rule(window_from_day=25, outside_window="refuse")
    with clock.stopped(factories.moment("2026-11-26 10:00")):
        assert give(household, 504, day=date(2026, 11, 26)).reading
        assert isinstance(give(household, 505, day=date(2026, 11, 26)).verdict, Refused)
