"""A new version of the terms is asked for at the first sign-in from its day, and never before."""

from datetime import date, timedelta

import pytest

from portal import clock
from portal.accounts.actions import accept, publish_terms
from portal.accounts.models import Acceptance
from portal.accounts.queries import terms_to_accept
from portal.journal.models import AuditLine
from tests.factories import PASSWORD, make_staff, make_user

pytestmark = pytest.mark.django_db

SIGN_IN = "/konto/zaloguj/"
TERMS = "/konto/regulamin/"


def publish(version, day):
    return publish_terms(
        kind="terms", language="pl", version=version, effective_from=day, title="Regulamin", text=f"<p>{version}</p>"
    )


@pytest.fixture
def anna():
    """She accepted the version that holds today."""
    user = make_user("anna@example.pl")
    accept(user, publish("1", date(2026, 1, 1)))
    return user


def sign_in(client, **more):
    return client.post(SIGN_IN, {"login": "anna@example.pl", "password": PASSWORD, **more}).url


def test_who_accepted_the_version_in_force_is_not_asked(client, anna):
    assert not sign_in(client).startswith(TERMS)


def test_a_version_of_tomorrow_is_asked_for_tomorrow(client, anna):
    new = publish("2", clock.today() + timedelta(days=1))
    assert not sign_in(client).startswith(TERMS)
    client.logout()
    with clock.stopped(clock.now() + timedelta(days=1)):
        asked = sign_in(client, next="/pulpit/?k=1")
        assert asked == f"{TERMS}?next=%2Fpulpit%2F%3Fk%3D1"
        page = client.get(asked)
        assert "<p>2</p>" in page.content.decode()
        answer = client.post(TERMS, {"answer": "accept", "next": "/pulpit/?k=1"})
        assert answer.url == "/pulpit/?k=1"
    kept = Acceptance.objects.get(user=anna, terms=new)
    assert kept.accepted_at.date() == new.effective_from
    assert terms_to_accept(anna) is None


def test_who_puts_it_off_goes_on_and_is_asked_again(client, anna):
    publish("2", clock.today())
    assert sign_in(client).startswith(TERMS)
    assert client.post(TERMS, {"answer": "later"}).url == "/go/dashboard/"
    assert not Acceptance.objects.filter(terms__version="2").exists()
    assert AuditLine.objects.filter(deed="terms_put_off").exists()
    client.logout()
    assert sign_in(client).startswith(TERMS)


def test_nobody_is_led_to_another_site_by_the_question(client, anna):
    publish("2", clock.today())
    client.force_login(anna)
    assert client.post(TERMS, {"answer": "accept", "next": "https://evil.example/"}).url == "/go/dashboard/"


def test_an_answer_that_is_none_asks_again(client, anna):
    publish("2", clock.today())
    client.force_login(anna)
    assert client.post(TERMS, {"answer": "?"}).status_code == 200
    assert terms_to_accept(anna) is not None


def test_people_who_work_here_and_people_with_nothing_to_accept_are_not_asked(client, anna):
    publish("2", clock.today())
    assert terms_to_accept(make_staff()) is None
    accept(anna, publish("3", clock.today() - timedelta(days=1)))
    client.force_login(make_staff())
    assert client.get(TERMS).status_code == 302
