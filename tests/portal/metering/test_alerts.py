"""Water alerts: what the page's table says, found once, told to those who asked."""

from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.customers.actions import revoke_access
from portal.customers.models import Delegation
from portal.metering import tasks
from portal.metering.models import AlertConsent, MeterReading, WaterAlert
from portal.metering.rules import ReadingRules
from portal.metering.watching import Night, Seen, judge
from tests import factories
from tests.portal.metering.conftest import Household, book, rule

PAGE = (Path(settings.BASE_DIR) / "docs/rules/water-alerts.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and "Verdict" not in line
]
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


@pytest.mark.parametrize("row", ROWS, ids=" / ".join)
def test_the_verdict_is_what_the_page_says(row):
    nights, monthly, usual, verdict = row
    seen = Seen(
        FIRST,
        LAST,
        Decimal(monthly),
        None if usual == "?" else Decimal(usual),
        tuple(
            Night(date(2026, 11, 17 + at), None if least == "?" else Decimal(least) / 1000)
            for at, least in enumerate(nights.replace("–", "").split())
        ),
    )
    alarm = judge(seen, ReadingRules())
    assert (alarm.kind if alarm else "–") == verdict


@pytest.fixture
def watched(household: Household) -> Household:
    rule(is_watching=True)
    Delegation.objects.update(starts_at=factories.moment("2026-09-01 12:00"))
    return household


def ask(household: Household, wanted: str = "yes") -> None:
    client = Client()
    client.force_login(household.owner)
    sent = {"k": household.k, "meter": str(household.meter.public_id), "wanted": wanted}
    assert client.post(reverse("metering:alerts"), sent).status_code == 302


def look(run_jobs: Any) -> None:
    tasks.watch()
    run_jobs()


def test_far_more_than_in_the_season_is_told_once_with_what_was_compared(watched, run_jobs):
    book(watched.meter, "2026-11-30", 595)
    ask(watched)
    with clock.stopped(factories.moment("2026-12-02 06:00")):
        look(run_jobs)
        look(run_jobs)
    alert = WaterAlert.objects.get()
    assert alert.kind == "leak"
    (letter,) = mail.outbox
    assert "101,3 m³" in letter.body.replace("\xa0", " ")
    assert "9,2 m³" in letter.body.replace("\xa0", " ")
    client = Client()
    client.force_login(watched.owner)
    with clock.stopped(factories.moment("2026-12-02 12:00")):
        page = client.get(reverse("metering:meter", args=[watched.meter.public_id]), {"k": watched.k})
    assert "101,3 m³" in page.content.decode().replace("\xa0", " ")


def hours(meter: Any, first: date, days: int, *, night: str) -> None:
    value, rows = Decimal(500), []
    for hour in range(days * 24 + 1):
        at = clock.at(first).astimezone(UTC) + timedelta(hours=hour)
        rows.append(
            MeterReading(
                meter=meter,
                external_id=f"H{hour}",
                value=value,
                read_on=(at - timedelta(seconds=1)).astimezone(clock.WARSAW).date(),
                read_at=at,
                source="remote",
            )
        )
        value += Decimal(night) if at.astimezone(clock.WARSAW).hour < 6 else Decimal("0.015")
    MeterReading.objects.bulk_create(rows)


@pytest.mark.parametrize(("night", "count"), [("0.004", 1), ("0", 0)])
def test_water_that_never_stops_at_night_is_a_possible_leak(watched, run_jobs, night, count):
    watched.meter.is_remote = True
    watched.meter.save()
    hours(watched.meter, date(2026, 11, 10), 10, night=night)
    with clock.stopped(factories.moment("2026-11-20 06:00")):
        look(run_jobs)
    assert WaterAlert.objects.filter(kind="leak").count() == count
    if count:
        assert WaterAlert.objects.get().compared == {"nights": "3", "least_litres": "4"}


def test_a_leak_that_goes_on_is_not_told_of_every_morning(watched, run_jobs):
    watched.meter.is_remote = True
    watched.meter.save()
    hours(watched.meter, date(2026, 11, 1), 22, night="0.004")
    ask(watched)
    for day in range(8, 23):
        with clock.stopped(factories.moment(f"2026-11-{day:02} 06:00")):
            look(run_jobs)
    assert len(mail.outbox) == 2


def test_nobody_is_written_to_who_did_not_ask_or_may_not_see_it_any_more(watched, run_jobs):
    book(watched.meter, "2026-11-30", 595)
    ask(watched)
    ask(watched, "no")
    assert not AlertConsent.objects.exists()
    ask(watched)
    factories.make_owner(factories.make_customer())
    revoke_access(Delegation.objects.filter(customer=watched.customer).get(), by="test")
    factories.make_manager(watched.customer)
    with clock.stopped(factories.moment("2026-12-02 06:00")):
        look(run_jobs)
    assert WaterAlert.objects.exists()
    assert mail.outbox == []


def test_without_the_rule_nothing_is_looked_for_and_nothing_asked(household, client, run_jobs):
    book(household.meter, "2026-11-30", 595)
    with clock.stopped(factories.moment("2026-12-02 06:00")):
        look(run_jobs)
    assert not WaterAlert.objects.exists()
    client.force_login(household.owner)
    assert client.post(reverse("metering:alerts"), {"k": household.k, "wanted": "yes"}).status_code == 404


def test_a_batch_of_meters_costs_three_statements(watched, django_assert_max_num_queries):
    for count in range(5):
        book(factories.make_meter(watched.meter.point, serial_number=f"9{count}"), "2026-11-01", 10)
    with django_assert_max_num_queries(4):
        tasks.watch_batch(0, 10**9)
