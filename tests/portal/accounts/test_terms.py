"""A new version of the terms is asked for at the first sign-in from its day, and never before."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse

from portal import clock
from portal.accounts import terms_gate
from portal.accounts.actions import accept, publish_terms
from portal.accounts.models import Acceptance
from portal.accounts.queries import terms_to_accept
from portal.journal.models import AuditLine
from tests.factories import PASSWORD, make_staff, make_user
from tests.test_access_table import names

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
    assert client.post(TERMS, {"answer": "later"}).url == "/go/documents/"
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


# -------------------------------------------------------------------------------------------- who has not accepted them


@pytest.fixture
def asked(client, anna):
    """A new version holds from today; she signed in and was asked."""
    new = publish("2", clock.today())
    sign_in(client)
    return new


def asks(answer):
    return answer.status_code == 302 and answer.url.removeprefix("/en").startswith(TERMS)


@pytest.mark.parametrize("decides", [False, True])
def test_before_the_answer_and_after_a_no_only_bills_messages_and_the_way_out_are_open(client, asked, decides):
    if decides:
        client.post(TERMS, {"answer": "later"})
    open_names = {name for name, path in own_addresses().items() if not terms_gate.is_closed(path)}
    rooms = {name.partition(":")[0] for name in open_names if ":" in name}
    assert {"billing", "payments"} <= rooms <= {"billing", "payments", "cases", "customers"}
    assert "account_terms" in open_names
    assert not {"mfa_index", "usersessions_list", "notification_choices"} & open_names
    for path in ("/konto/urzadzenia/", "/en/konto/urzadzenia/", "/konto/drugi-skladnik/"):
        assert asks(client.get(path)), path
        assert asks(client.post(path)), path
    for path in (reverse("customers:customers"), reverse("payments:history"), "/"):
        assert not asks(client.get(path)), path
    assert client.post(reverse("account_logout")).status_code == 302


def own_addresses():
    """Any address of each name under /konto/ and /platnosci/."""
    found = {}
    for name in names(get_resolver().url_patterns):
        for arguments in ([], [UUID(int=1)], ["a"], ["a", "b"], [UUID(int=1), "a"], [1], [2026, 1]):
            try:
                path = reverse(name, args=arguments)
            except NoReverseMatch:
                continue
            if path.startswith(("/konto/", "/platnosci/")):
                found[name] = path
            break
    return found


def test_a_yes_opens_everything_at_once(client, asked, anna):
    assert asks(client.get("/konto/urzadzenia/"))
    client.post(TERMS, {"answer": "accept"})
    assert client.get("/konto/urzadzenia/").status_code == 200
    assert terms_to_accept(anna) is None


def test_a_later_version_that_asks_nothing_leaves_the_accepted_one_accepted(anna):
    assert terms_to_accept(anna) is None
    spelling = publish("1.1", clock.today())
    spelling.needs_acceptance = False
    spelling.save()
    assert terms_to_accept(anna) is None
    newcomer = make_user("ewa@example.pl")
    assert terms_to_accept(newcomer) == spelling
    accept(newcomer, spelling)
    assert terms_to_accept(newcomer) is None
