"""Signing in, and being refused."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from ebok.settings import base
from portal.accounts.actions import IdentifierTaken, give_identifier
from portal.accounts.backends import SignInIdentifierBackend
from portal.accounts.models import User
from portal.journal.models import AuditLine
from tests.factories import PASSWORD, make_staff, make_user

pytestmark = pytest.mark.django_db

SIGN_IN = "/konto/zaloguj/"


@pytest.fixture
def anna(customer_numbers):
    user = make_user("anna@example.pl")
    give_identifier(user, "customer_number", "012345")
    return user


def sign_in(client: Any, login: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(SIGN_IN, {"login": login, "password": password, **more})


def is_signed_in(client: Any) -> bool:
    return "_auth_user_id" in client.session


def test_the_form_asks_in_the_words_of_the_rules(client, customer_numbers):
    page = client.get(SIGN_IN).content.decode()
    assert "Numer użytkownika lub e-mail" in page
    assert "6 pierwszych cyfr numeru faktury" in page
    assert "placeholder" not in page


def test_the_form_leads_to_registration_and_to_a_new_password(client):
    page = client.get(SIGN_IN).content.decode()
    assert reverse("go", args=["registration"]) in page
    assert reverse("account_reset_password") in page


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "anna@example.pl", "Anna@Example.PL "])
def test_number_and_email_sign_in_however_they_are_typed(client, anna, typed):
    answer = sign_in(client, typed)
    assert answer.headers["Location"] == settings.LOGIN_REDIRECT_URL == "/go/dashboard/"
    assert is_signed_in(client)


def test_signing_in_leaves_a_line_in_the_journal(client, anna):
    sign_in(client, "012345")
    assert AuditLine.objects.get(deed="signed_in").user == anna


def test_an_identifier_that_the_rules_do_not_name_signs_nobody_in(client):
    user = make_user("ewa@example.pl")  # by default the rules name only the e-mail
    give_identifier(user, "customer_number", "054321")
    sign_in(client, "054321")
    assert not is_signed_in(client)


def test_staff_sign_in_with_their_email_whatever_customers_use(client):
    User.objects.create_user("Clerk@example.pl", PASSWORD, is_staff=True)
    sign_in(client, "clerk@example.pl")
    assert is_signed_in(client)


def test_staff_of_the_panel_come_to_the_panel(client):
    make_staff("admin@example.pl", is_superuser=True)
    assert sign_in(client, "admin@example.pl").headers["Location"] == reverse("wagtailadmin_home")


def test_who_was_on_the_way_somewhere_gets_there(client, anna):
    assert sign_in(client, "012345", next="/konto/urzadzenia/").headers["Location"] == "/konto/urzadzenia/"


def test_nobody_is_led_away_to_another_site(client, anna):
    assert sign_in(client, "012345", next="https://example.com/").headers["Location"] == "/go/dashboard/"


def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(client, anna):
    wrong = sign_in(client, "012345", "nie-to-haslo-wcale").content.decode()
    unknown = sign_in(client, "999999", "nie-to-haslo-wcale").content.decode()
    assert "error-summary" in wrong
    assert without_token(wrong.replace("012345", "999999")) == without_token(unknown)


def without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_wrong_password_and_an_unknown_number_cost_the_same_statements(rf, anna):
    def cost(login: str) -> int:
        with CaptureQueriesContext(connection) as spent:
            assert SignInIdentifierBackend().authenticate(rf.get("/"), username=login, password="x") is None
        return len(spent)

    cost("1")  # the rules are read once and kept
    assert cost("012345") == cost("999999") == cost("nobody@example.pl") == 2


def test_a_wrong_password_and_an_unknown_number_take_the_same_time(rf, settings, customer_numbers):
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS  # the real ones: slow on purpose
    give_identifier(make_user("anna@example.pl"), "customer_number", "012345")

    def seconds(login: str) -> float:
        started = time.perf_counter()
        SignInIdentifierBackend().authenticate(rf.get("/"), username=login, password="x")
        return time.perf_counter() - started

    seconds("012345")
    wrong, unknown = (min(seconds(login) for _ in range(5)) for login in ("012345", "999999"))
    assert 0.5 < wrong / unknown < 2


def test_real_passwords_are_kept_as_argon2():
    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_a_closed_account_gets_the_same_answer_as_a_wrong_password(client, anna):
    anna.is_active = False
    anna.save()
    answer = sign_in(client, "012345")
    assert "error-summary" in answer.content.decode()
    assert not is_signed_in(client)


def test_empty_fields_are_answered_with_sentences(client):
    page = client.post(SIGN_IN, {}).content.decode()
    assert page.count("field-error") >= 2


def test_after_five_wrong_passwords_even_the_right_one_waits(client, anna):
    for _ in range(5):
        sign_in(client, "012345", "zle-haslo-zle-haslo")
    sign_in(client, "012345")
    assert not is_signed_in(client)


def test_the_count_is_of_the_person_and_not_of_what_was_typed(client, anna):
    for typed in ("012345", "012 345", "anna@example.pl", "ANNA@example.pl", "012345 "):
        sign_in(client, typed, "zle-haslo-zle-haslo")
    sign_in(client, "012345")
    assert not is_signed_in(client)


def test_an_unknown_number_is_counted_too(client, anna):
    for _ in range(5):
        sign_in(client, "999999", "zle-haslo-zle-haslo")
    assert sign_in(client, "999999").status_code == 200


def test_one_address_may_not_try_without_end(client, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "3/m/ip"}
    answers = [sign_in(client, str(number), "x") for number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "<h1>" in answers[-1].content.decode()


def test_signing_out_is_a_button_and_not_a_link(client, anna):
    client.force_login(anna)
    assert client.get("/konto/wyloguj/").status_code == 200
    assert is_signed_in(client)
    assert client.post("/konto/wyloguj/").headers["Location"] == "/"
    assert not is_signed_in(client)


def test_pages_of_the_account_are_kept_by_nobody(client, anna):
    assert "no-store" in client.get(SIGN_IN).headers["Cache-Control"]


def test_one_identifier_belongs_to_one_person(anna):
    with pytest.raises(IdentifierTaken):
        give_identifier(make_user(), "customer_number", " 012345")
    give_identifier(anna, "customer_number", "012 345")


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_confirm_email", "account_confirm_login_code", "mfa_add_webauthn"],
)
def test_allauths_other_doors_have_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["/konto/signup/", "/accounts/signup/", "/konto/email/", "/admin/"])
def test_guessed_doors_lead_nowhere(client, path):
    assert client.get(path).status_code == 404
