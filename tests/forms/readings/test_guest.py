"""A reading without signing in: two numbers, a receipt, and nothing else told."""

import base64
import json
from datetime import date
from typing import Any

import altcha
import pytest
from django.core import mail
from django.urls import reverse

from portal.metering.models import MeterReading, Submission
from tests import factories
from tests.portal.metering.conftest import Household, book, rule

PATH = "/konto/odczyt/"


@pytest.fixture
def household(db: None) -> Household:
    rule(is_for_guests=True)
    customer = factories.make_customer(number="012345")
    contract = factories.make_contract(customer)
    meter = factories.make_meter(factories.make_point(contract), serial_number="AB 1234")
    for day, value in (("2025-09-30", 380), ("2026-09-30", 486), ("2026-10-31", 495)):
        book(meter, day, value)
    return Household(customer, contract, meter, factories.make_owner(customer, email="anna@example.pl"))


def person(client: Any) -> str:
    """The captcha worked out, as a browser with scripts does."""
    asked = client.get(reverse("registration_challenge")).json()
    found = altcha.solve_challenge(asked["challenge"], asked["salt"], asked["algorithm"], asked["max_number"], 0)
    answer = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(answer | {"number": found.number}).encode()).decode()


def give(client: Any, **more: str) -> Any:
    sent = {"number": "012345", "meter": "ab 1234", "value": "504", "read_on": "2026-11-20", "press": "send"}
    return client.post(PATH, sent | more)


def text(response: Any) -> str:
    return response.content.decode().replace("\xa0", " ")


def test_two_numbers_give_a_reading_and_a_receipt_and_the_owner_is_told(client, household, run_jobs):
    response = give(client, person=person(client))
    assert response.status_code == 302
    receipt = text(client.get(response.url))
    assert "504 m³" in receipt
    for untold in ("495", "Kowalska", "486"):
        assert untold not in receipt
    submission = Submission.objects.get()
    assert (submission.channel, submission.by, submission.reading.state) == ("guest", None, "accepted")
    run_jobs()
    (letter,) = mail.outbox
    assert letter.to == ["anna@example.pl"]


def test_without_the_check_a_clerk_looks_at_it(client, household):
    give(client)
    submission = Submission.objects.get()
    assert (submission.reading.state, submission.reasons) == ("to_check", ["unproven"])


@pytest.mark.parametrize(("number", "meter"), [("012346", "AB 1234"), ("012345", "AB 1235"), ("999", "x")])
def test_which_number_is_wrong_is_not_told(client, household, number, meter):
    response = give(client, number=number, meter=meter)
    assert response.status_code == 422
    assert "Nie mamy takiego numeru klienta z takim wodomierzem" in text(response)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("value", ["480", "900"])
def test_no_answer_tells_what_the_meter_showed(client, household, value):
    rule(is_for_guests=True, below_booked="refuse")
    response = give(client, value=value, person=person(client))
    told = text(response) if response.status_code != 302 else text(client.get(response.url))
    assert "495" not in told
    if value == "900":
        assert Submission.objects.get().reasons == ["much_more"]
    else:
        assert response.status_code == 409
        assert 'value="480"' in told
        assert give(client, value=value, press="appeal").status_code == 302
        assert MeterReading.objects.get(submission__isnull=False).state == "to_check"


@pytest.mark.parametrize(
    "wrong", [{"value": "pięć"}, {"value": ""}, {"value": "-4"}, {"number": ""}, {"read_on": "wczoraj"}]
)
def test_what_is_wrong_gets_a_sentence_and_stays(client, household, wrong):
    response = give(client, **wrong)
    assert response.status_code == 422
    assert all(error.endswith(".") for found in response.context["form"].errors.values() for error in found)
    assert not Submission.objects.exists()


def test_a_day_to_come_is_put_right_at_its_field(client, household):
    response = give(client, read_on="2026-11-21")
    assert response.status_code == 409
    assert list(response.context["form"].errors) == ["read_on"]


def test_guessing_ends_after_the_attempts_that_the_rule_gives(client, household):
    rule(is_for_guests=True, guest_attempts_an_hour=3)
    for count in range(3):
        assert give(client, meter=str(count)).status_code == 422
    assert give(client).status_code == 429
    assert not Submission.objects.exists()


def test_a_meter_that_was_taken_off_is_not_found(client, household):
    household.meter.removed_on = date(2026, 11, 1)
    household.meter.save()
    assert give(client).status_code == 422


def test_where_the_rule_is_off_there_is_no_such_page_and_no_link(client, db):
    assert client.get(PATH).status_code == 404
    assert PATH not in text(client.get("/konto/zaloguj/"))


def test_a_receipt_without_a_reading_leads_to_the_door(client, household):
    assert client.get("/konto/odczyt/przyjety/").url == PATH
    assert PATH in text(client.get("/konto/zaloguj/"))
