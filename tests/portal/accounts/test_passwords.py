"""Changing a password, and getting a new one by e-mail."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache

from portal import clock
from portal.accounts.models import User
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

NEW = "zielony-parapet-i-trzy-koty"
RESET = "/konto/haslo/nie-pamietam/"
CHANGE = "/konto/haslo/zmien/"


@pytest.fixture
def anna():
    return make_user("anna@example.pl")


def ask(client: Any, email: str = "anna@example.pl") -> Any:
    return client.post(RESET, {"email": email})


def link(run_jobs: Any) -> str:
    run_jobs()
    (found,) = re.findall(r"http://127\.0\.0\.1:8000(/konto/haslo/nie-pamietam/klucz/\S+)", mail.outbox[-1].body)
    return str(found)


def test_the_letter_is_ours_and_its_link_sets_a_new_password(client, anna, run_jobs):
    assert ask(client).headers["Location"] == "/konto/haslo/nie-pamietam/wyslane/"
    form = client.get(link(run_jobs), follow=True)
    saved = client.post(form.request["PATH_INFO"], {"password1": NEW}, follow=True)
    assert saved.status_code == 200
    anna.refresh_from_db()
    assert anna.check_password(NEW)
    assert mail.outbox[0].to == ["anna@example.pl"]
    assert mail.outbox[0].alternatives


def test_the_key_does_not_stay_in_the_address(client, anna, run_jobs):
    ask(client)
    form = client.get(link(run_jobs), follow=True)
    assert form.request["PATH_INFO"].endswith("-set-password/")


def test_a_link_works_once(client, anna, run_jobs):
    ask(client)
    address = link(run_jobs)
    form = client.get(address, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW})
    again = client.get(address, follow=True)
    assert f'href="{RESET}"' in again.content.decode()
    assert "password1" not in again.content.decode()


def test_an_altered_link_says_how_to_get_another(client, anna, run_jobs):
    ask(client)
    page = client.get(link(run_jobs)[:-3] + "xx/", follow=True).content.decode()
    assert f'href="{RESET}"' in page


def test_an_unknown_address_gets_the_same_answer_and_no_letter(client, run_jobs):
    assert ask(client, "nobody@example.pl").headers["Location"] == "/konto/haslo/nie-pamietam/wyslane/"
    run_jobs()
    assert mail.outbox == []


def test_the_letter_goes_to_the_address_we_know_and_not_to_the_one_typed(client, anna, run_jobs):
    ask(client, "ANNA@example.pl")
    run_jobs()
    assert mail.outbox[0].to == ["anna@example.pl"]


def test_a_visitors_host_header_does_not_reach_the_letter(client, anna, run_jobs):
    client.post(RESET, {"email": "anna@example.pl"}, headers={"host": "evil.example.com"})
    run_jobs()
    assert "evil.example.com" not in mail.outbox[0].body


def test_asking_again_and_again_is_stopped(client, anna):
    answers = [ask(client).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_nobody_floods_a_strangers_mail_box(client, anna, run_jobs):
    for press in range(7):
        cache.clear()  # the limit of the page itself: five a minute
        ask(client)
        run_jobs()
        # Two links of one second are the same; here each press counts as one of a second of its own.
        Delivery.objects.filter(about__startswith="user:").update(about=f"press:{press}")
    assert len(mail.outbox) == 5
    with clock.stopped(clock.now() + timedelta(minutes=61)):
        cache.clear()
        ask(client)
        run_jobs()
    assert len(mail.outbox) == 6


def test_the_password_can_be_changed_and_its_owner_is_told(client, anna, run_jobs):
    client.force_login(anna)
    answer = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW})
    assert answer.headers["Location"] == "/go/dashboard/"
    run_jobs()
    assert len(mail.outbox) == 1
    assert AuditLine.objects.filter(deed="password_changed", user=anna).exists()
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("zle-haslo-zle-haslo", NEW),
        (PASSWORD, "krotkie"),
        (PASSWORD, PASSWORD),
        (PASSWORD, "123456789012"),
        (PASSWORD, ""),
    ],
    ids=["wrong old", "too short", "the same", "digits only", "empty"],
)
def test_a_password_that_will_not_do_is_refused_with_a_sentence(client, anna, old, new):
    client.force_login(anna)
    page = client.post(CHANGE, {"oldpassword": old, "password1": new})
    assert "error-summary" in page.content.decode()
    assert User.objects.get(pk=anna.pk).check_password(PASSWORD)


def test_a_password_like_the_email_is_refused(client):
    user = make_user("zielonyparapet@example.pl")
    client.force_login(user)
    page = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": "zielonyparapet"})
    assert "error-summary" in page.content.decode()


@pytest.fixture
def with_mailed_password(anna):
    anna.must_change_password = True
    anna.save()
    return anna


@pytest.mark.parametrize("path", ["/", "/konto/urzadzenia/", "/panel/", "/go/dashboard/", "/nowhere/"])
def test_a_mailed_password_opens_only_the_page_that_changes_it(client, with_mailed_password, path):
    client.force_login(with_mailed_password)
    assert client.get(path).headers["Location"] == CHANGE


def test_once_it_is_changed_everything_opens(client, with_mailed_password):
    client.force_login(with_mailed_password)
    assert client.get(CHANGE).status_code == 200
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW})
    assert client.get("/konto/urzadzenia/").status_code == 200


def test_with_a_mailed_password_one_can_still_sign_out(client, with_mailed_password):
    client.force_login(with_mailed_password)
    assert client.post("/konto/wyloguj/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_new_password_by_e_mail_replaces_a_mailed_one(client, with_mailed_password, run_jobs):
    ask(client)
    form = client.get(link(run_jobs), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW})
    with_mailed_password.refresh_from_db()
    assert not with_mailed_password.must_change_password


def test_a_stranger_opens_no_session_by_looking(client):
    client.get("/konto/haslo/nie-pamietam/wyslane/")
    assert "sessionid" not in client.cookies
