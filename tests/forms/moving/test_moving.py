"""Accounts of an old portal: the list is taken over, the old login leads to a new password, and nobody is taken over."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from forms.moving.actions import take_over
from forms.moving.models import OldAccount
from forms.moving.queries import report
from forms.registration.models import Application
from home.staff_roles import CLERKS
from portal import clock
from portal.accounts.actions import publish_terms
from portal.accounts.models import Acceptance, User
from portal.customers.actions import grant_access
from portal.customers.models import Delegation
from portal.desk.models import Task
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests.factories import PASSWORD, make_customer, make_user

pytestmark = pytest.mark.django_db
RESET = "/konto/haslo/nie-pamietam/"
NEW = "zielony-parapet-i-trzy-koty"
LIST = "Login;E-mail;Numer klienta\nAnna.K;Anna@Example.PL;{number}\nbez.umowy;brak@example.pl;\n"


def state_rules(**rules: dict[str, Any]) -> None:
    for code, values in rules.items():
        RuleRecord.objects.create(rule_set=code, effective_from="2020-01-01", values=values)
    rulebook.forget()


@pytest.fixture(autouse=True)
def an_old_portal(db: None) -> None:
    state_rules(
        old_portal={"runs_until": "2099-02-15", "instruction": "/instrukcje/przejscie/"},
        sign_in={"identifiers": ["email"], "customers_per_email": "one", "reset_words": "Zresetuj hasło"},
        registration={"modes": ["signed_form"], "gives_identifiers": ["email"]},
    )


@pytest.fixture
def customer():
    return make_customer(number="12345678", email="anna@example.pl")


@pytest.fixture
def old(customer) -> OldAccount:
    take_over(LIST.format(number=customer.number).encode())
    return OldAccount.objects.get(login="Anna.K")


@pytest.fixture
def terms():
    return publish_terms(
        kind="terms", language="pl", version="1", effective_from="2026-01-01", title="Regulamin", text="Tekst."
    )


def asked(client: Client, typed: str, run_jobs: Any) -> str:
    """The way of the letter that this brings; nothing where none comes."""
    before = len(mail.outbox)
    assert client.post(RESET, {"email": typed}).headers["Location"] == f"{RESET}wyslane/"
    run_jobs()
    if len(mail.outbox) == before:
        return ""
    (found,) = re.findall(r"http://127\.0\.0\.1:8000(/konto/\S+)", mail.outbox[-1].body)
    return str(found)


def move_by(client: Client, way: str) -> Any:
    form = client.get(way)
    shown = re.search(r'name="shown" value="(\d*)"', form.content.decode())
    answers = {"password": NEW, "accepted": "on", "shown": shown[1] if shown else ""}
    return client.post(way, answers, follow=True)


# Taking the list over


def test_a_list_is_taken_over_by_login_and_again_only_what_changed(customer):
    first = take_over(LIST.format(number=customer.number).encode())
    assert (first.added, first.without_customer, first.faults) == (2, 1, [])
    again = take_over(LIST.format(number=customer.number).replace("brak@", "jest@").encode())
    assert (again.added, again.changed, again.same) == (0, 1, 1)
    assert OldAccount.objects.get(login="Anna.K").customer == customer


def test_lists_come_with_commas_too_and_in_the_letters_of_windows(customer):
    text = f"login,e-mail,nr odbiorcy\nżółw,zolw@example.pl,{customer.number}\n"
    assert take_over(text.encode("cp1250")).added == 1
    assert OldAccount.objects.get().login == "żółw"


def test_a_line_that_cannot_be_used_is_left_out_and_named():
    taken = take_over(b"login;e-mail\n;a@example.pl\nbez;tu-nic\nraz;a@example.pl\nRAZ;b@example.pl\n")
    assert taken.added == 1
    assert [fault.partition(":")[0] for fault in taken.faults] == ["Line 2", "Line 3", "Line 5"]


def test_the_command_counts_without_writing_writes_and_refuses_what_is_no_list(tmp_path: Path, customer):
    good, bad, said = tmp_path / "konta.csv", tmp_path / "obrazek.csv", StringIO()
    good.write_text(LIST.format(number=customer.number), encoding="utf-8")
    bad.write_bytes(b"\x89PNG\r\n\x1a\n")
    call_command("import_old_accounts", good, "--dry-run", stdout=said)
    assert not OldAccount.objects.exists()
    call_command("import_old_accounts", good, stdout=said)
    assert "added 2" in said.getvalue()
    assert "Moved: 0 of 2" in said.getvalue()
    for path, code in ((bad, 1), (tmp_path / "nie-ma.csv", 2)):
        with pytest.raises(CommandError) as refused:
            call_command("import_old_accounts", path)
        assert refused.value.returncode == code


# The way over


@pytest.mark.parametrize("typed", ["anna.k", " Anna@example.pl "])
def test_the_old_login_and_the_e_mail_lead_to_a_new_password_and_the_account_works(
    client, old, customer, terms, run_jobs, typed
):
    way = asked(client, typed, run_jobs)
    assert mail.outbox[-1].to == ["anna@example.pl"]
    assert not User.objects.exists()  # looking and asking make nobody an account
    move_by(client, way)
    user = User.objects.get()
    assert user.email_confirmed_at
    assert Acceptance.objects.filter(user=user, terms=terms).exists()
    held = Delegation.objects.get(user=user, customer=customer)
    assert (held.role, held.ground) == (Delegation.Role.OWNER, "old_portal")
    old.refresh_from_db()
    assert (old.state, old.moved_at is not None) == ("moved", True)
    run_jobs()
    assert mail.outbox[-1].subject == "Aktywacja konta"
    assert client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": NEW}).status_code == 302


def test_looking_at_the_link_moves_nothing_and_it_works_once(client, old, terms, run_jobs):
    way = asked(client, "anna.k", run_jobs)
    for _look in range(2):
        assert client.get(way).status_code == 200
    move_by(client, way)
    assert client.get(way).status_code == 410
    assert client.post(way, {"password": NEW, "accepted": "on"}).status_code == 410
    assert User.objects.count() == 1


def test_only_the_newest_letter_s_link_works_and_only_for_a_day(client, old, run_jobs):
    first, second = asked(client, "anna.k", run_jobs), asked(client, "anna.k", run_jobs)
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200
    assert client.get(second[:-3] + "xx/").status_code == 410
    with clock.stopped(clock.now() + timedelta(hours=25)):
        assert client.get(second).status_code == 410


def test_a_weak_password_and_unread_regulations_are_sentences_and_move_nothing(client, old, terms, run_jobs):
    way = asked(client, "anna.k", run_jobs)
    for answers in (
        {"password": "krótkie", "accepted": "on", "shown": str(terms.pk)},
        {"password": NEW, "shown": str(terms.pk)},
        {"password": NEW, "accepted": "on", "shown": "0"},
    ):
        assert "error-summary" in client.post(way, answers).content.decode()
    assert not User.objects.exists()


def test_a_customer_who_has_an_owner_here_is_not_taken_over(client, old, customer, terms, run_jobs):
    owner = make_user("inny@example.pl")
    grant_access(user=owner, customer=customer, role=Delegation.Role.OWNER, ground="registration")
    move_by(client, asked(client, "anna.k", run_jobs))
    run_jobs()
    moved = User.objects.get(email="anna@example.pl")
    assert not moved.delegations.exists()
    application = Application.objects.get()
    assert (application.state, application.reason) == ("to_decide", "has_owner")
    assert Task.objects.filter(kind="application").exists()
    assert "inny@example.pl" in {address for letter in mail.outbox for address in letter.to}


def test_without_a_customer_that_we_know_a_clerk_looks(client, old, terms, run_jobs):
    move_by(client, asked(client, "bez.umowy", run_jobs))
    assert Application.objects.get().state == "to_decide"


def test_where_an_e_mail_may_own_many_all_its_old_accounts_come_along(client, customer, terms, run_jobs):
    RuleRecord.objects.filter(rule_set="sign_in").update(values={"identifiers": ["email"]})
    rulebook.forget()
    other = make_customer(number="87654321", kind="firm")
    take_over(f"login;e-mail;numer klienta\na;anna@example.pl;12345678\nb;anna@example.pl;{other.number}\n".encode())
    move_by(client, asked(client, "b", run_jobs))
    assert set(Delegation.objects.values_list("customer__number", flat=True)) == {"12345678", "87654321"}
    assert report().moved == 2


def test_whoever_has_an_account_here_gets_the_ordinary_letter(client, old, run_jobs):
    make_user("anna@example.pl")
    assert asked(client, "anna.k", run_jobs).startswith("/konto/haslo/nie-pamietam/klucz/")
    assert report().here_anew == 1


def test_where_no_old_portal_is_known_old_logins_lead_nowhere(client, old, run_jobs):
    RuleRecord.objects.filter(rule_set="old_portal").delete()
    rulebook.forget()
    client.post(RESET, {"email": "anna@example.pl"})
    run_jobs()
    assert mail.outbox == []


def test_nobody_floods_a_strangers_mail_box_and_the_last_letter_still_works(old, run_jobs):
    for _press in range(5):
        last = asked(Client(REMOTE_ADDR=f"192.0.2.{_press}"), "anna.k", run_jobs)
    cache.clear()  # the limit of the page itself: five a minute
    assert asked(Client(), "anna.k", run_jobs) == ""
    assert Client().get(last).status_code == 200
    with clock.stopped(clock.now() + timedelta(hours=25)):
        assert asked(Client(), "anna.k", run_jobs)


def test_every_refused_sign_in_leads_there_in_the_same_words(client, old):
    make_user("jan@example.pl")
    pages = [
        client.post("/konto/zaloguj/", {"login": login, "password": "nie-to-haslo-wcale"}).content.decode()
        for login in ("anna.k", "jan@example.pl", "nikt@example.pl")
    ]
    for page in pages:
        alert = page.partition('class="error-summary')[2].partition("</div>")[0]
        assert "Zresetuj hasło" in alert
    assert len({re.sub(r'value="[^"]*"', "", page) for page in pages}) == 1


def test_clerks_read_who_has_moved_and_take_it_along_as_a_file(old, client):
    clerk = make_user("bok@example.pl", is_staff=True)
    clerk.groups.add(Group.objects.get_or_create(name=CLERKS)[0])
    call_command("load_preset", "rzeszow", verbosity=0)
    OldAccount.objects.update(login="=HYPERLINK(1)")
    client.force_login(clerk)
    page = client.get("/panel/old-accounts/").content.decode()
    assert "anna@example.pl" in page
    exported = client.get("/panel/old-accounts/?export=csv")
    rows = b"".join(exported.streaming_content).decode()
    assert "'=HYPERLINK(1)" in rows
    assert client.login(username="bok@example.pl", password=PASSWORD)
