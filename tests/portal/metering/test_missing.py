"""The window's end: who missed it, what follows, and how it is undone. The page's table, and the minutes around midnight."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core import mail

from portal import clock
from portal.customers.models import Contract, Delegation
from portal.metering import actions, missing, tasks
from portal.metering.models import Downtime, MeterReading, MissedWindow
from portal.metering.policies import Accepted, Given, Refused
from portal.outbox.models import OutboxFact
from tests import factories
from tests.portal.metering.conftest import LEBORK, rule
from tests.portal.metering.test_policies import rows

FIRST = factories.moment("2026-12-01 00:00")


@pytest.fixture
def lebork(household):
    rule(**LEBORK)
    Delegation.objects.update(starts_at=factories.moment("2026-09-01 12:00"))
    Contract.objects.update(billing_period_months=1)
    return household


def months(household) -> int:
    return Contract.objects.get(pk=household.contract.pk).billing_period_months


def come_to_the_first(run_jobs) -> None:
    with clock.stopped(FIRST):
        tasks.close_window()
        run_jobs()


@pytest.mark.parametrize("row", rows("Linked on"), ids=lambda row: " ".join(row.values()))
def test_who_misses_a_window_is_what_the_page_says(lebork, row, run_jobs):
    Delegation.objects.update(starts_at=factories.moment(f"{row['Linked on']} 12:00"))
    Contract.objects.update(billing_period_months=int(row["Bill covers"]))
    if row["Given in the window"] != "–":
        MeterReading.objects.create(
            meter=lebork.meter,
            value=Decimal(504),
            read_on=date(2026, 11, 26),
            source="customer",
            state=row["Given in the window"],
        )
    come_to_the_first(run_jobs)
    assert MissedWindow.objects.exists() is (row["On the first"] == "missed")


@pytest.mark.parametrize("row", rows("Down in the last 48 hours"), ids=lambda row: row["Down in the last 48 hours"])
def test_nobody_misses_a_window_when_the_portal_was_down(lebork, row, run_jobs):
    for spell in row["Down in the last 48 hours"].split(", "):
        if spell != "–":
            began, ended = (factories.moment(at) for at in spell.split(" – "))
            Downtime.objects.create(began_at=began, ended_at=ended)
    come_to_the_first(run_jobs)
    assert MissedWindow.objects.exists() is (row["On the first"] == "missed")


def test_a_silence_of_the_pulse_is_a_downtime_and_excuses_even_when_it_ends_after_midnight(lebork, run_jobs):
    for at in ("2026-11-30 17:00", "2026-11-30 17:05", "2026-11-30 17:20"):
        with clock.stopped(factories.moment(at)):
            tasks.beat()
    assert not Downtime.objects.exists()
    with clock.stopped(factories.moment("2026-12-01 03:00")):
        tasks.close_window()
        run_jobs()
    down = Downtime.objects.get()
    assert (down.began_at, down.is_measured) == (factories.moment("2026-11-30 17:20"), True)
    assert not MissedWindow.objects.exists()


@pytest.mark.fact("S3.8")
@pytest.mark.fact("S3.9")
def test_a_missed_window_lengthens_the_bills_blocks_and_is_told(lebork, run_jobs):
    come_to_the_first(run_jobs)
    assert months(lebork) == 2
    assert set(OutboxFact.objects.values_list("kind", flat=True)) == {"billing_period", "readings_blocked"}
    assert "2 miesiące" in mail.outbox[0].body or "2 months" in mail.outbox[0].body
    with clock.stopped(factories.moment("2026-12-26 10:00")):
        given = Given(Decimal(504), date(2026, 12, 26))
        refused = actions.record_reading(meter=lebork.meter, given=given, by=lebork.owner)
    assert isinstance(refused.verdict, Refused)
    assert refused.verdict.reason == "blocked"


def test_it_happens_once_however_often_the_job_runs(lebork, run_jobs):
    come_to_the_first(run_jobs)
    MissedWindow.objects.all().delete()
    with clock.stopped(factories.moment("2026-12-15 10:00")):
        tasks.close_window()
        run_jobs()
    assert not MissedWindow.objects.exists()


def test_a_clerk_undoes_it_and_readings_are_taken_from_the_next_window(lebork, run_jobs):
    come_to_the_first(run_jobs)
    missed = MissedWindow.objects.get()
    with clock.stopped(factories.moment("2026-12-03 10:00")):
        missing.lift(missed, by=factories.make_staff(), because="Odbiorca był w szpitalu.")
        with pytest.raises(missing.LiftedAlready):
            missing.lift(missed, by=factories.make_staff(), because="Jeszcze raz.")
    assert months(lebork) == 1
    assert missed.open_from == date(2026, 12, 25)
    assert OutboxFact.objects.filter(kind="readings_unblocked").count() == 1
    with clock.stopped(factories.moment("2026-12-25 00:00")):
        given = Given(Decimal(508), date(2026, 12, 25))
        assert isinstance(actions.record_reading(meter=lebork.meter, given=given, by=lebork.owner).verdict, Accepted)


@pytest.mark.parametrize(
    ("moment", "is_taken"),
    [
        ("2026-11-24T23:59:59+01:00", False),
        ("2026-11-25T00:00:00+01:00", True),
        ("2026-11-30T23:59:59+01:00", True),
        ("2026-11-30T22:59:59+00:00", True),
        ("2026-11-30T23:00:00+00:00", False),  # midnight in Warsaw
        ("2026-12-01T00:00:00+01:00", False),
    ],
)
def test_the_last_second_of_the_window_is_warsaw_s(lebork, moment, is_taken):
    with clock.stopped(datetime.fromisoformat(moment)):
        given = Given(Decimal(504), clock.today())
        verdict = actions.record_reading(meter=lebork.meter, given=given, by=lebork.owner).verdict
    assert isinstance(verdict, Accepted) is is_taken


@pytest.mark.parametrize("moment", ["2026-10-25 02:30", "2026-10-25 03:30", "2027-03-28 03:30"])
def test_a_day_on_which_the_clocks_change_is_a_day_like_others(household, moment):
    MeterReading.objects.filter(read_on__gte=date(2026, 10, 1)).delete()
    with clock.stopped(factories.moment(moment)):
        given = Given(Decimal(494), clock.today())
        outcome = actions.record_reading(meter=household.meter, given=given, by=household.owner)
    assert outcome.reading is None or outcome.reading.read_on == factories.moment(moment).date()


def test_people_are_reminded_on_the_days_that_the_rules_name(lebork, run_jobs):
    for day in range(24, 31):
        with clock.stopped(factories.moment(f"2026-11-{day} 09:00")):
            tasks.remind()
            tasks.remind()
            run_jobs()
    assert len(mail.outbox) == 2
    assert "30.11.2026" in mail.outbox[0].subject
    assert "5 dni" in mail.outbox[0].body
    assert "co 2 miesiące" in mail.outbox[0].body


def test_who_has_given_a_reading_is_not_reminded(lebork, run_jobs):
    with clock.stopped(factories.moment("2026-11-25 08:00")):
        actions.record_reading(meter=lebork.meter, given=Given(Decimal(504), date(2026, 11, 25)), by=lebork.owner)
        run_jobs()
        mail.outbox.clear()
        tasks.remind()
        run_jobs()
    assert mail.outbox == []


def test_without_the_rule_a_window_has_no_consequence(household, run_jobs):
    rule(window_from_day=25)
    Contract.objects.update(billing_period_months=1)
    come_to_the_first(run_jobs)
    assert not MissedWindow.objects.exists()
