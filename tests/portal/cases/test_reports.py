"""What rooms below report becomes a case, and what they decide is its answer."""

from decimal import Decimal
from uuid import UUID

import pytest

from portal import clock
from portal.cases.models import Case
from portal.customers.access import viewer_of
from portal.desk.models import Task
from portal.metering import actions as metering
from portal.metering.policies import Given
from portal.utility.models import RuleRecord
from portal.waste import actions as waste
from portal.waste.queries import PickupLine
from tests.factories import make_meter

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter(point):
    return make_meter(point, serial_number="55512345")


def appeal(meter, by):
    given = Given(Decimal(504), clock.today(), is_appeal=True)
    return metering.record_reading(meter=meter, given=given, by=by, explanation="Pękła rura.").reading


def test_a_reading_sent_to_a_clerk_is_a_case_with_its_value(topics, meter, owner):
    reading = appeal(meter, owner)

    case = Case.objects.get()
    assert case.topic == topics["meter"]
    assert case.about == f"reading:{reading.public_id}"
    assert "504" in case.entries.get().text
    assert "Pękła rura." in case.entries.get().text
    assert case.point == meter.point


def test_the_decision_about_it_is_the_answer(topics, meter, owner, clerk):
    reading = appeal(meter, owner)

    metering.decide_reading(reading, is_accepted=True, by=clerk, because="Zgadza się ze zdjęciem.")

    case = Case.objects.get()
    assert case.state == Case.State.ANSWERED
    assert case.entries.last().text == "Zgadza się ze zdjęciem."


def test_where_customers_do_not_write_it_is_a_task_of_the_desk(topics, meter, owner):
    RuleRecord.objects.create(
        rule_set="cases", effective_from=clock.today().replace(year=2020), values={"customers_write": False}
    )
    appeal(meter, owner)

    assert not Case.objects.exists()
    assert Task.objects.filter(kind="reading_to_check").count() == 1


def test_a_pickup_that_did_not_happen_is_one_case_however_often_it_is_reported(topics, owner, point):
    viewer = viewer_of(owner)
    line = PickupLine(clock.today(), ("papier", "szkło"), "ul. Lipowa 5", UUID(int=7))
    for _time in range(2):
        waste.report_missed(line, viewer=viewer, by=owner)

    case = Case.objects.get()
    assert case.topic == topics["waste"]
    assert "ul. Lipowa 5" in case.entries.first().text
    assert case.due_on
