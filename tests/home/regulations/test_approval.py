"""Versions of regulations are written by editors and published by an approver."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from wagtail.models import Workflow

from home.regulations.models import RegulationPage
from home.staff_roles import ensure_groups
from portal import clock


@pytest.fixture
def person(site):
    groups = ensure_groups(site.home)

    def of(name):
        user = get_user_model().objects.create_user(f"{name}@example.org", "x", is_staff=True)
        user.groups.add(groups[name])
        return user

    return of


@pytest.fixture
def written(site, client, person):
    """A version that an editor wrote and submitted in the panel."""
    client.force_login(person("redakcja"))
    address = reverse("wagtailadmin_pages:add", args=["regulations", "regulationpage", site.regulations.pk])
    words = '{"blocks": [{"key": "a", "type": "unstyled", "text": "Zasady.", "depth": 0, "inlineStyleRanges": [], "entityRanges": [], "data": {}}], "entityMap": {}}'
    sent = {"title": "Regulamin 2", "slug": "regulamin-2", "kind": "terms", "version": "2", "text": words}
    sent |= {"effective_from": str(clock.today() + timedelta(days=20)), "seo_title": "", "search_description": ""}
    sent |= {"comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0}

    def press(action):
        answer = client.post(address, sent | {action: "1"})
        assert answer.status_code == 302, answer.content.decode()[:500]
        return RegulationPage.objects.get(slug="regulamin-2")

    return press


def test_an_editor_cannot_publish_a_version_even_by_asking_for_it(written):
    assert not written("action-publish").live


def test_what_an_editor_submits_an_administrator_reads_and_publishes(written, client, person):
    page = written("action-submit")
    assert not page.live
    waiting = page.current_workflow_task_state
    approve = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", waiting.pk])
    client.post(approve)
    page.refresh_from_db()
    assert not page.live  # an editor approves nothing
    client.force_login(person("administrator"))
    client.post(approve)
    page.refresh_from_db()
    assert page.live
    assert page.terms.version == "2"


def test_a_published_version_is_withdrawn_by_an_administrator_alone(site, person):
    issued = RegulationPage(title="Regulamin 1", slug="r1", version="1", text="<p>Tak.</p>")
    site.add(site.regulations, issued)
    assert not issued.permissions_for_user(person("redakcja")).can_unpublish()
    assert issued.permissions_for_user(person("administrator")).can_unpublish()


def test_making_the_groups_again_makes_no_second_workflow_and_keeps_another_that_was_chosen(site, person):
    person("redakcja")
    before = Workflow.objects.count()
    other = Workflow.objects.create(name="Nasz własny")
    site.regulations.workflowpage.workflow = other
    site.regulations.workflowpage.save()
    ensure_groups(site.home)
    assert Workflow.objects.count() == before + 1
    assert type(site.regulations).objects.get().workflowpage.workflow == other
