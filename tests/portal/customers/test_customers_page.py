"""Choosing for whom one acts."""

import pytest
from django.urls import reverse

from portal.customers.access import SESSION_KEY
from portal.customers.actions import grant_access
from portal.utility import kept
from tests import factories

PATH = "/konto/klienci/"


@pytest.fixture
def two(db):
    first, second = factories.make_customer(number="000111"), factories.make_customer(number="000222", name="Nowak Jan")
    user = factories.make_owner(first)
    grant_access(user=user, customer=second, role="manager", ground="mandate")
    return user, first, second


def test_a_person_meets_his_customers_and_no_other(client, two):
    user, first, second = two
    factories.make_customer(number="999999")
    client.force_login(user)
    page = client.get(PATH).content.decode()
    assert first.number in page
    assert second.number in page
    assert "999999" not in page


def test_the_choice_is_remembered_and_leads_to_the_dashboard(client, two):
    user, _, second = two
    client.force_login(user)
    answer = client.post(PATH, {"customer": second.public_id})
    assert answer.url == f"{reverse('go', args=['dashboard'])}?k={second.public_id}"
    assert client.session[SESSION_KEY] == str(second.public_id)


@pytest.mark.parametrize("wanted", ["", "nothing", "11111111-1111-1111-1111-111111111111"])
def test_what_is_not_his_cannot_be_chosen(client, two, wanted):
    client.force_login(two[0])
    assert client.post(PATH, {"customer": wanted}).status_code == 404
    assert SESSION_KEY not in client.session


def test_somebody_else_s_customer_cannot_be_chosen(client, two):
    client.force_login(two[0])
    assert client.post(PATH, {"customer": factories.make_customer().public_id}).status_code == 404


def test_many_customers_are_shown_page_by_page_at_the_same_cost(
    client, two, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr(kept, "SECONDS", 3600.0)
    user = two[0]
    for _ in range(60):
        grant_access(user=user, customer=factories.make_customer(), role="manager", ground="mandate")
    client.force_login(user)
    client.get(PATH)
    with django_assert_max_num_queries(8):
        page = client.get(f"{PATH}?page=3")
    assert len(page.context["customers"]) == 12
