"""What holds of readings whatever people, clerks and the billing system do in whatever order: docs/rules/readings.md."""

from collections import Counter
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.metering import actions
from portal.metering.models import MeterReading, Submission
from portal.metering.policies import Given
from portal.outbox.models import OutboxFact
from tests import factories
from tests.portal.metering.conftest import Household, rule

pytestmark = pytest.mark.django_db

State = MeterReading.State
BOOKED = Decimal(495)
TOLD = {State.ACCEPTED, State.EXPORTED, State.BOOKED}
values = st.sampled_from([480, 494, 495, 500, 503, 504, 540, 900])
days = st.integers(16, 20).map(lambda day: date(2026, 11, day))
which = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("give"), values, days, st.booleans(), st.booleans()),
    st.tuples(st.just("change"), which, values, days, st.booleans()),
    st.tuples(st.just("withdraw"), which),
    st.tuples(st.just("decide"), which, st.booleans()),
    st.tuples(st.just("publish")),
    st.tuples(st.just("export")),
    st.tuples(st.just("book"), values, days),
    st.tuples(st.just("match")),
)


class Life:
    """One meter and everything that is done about it."""

    def __init__(self, household: Household) -> None:
        self.household = household
        self.clerk = factories.make_staff()
        self.kept: list[int] = []
        self.rows = 0

    def one(self, at: int) -> MeterReading | None:
        return MeterReading.objects.get(pk=self.kept[at % len(self.kept)]) if self.kept else None

    def _record(self, given_now: Given, instead_of: MeterReading | None = None) -> None:
        outcome = actions.record_reading(
            meter=self.household.meter, given=given_now, by=self.household.owner, instead_of=instead_of
        )
        if outcome.reading is not None:
            self.kept.append(outcome.reading.pk)

    def give(self, value: int, day: date, is_confirmed: bool, is_appeal: bool) -> None:
        self._record(Given(Decimal(value), day, is_confirmed, is_appeal))

    def change(self, at: int, value: int, day: date, is_confirmed: bool) -> None:
        reading = self.one(at)
        if reading:
            before = len(self.kept)
            self._record(Given(Decimal(value), day, is_confirmed), reading)
            reading.refresh_from_db()
            # The one in whose place it came is taken back, and only when it came.
            assert len(self.kept) == before or reading.state == State.WITHDRAWN

    def withdraw(self, at: int) -> None:
        reading = self.one(at)
        if reading:
            actions.withdraw_reading(reading, by=self.household.owner)

    def decide(self, at: int, is_accepted: bool) -> None:
        reading = self.one(at)
        if reading:
            actions.decide_reading(reading, is_accepted=is_accepted, by=self.clerk, because="Tak.")

    def publish(self) -> None:
        for fact in OutboxFact.objects.filter(position__isnull=True).order_by("pk"):
            fact.position = 1 + OutboxFact.objects.filter(position__isnull=False).count()
            fact.save()

    def export(self) -> None:
        actions.mark_exported()

    def book(self, value: int, day: date) -> None:
        self.rows += 1
        MeterReading.objects.create(
            meter=self.household.meter, external_id=f"B{self.rows}", value=value, read_on=day, source="customer"
        )

    def match(self) -> None:
        actions.match_booked()

    def check(self) -> None:
        readings = list(MeterReading.objects.filter(submission__isnull=False).select_related("submission"))
        # Never lost: whatever was kept is there, with how it came, in a state that the page knows.
        assert {reading.pk for reading in readings} == set(self.kept)
        # Never booked twice: a fact a reading, a row of the billing system a reading.
        facts = Counter(OutboxFact.objects.filter(kind="reading").values_list("about", flat=True))
        rows = Counter(Submission.objects.exclude(booked_as="").values_list("booked_as", flat=True))
        assert set(facts.values()) | set(rows.values()) <= {1}
        for reading in readings:
            told = facts[actions.about(reading)]
            assert told == (1 if reading.state in TOLD else 0), reading.state
            assert bool(reading.submission.booked_as) == (reading.state == State.BOOKED)
            # Never accepted below what was booked when it was given, but by a clerk.
            lowest = Decimal(reading.submission.compared["booked_value"])
            if reading.value < lowest and reading.state in TOLD:
                assert reading.submission.decided_by == self.clerk


@given(below=st.sampled_from(["refuse", "to_check"]), story=st.lists(steps, min_size=4, max_size=14))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reading_is_never_lost_never_booked_twice_and_never_accepted_below_the_booked_one(
    household: Household, below: str, story: list[tuple[Any, ...]]
) -> None:
    Submission.objects.all().delete()
    MeterReading.objects.exclude(external_id__startswith=household.meter.external_id).delete()
    OutboxFact.objects.all().delete()
    rule(below_booked=below)
    life = Life(household)
    for name, *facts in story:
        with suppress(actions.TooLate, actions.DecidedAlready):
            getattr(life, name)(*facts)
        life.check()
