"""Passwords that we make: how long they open, what they open, and when they must go."""

from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.accounts.actions import issue_password
from portal.accounts.models import User
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule() -> Any:
    def change(**values: Any) -> None:
        record, _ = RuleRecord.objects.get_or_create(
            rule_set="sign_in", effective_from="2020-01-01", defaults={"values": {}}
        )
        record.values |= values
        record.save()
        rulebook.forget()

    return change


def sign_in(client: Any, password: str) -> bool:
    client.logout()
    client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": password})
    return "_auth_user_id" in client.session


def test_no_sign_of_it_is_taken_for_another():
    user = make_user("anna@example.pl")
    made = issue_password(user, by="test")
    assert not set(made) & set("01iloO")
    assert made != issue_password(user, by="test")
    assert len(made) >= 12


@pytest.mark.fact("S3.23")
def test_by_default_it_opens_one_page_until_it_is_changed(client):
    made = issue_password(make_user("anna@example.pl"), by="test")
    assert sign_in(client, made)
    assert client.get("/konto/klienci/").headers["Location"] == "/konto/haslo/zmien/"
    client.post("/konto/haslo/zmien/", {"oldpassword": made, "password1": "moja-rzeka-i-moj-most"})
    assert client.get("/konto/klienci/").status_code == 200
    assert not sign_in(client, made)
    assert sign_in(client, "moja-rzeka-i-moj-most")


def test_one_that_nobody_used_in_time_opens_nothing(client, rule):
    rule(generated_password_days=3)
    made = issue_password(make_user("anna@example.pl"), by="test")
    with clock.stopped(clock.now() + timedelta(days=3)):
        assert not sign_in(client, made)
    with clock.stopped(clock.now() + timedelta(days=2, hours=23)):
        assert sign_in(client, made)


@pytest.mark.fact("S1.9")
def test_where_the_rules_give_time_it_may_be_changed_now_and_must_be_then(client, rule):
    rule(generated_change_after_days=30)
    made = issue_password(make_user("anna@example.pl"), by="test")
    assert sign_in(client, made)
    user = User.objects.get()
    assert (user.password_valid_until, user.password_change_by) == (None, clock.today() + timedelta(days=30))
    assert client.get("/konto/klienci/").status_code == 200
    with clock.stopped(clock.now() + timedelta(days=29)):
        assert sign_in(client, made)
        assert client.get("/konto/klienci/").status_code == 200
    with clock.stopped(clock.now() + timedelta(days=30)):
        assert sign_in(client, made)
        assert client.get("/konto/klienci/").headers["Location"] == "/konto/haslo/zmien/"
