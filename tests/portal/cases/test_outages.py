"""An outage is one row: letters to whom it concerns, the banner while it lasts, the failure form's answer, its end."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from home.notices.queries import banners
from portal import clock
from portal.cases import outage_queries, outages
from portal.cases.models import Outage, OutageAlert, OutageStreet
from portal.desk.models import Task
from portal.notifications.actions import choose, unsubscribe
from portal.notifications.models import Delivery, DemoMail
from tests.factories import make_contract, make_manager, make_owner, make_point, moment, viewer

pytestmark = pytest.mark.django_db


def an_outage(street: str = "ul. Lipowa", buildings: str = "", **fields) -> Outage:
    begins = clock.now()
    values = {"title": "Pęknięta rura", "starts_at": begins, "ends_at": begins + timedelta(hours=4), **fields}
    outage = Outage.objects.create(**values)
    if street:
        OutageStreet.objects.create(outage=outage, street=street, buildings=buildings)
    return outage


def told(code: str = "outage_announced") -> set[str]:
    return set(Delivery.objects.filter(message=code).values_list("recipient", flat=True))


def somebody(street: str, building: str, *, agreed: bool = True):
    owner = make_owner()
    customer = owner.delegations.get().customer
    make_point(make_contract(customer), street=street, building=building)
    if agreed:
        outages.alert(user=owner, customer=customer, is_wanted=True)
    return owner


def test_only_those_who_agreed_and_live_there_get_a_letter_and_only_once(run_jobs, clerk):
    here = somebody("ul. Lipowa", "5")
    silent = somebody("ul. Lipowa", "7", agreed=False)
    elsewhere = somebody("ul. Klonowa", "5")
    other_end = somebody("ulica LIPOWA", "80")
    outage = an_outage(buildings="1-20")

    outages.publish(outage, by=clerk)
    run_jobs()
    outages.announce(outage)

    assert told() == {here.email}
    assert not {silent.email, elsewhere.email, other_end.email} & told()
    assert Delivery.objects.filter(message="outage_announced").count() == 1


def test_a_manager_of_other_points_is_not_told(run_jobs, clerk):
    owner = somebody("ul. Lipowa", "5")
    customer = owner.delegations.get().customer
    other = make_point(make_contract(customer), street="ul. Klonowa", building="1")
    manager = make_manager(customer, [other])
    outages.alert(user=manager, customer=customer, is_wanted=True)

    outages.publish(an_outage(), by=clerk)
    run_jobs()

    assert told() == {owner.email}


def test_who_withdrew_is_not_told(run_jobs, clerk):
    owner = somebody("ul. Lipowa", "5")
    outages.alert(user=owner, customer=owner.delegations.get().customer, is_wanted=False)

    outages.publish(an_outage(), by=clerk)
    run_jobs()

    assert not told()
    assert not OutageAlert.objects.exists()


def test_who_unsubscribed_by_a_letter_is_not_told_until_they_ask_again(run_jobs, clerk):
    owner = somebody("ul. Lipowa", "5")
    customer = owner.delegations.get().customer
    outages.publish(an_outage(), by=clerk)
    run_jobs()
    unsubscribe(Delivery.objects.get(message="outage_announced"))
    assert not outage_queries.is_told(viewer(owner))
    outages.publish(an_outage(title="Druga"), by=clerk)
    run_jobs()
    assert Delivery.objects.filter(message="outage_announced").count() == 1

    outages.alert(user=owner, customer=customer, is_wanted=True)
    assert outage_queries.is_told(viewer(owner))
    outages.publish(an_outage(title="Trzecia"), by=clerk)
    run_jobs()
    assert Delivery.objects.filter(message="outage_announced").count() == 2


def test_by_text_message_too_for_whom_chose_it(run_jobs, clerk):
    owner = somebody("ul. Lipowa", "5")
    type(owner).objects.filter(pk=owner.pk).update(phone="501502503")
    choose(owner, [("outage_announced", "sms", True)])

    outages.publish(an_outage(), by=clerk)
    run_jobs()

    text = DemoMail.objects.get(to="+48501502503").text
    assert "Pęknięta rura" in text
    assert len(text) <= 160


def test_an_outage_without_an_area_is_not_published(clerk):
    outage = an_outage(street="")

    with pytest.raises(outages.NoArea, match=r"\.$"):
        outages.publish(outage, by=clerk)

    outage.refresh_from_db()
    assert outage.published_at is None


def test_the_banner_stands_while_it_lasts_and_goes_by_itself(clerk, run_jobs):
    outage = an_outage()
    assert not banners()

    outages.publish(outage, by=clerk)
    assert [banner.title for banner in banners()] == ["Pęknięta rura"]
    with clock.stopped(clock.now() + timedelta(hours=4, seconds=1)):
        assert not banners()
        assert not outage_queries.shown()
        outages.close_ended()
        run_jobs()
        outage.refresh_from_db()
        assert outage.closed_at


def test_a_planned_one_is_listed_at_once_and_in_the_banner_from_its_beginning(clerk):
    begins = clock.now() + timedelta(days=3)
    outage = an_outage(kind="planned", starts_at=begins, ends_at=begins + timedelta(hours=6))
    outages.publish(outage, by=clerk)

    assert len(outage_queries.shown()) == 1
    assert not banners()
    with clock.stopped(begins):
        assert len(banners()) == 1


def test_the_publisher_of_a_late_notice_is_told(clerk):
    soon = clock.now() + timedelta(days=1)
    planned = an_outage(kind="planned", starts_at=soon, ends_at=soon + timedelta(hours=2))
    failure = an_outage(starts_at=soon, ends_at=soon + timedelta(hours=2))

    assert "2 " in outages.short_notice(planned)
    assert not outages.short_notice(failure)


def test_who_was_told_of_it_is_told_of_its_end(clerk, run_jobs):
    owner = somebody("ul. Lipowa", "5")
    outage = an_outage()
    outages.publish(outage, by=clerk)
    run_jobs()

    late = somebody("ul. Lipowa", "9")  # agreed when it was going on already
    outages.close(outage, by=clerk)
    run_jobs()

    assert told("outage_ended") == {owner.email}
    assert late.email not in told("outage_ended")
    with pytest.raises(outages.OverAlready):
        outages.close(outage, by=clerk)


def test_a_clerk_is_asked_before_it_closes_by_itself_and_may_prolong_it(clerk):
    outage = an_outage()
    outages.publish(outage, by=clerk)
    with clock.stopped(clock.now() + timedelta(hours=3, minutes=40)):
        outages.close_ended()
        assert Task.objects.get(kind=outages.ENDING).state == Task.State.OPEN
        outages.prolong(outage, until=clock.now() + timedelta(hours=3), by=clerk)
        assert not Task.objects.filter(kind=outages.ENDING, state="open").exists()
    with clock.stopped(clock.now() + timedelta(hours=5)):
        outages.close_ended()
        assert len(banners()) == 1


@pytest.mark.parametrize(
    ("street", "building", "is_known"),
    [("Lipowa", "5", True), ("ul. LIPOWA", "", True), ("lipowa", "21", False), ("Klonowa", "5", False)],
)
def test_the_failure_form_knows_what_we_know(clerk, street, building, is_known):
    outages.publish(an_outage(buildings="1-20"), by=clerk)

    assert (outage_queries.at(street, building) is not None) is is_known


def test_the_end_is_an_hour_today_and_a_day_otherwise():
    with clock.stopped(moment("2026-11-20 10:00")):
        assert outage_queries.hour_of(moment("2026-11-20 14:00")) == "14:00"
        assert "14:00" in outage_queries.hour_of(moment("2026-11-21 14:00"))
        assert outage_queries.hour_of(moment("2026-11-21 14:00")) != "14:00"


def test_the_day_of_an_interruption_is_said_once():
    with clock.stopped(moment("2026-11-20 10:00")):
        begins = moment("2026-11-25 08:00")
        short = outage_queries.Shown(UUID(int=1), "planned", "", "", begins, moment("2026-11-25 14:00"), ())
        long = replace(short, ends_at=moment("2026-11-26 06:00"))
        assert short.span.replace("\xa0", " ") == "25 listopada, 8:00–14:00"
        assert long.span.replace("\xa0", " ") == "25 listopada, 8:00 – 26 listopada, 6:00"


def test_a_customer_meets_outages_at_own_places_in_one_statement(clerk):
    here, elsewhere = somebody("ul. Lipowa", "5"), somebody("ul. Klonowa", "5")
    outages.publish(an_outage(), by=clerk)
    outage_queries.shown()

    with CaptureQueriesContext(connection) as asked:
        looking = viewer(here)
        found = outage_queries.of_viewer(looking)
    assert [one.title for one in found] == ["Pęknięta rura"]
    assert len(asked) <= 2
    assert not outage_queries.of_viewer(viewer(elsewhere))
