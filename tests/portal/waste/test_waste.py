"""Waste: what is collected when, for whom, and what people do about it."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.customers.actions import revoke_access
from portal.customers.models import Delegation
from portal.desk.models import Task
from portal.utility.models import RuleRecord
from portal.waste import ical, tasks
from portal.waste.models import CollectionPoint, Container, Pickup
from portal.waste.queries import PickupLine
from tests import factories

PAGE = (Path(settings.BASE_DIR) / "docs/rules/waste.md").read_text(encoding="utf-8")
TABLE = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| 2026")
]
ADDRESS = "/konto/odpady/"


@pytest.fixture
def household(db: None) -> Any:
    RuleRecord.objects.create(rule_set="modules", effective_from=date(2020, 1, 1), values={"waste": True})
    customer = factories.make_customer(services=["water", "waste"])
    contract = factories.make_contract(customer, services=["waste"])
    point = CollectionPoint.objects.create(external_id="OD1", contract=contract, address="ul. Lipowa 5, Gryfino")
    Container.objects.create(point=point, stream="papier", litres=240, count=1)
    for stream, day in (("papier", 20), ("szkło", 20), ("zmieszane", 21)):
        Pickup.objects.create(point=point, stream=stream, day=date(2026, 11, day))
    customer.owner = factories.make_owner(customer, email="anna@example.pl")
    customer.place = point
    return customer


@pytest.fixture
def owner(household: Any, client: Client) -> Client:
    client.force_login(household.owner)
    return client


def k(household: Any) -> dict[str, str]:
    return {"k": str(household.public_id)}


@pytest.mark.fact("S2.3")
@pytest.mark.fact("S2.20")
def test_the_calendar_shows_days_streams_places_and_containers(owner, household):
    shown = owner.get(ADDRESS, k(household)).content.decode()
    for words in ("ul. Lipowa 5, Gryfino", "papier, szkło", "zmieszane", "240 l"):
        assert words in shown


def test_another_month_and_nonsense_are_answered(owner, household):
    assert owner.get(ADDRESS, k(household) | {"month": "2026-12"}).status_code == 200
    assert owner.get(ADDRESS, k(household) | {"month": "2026-13"}).status_code == 200
    for edge in ("9999-12", "0001-01"):
        assert owner.get(ADDRESS, k(household) | {"month": edge}).status_code == 200


def test_where_the_module_is_off_or_the_service_not_held_there_is_nothing(owner, household):
    household.services = ["water"]
    household.save()
    assert owner.get(ADDRESS, k(household)).status_code == 404
    household.services = ["waste"]
    household.save()
    RuleRecord.objects.update(values={"waste": False})
    from portal.utility import rulebook  # noqa: PLC0415 - only here

    rulebook.forget()
    assert owner.get(ADDRESS, k(household)).status_code == 404


@pytest.mark.parametrize(("pickup", "today", "may"), TABLE)
def test_a_pickup_is_reported_in_the_days_that_the_page_says(owner, household, pickup, today, may):
    with clock.stopped(factories.moment(f"{today} 12:00")):
        sent = k(household) | {"point": str(household.place.public_id), "day": pickup}
        owner.post(reverse("waste:report"), sent)
        owner.post(reverse("waste:report"), sent)
    assert Task.objects.count() == (1 if may == "yes" else 0)


def test_another_s_pickup_is_not_reported(owner, household):
    other = factories.make_owner(factories.make_customer(services=["waste"]))
    stranger = Client()
    stranger.force_login(other)
    stranger.post(reverse("waste:report"), {"point": str(household.place.public_id), "day": "2026-11-20"})
    assert not Task.objects.exists()


def test_a_reminder_is_written_the_evening_before_once_to_those_who_asked(owner, household, run_jobs):
    tasks.remind()
    run_jobs()
    assert mail.outbox == []
    owner.post(reverse("waste:remind"), k(household) | {"wanted": "yes"})
    for _time in range(2):
        tasks.remind()
        run_jobs()
    assert len(mail.outbox) == 1
    assert "zmieszane" in mail.outbox[0].body
    owner.post(reverse("waste:remind"), k(household) | {"wanted": "no"})
    assert not household.pickup_reminders.exists()


def test_the_feed_ends_with_the_right(owner, household):
    feed = owner.get(ADDRESS, k(household)).context["feed"]
    path = feed[feed.index("/konto/") :]
    phone = Client()
    told = phone.get(path)
    assert told.headers["Content-Type"].startswith("text/calendar")
    assert b"DTSTART;VALUE=DATE:20261121" in told.content
    assert phone.get(path.replace(".ics", "x.ics")).status_code == 404
    revoke_access(Delegation.objects.get(), by="test")
    assert phone.get(path).status_code == 404


def test_the_calendar_file_folds_long_lines_and_masks_signs():
    line = PickupLine(date(2026, 11, 20), ("papier; szkło, " * 12,), "ul. Łąkowa 5", UUID(int=1))
    told = ical.calendar([line], name="Odpady, Gryfino", made_at=clock.now())
    assert all(len(row) <= 75 for row in told.split(b"\r\n"))
    assert b"papier\\; szk" in told
    assert b"X-WR-CALNAME:Odpady\\, Gryfino" in told
