"""The second factor, and the devices a person is signed in on."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.test import Client

from portal.accounts.second_factor_keys import unlocked
from tests.factories import PASSWORD, make_staff, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client):
    user = make_user("anna@example.pl")
    client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD})
    return user


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def turn_on(client: Any) -> str:
    """The key that a person's app keeps."""
    asked = client.get("/konto/drugi-skladnik/wlacz/")
    assert asked.headers["Location"].startswith("/konto/potwierdz/")
    page = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True).content.decode()
    (secret,) = re.findall(r'<strong class="text-break">([A-Z2-7]+)</strong>', page)
    done = client.post("/konto/drugi-skladnik/wlacz/", {"code": code(secret)})
    assert done.headers["Location"] == "/konto/drugi-skladnik/kody-zapasowe/"
    return str(secret)


def test_turning_it_on_asks_for_the_password_and_gives_spare_codes(client, anna):
    turn_on(client)
    page = client.get("/konto/drugi-skladnik/kody-zapasowe/").content.decode()
    assert page.count("<li>") >= 10
    assert client.get("/konto/drugi-skladnik/").status_code == 200
    assert client.get("/konto/drugi-skladnik/kody-zapasowe/pobierz/").headers["Content-Type"].startswith("text/plain")


def test_a_wrong_password_does_not_confirm(client, anna):
    page = client.post("/konto/potwierdz/?next=/konto/drugi-skladnik/wlacz/", {"password": "nie-to-haslo"})
    assert "error-summary" in page.content.decode()


def test_from_then_on_the_password_alone_does_not_sign_in(client, anna):
    secret = turn_on(client)
    client.post("/konto/wyloguj/")
    answer = client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD})
    assert answer.headers["Location"] == "/konto/drugi-skladnik/kod/"
    assert "_auth_user_id" not in client.session
    wrong = client.post("/konto/drugi-skladnik/kod/", {"code": "000000"})
    assert "error-summary" in wrong.content.decode()
    cache.clear()  # the code of this half-minute was used a moment ago; an app would show the next one
    right = client.post("/konto/drugi-skladnik/kod/", {"code": code(secret)})
    assert right.headers["Location"] == "/go/dashboard/"
    assert "_auth_user_id" in client.session


def test_it_can_be_turned_off_again(client, anna):
    turn_on(client)
    assert client.get("/konto/drugi-skladnik/wylacz/").status_code == 200
    client.post("/konto/drugi-skladnik/wylacz/")
    assert "/konto/drugi-skladnik/wlacz/" in client.get("/konto/drugi-skladnik/").content.decode()


def test_staff_are_led_to_set_it_up_before_the_panel_where_it_is_required(client, settings):
    settings.EBOK_STAFF_NEED_SECOND_FACTOR = True
    client.force_login(make_staff(is_superuser=True))
    assert client.get("/panel/").headers["Location"] == "/konto/drugi-skladnik/wlacz/"


def test_devices_are_listed_and_the_others_can_be_signed_out(client, anna, client_factory):
    other = client_factory()
    other.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD})
    page = client.get("/konto/urzadzenia/").content.decode()
    assert page.count("<li><span>") == 2
    client.post("/konto/urzadzenia/")
    assert client.get("/konto/urzadzenia/").status_code == 200
    assert other.get("/konto/urzadzenia/").status_code == 302


@pytest.fixture
def client_factory():
    return Client


@pytest.mark.parametrize(
    "path",
    ["/konto/drugi-skladnik/", "/konto/urzadzenia/", "/konto/haslo/zmien/", "/konto/drugi-skladnik/kody-zapasowe/"],
)
def test_these_pages_are_for_people_who_are_signed_in(client, path):
    assert client.get(path).headers["Location"].startswith("/konto/zaloguj/?next=")


def test_the_secret_is_not_readable_in_the_database(client, anna, settings):
    secret = turn_on(client)
    kept = Authenticator.objects.get(user=anna, type="totp")
    assert secret not in str(kept.data)
    settings.EBOK_SECOND_FACTOR_KEYS = ["a new key", *settings.EBOK_SECOND_FACTOR_KEYS]
    assert unlocked(kept.data["secret"]) == secret
    settings.EBOK_SECOND_FACTOR_KEYS = ["a new key"]
    with pytest.raises(InvalidToken):
        unlocked(kept.data["secret"])


def test_a_secret_of_before_the_keys_still_works():
    assert unlocked("JBSWY3DPEHPK3PXP") == "JBSWY3DPEHPK3PXP"
