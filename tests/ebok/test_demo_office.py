"""A demo's desk is not empty: what lies on it follows the preset's directions."""

import pytest
from django.core.management import call_command

from ebok import demo_office, demo_people
from portal.cases import outage_queries
from portal.cases.models import Case, InboxItem, OfficeMessage, Outage
from tests.factories import make_contract, make_customer, make_point, viewer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("preset_name", "cases", "messages"), [("warszawa", 4, 0), ("gryfino", 1, 2)])
def test_a_demos_desk_is_filled_once(settings, run_jobs, preset_name, cases, messages):
    settings.EBOK_PRESET = preset_name
    call_command("load_preset", preset_name, verbosity=0)
    customer = make_customer(external_id="A")  # the first of its kind is the demo's own
    make_point(make_contract(customer), street="ul. Lipowa", building="5")
    make_point(street="ul. Klonowa")
    demo_people.settle()

    for _start in range(2):
        demo_office.settle()
        run_jobs()

    assert Case.objects.count() == cases
    assert OfficeMessage.objects.count() == messages
    assert InboxItem.objects.count() == (1 if messages else 0)
    owner = customer.delegations.get(role="owner").user
    assert [one.title for one in outage_queries.of_viewer(viewer(owner))] == [Outage.objects.get().title]
    assert all(case.due_on >= case.counted_from for case in Case.objects.all())
    if cases > 1:
        assert set(Case.objects.filter(user=owner).values_list("state", flat=True)) == {
            "in_progress",
            "answered",
            "waiting",
        }
