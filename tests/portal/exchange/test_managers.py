from datetime import date, timedelta

import pytest

from portal import clock
from portal.customers.models import Delegation
from portal.desk.models import Task
from tests.factories import make_user
from tests.portal.exchange.conftest import AS_OF

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(delivery):
    delivery.files["managers"] = [
        {"customer": "K1", "email": "Zarzadca@example.pl", "points": ["P1"], "until": date(2027, 12, 31)}
    ]
    return delivery


def test_a_manager_with_an_account_gets_the_points_he_manages(take, named):
    user = make_user("zarzadca@example.pl")
    take()
    delegation = Delegation.objects.get(user=user)
    assert (delegation.role, delegation.is_whole_customer, delegation.ground) == ("manager", False, "billing")
    assert [point.external_id for point in delegation.points.all()] == ["P1"]
    assert delegation.ends_at == clock.at(date(2028, 1, 1))


def test_a_manager_without_an_account_is_a_clerks_task_until_he_has_one(take, named):
    take()
    assert Task.objects.get(state="open").kind == "manager_without_account"
    make_user("zarzadca@example.pl")
    take(as_of=AS_OF + timedelta(days=1))
    assert not Task.objects.filter(state="open").exists()
    assert Delegation.objects.exists()


def test_a_manager_who_is_no_longer_named_loses_his_right(take, named):
    make_user("zarzadca@example.pl")
    take()
    named.files["managers"] = []
    take(as_of=AS_OF + timedelta(days=1))
    assert Delegation.objects.get().revoked_at is not None


def test_a_change_of_points_is_followed(take, named):
    make_user("zarzadca@example.pl")
    take()
    named.files["managers"][0]["points"] = []
    take(as_of=AS_OF + timedelta(days=1))
    assert Delegation.objects.get(revoked_at=None).is_whole_customer
