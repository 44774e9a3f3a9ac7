"""Tasks of the front page: paying leads strangers to paying without signing in, where the rules allow it."""

import pytest
from django.urls import reverse

from home.models import HomePage, PortalPage
from home.roles import PageRole
from portal import clock
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from tests import factories


@pytest.fixture
def front(site):
    task = {
        "icon": "card",
        "title": "Zapłać fakturę",
        "text": "",
        "role": "dashboard",
        "address": "",
        "is_paying": True,
    }
    page = site.add(site.home, PortalPage(title="Pulpit", slug="pulpit"))
    PageRole.objects.create(role="dashboard", page=page)
    home = HomePage.objects.get()
    home.tasks = [("task", task)]
    home.save()
    forget_everything()

    def leads_to(client):
        text = client.get("/").content.decode()
        return text.split('<ul class="tasks">')[1].split("</ul>")[0].partition('href="')[2].partition('"')[0]

    return leads_to


def rule(rule_set, **values):
    RuleRecord.objects.create(rule_set=rule_set, effective_from=clock.today(), values=values)
    forget_everything()


def test_a_stranger_comes_to_paying_without_signing_in(front, client):
    assert front(client) == reverse("payments:guest")


def test_a_signed_in_person_comes_to_the_dashboard(front, client):
    client.force_login(factories.make_user())
    assert front(client) == "/pulpit/"


def test_where_guests_may_not_pay_a_stranger_comes_to_the_dashboard_and_so_to_signing_in(front, client):
    assert front(client) == reverse("payments:guest")
    rule("payments", guest_holds=0)
    assert front(client) == "/pulpit/"


def test_where_nobody_can_pay_online_the_task_is_left_out(front, client):
    rule("modules", payments=False)
    assert front(client) == ""


def test_where_nobody_gives_readings_that_task_is_left_out(site, client):
    task = {"icon": "meter", "title": "Podaj stan", "text": "", "role": "", "address": "/odczyty/", "is_reading": True}
    site.home.tasks = [("task", task)]
    site.home.save()
    assert "Podaj stan" in client.get("/").content.decode()
    rule("readings", is_accepting=False)
    assert "Podaj stan" not in client.get("/").content.decode()
