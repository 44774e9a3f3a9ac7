"""What the link of the message does."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail

from forms.registration.actions import Asked, LinkAltered, LinkExpired, confirm, expire_links, release, submit, token_of
from forms.registration.models import Application
from forms.registration.policies import masked
from portal import clock
from portal.accounts.models import Acceptance, User
from portal.customers.models import Delegation
from portal.desk.models import Task
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.outbox.models import OutboxFact
from tests.factories import make_customer, make_owner, make_staff, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "zielony-parapet-i-trzy-koty"


@pytest.fixture
def send(invoice, terms):
    """Sends an application as the wizard does."""

    def sent(**more: Any) -> Application:
        facts = {
            "submission": uuid4(),
            "way": "invoice_proof",
            "email": "anna@example.pl",
            "phone": "600100200",
            "password": make_password(PASSWORD),
            "customer_id": invoice.customer_id,
            "invoice_number": invoice.number,
            "terms_id": terms.pk,
            "is_person": True,
        }
        return submit(Asked(**(facts | more)))

    return sent


def letters() -> dict[str, list[str]]:
    """Who was written to, by message."""
    found: dict[str, list[str]] = {}
    for delivery in Delivery.objects.order_by("pk"):
        found.setdefault(delivery.message, []).append(delivery.recipient)
    return found


def press(application: Application) -> Application:
    confirm(token_of(application))
    application.refresh_from_db()
    return application


@pytest.mark.fact("S0.17")
def test_nobody_signs_in_before_the_link_is_pressed(client, send, run_jobs):
    application = send()
    assert not User.objects.exists()
    client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    press(application)
    client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD})
    assert "_auth_user_id" in client.session


@pytest.mark.fact("S0.16")
def test_the_two_messages_have_the_subjects_of_the_instruction(client, page, send, run_jobs):
    send()
    run_jobs()
    link = re.search(r"http://127\.0\.0\.1:8000(/konto/rejestracja/\S+)", mail.outbox[0].body)
    assert link
    assert client.post(link[1]).status_code == 200
    run_jobs()
    assert [(letter.to, letter.subject) for letter in mail.outbox[:2]] == [
        (["anna@example.pl"], "Rejestracja"),
        (["anna@example.pl"], "Aktywacja konta"),
    ]


@pytest.mark.fact("S0.18")
def test_the_user_number_is_the_beginning_of_the_invoice_number_and_signs_in(client, send, invoice, run_jobs):
    press(send())
    run_jobs()
    done = next(letter for letter in mail.outbox if "012345" in letter.body and letter.to == ["anna@example.pl"])
    assert "Numer użytkownika to 6 pierwszych cyfr faktury." in done.body
    assert invoice.number.startswith("012345")
    client.post("/konto/zaloguj/", {"login": "012 345", "password": PASSWORD})
    assert "_auth_user_id" in client.session


def test_the_account_works_and_owns_the_customer(send, invoice, terms):
    application = press(send())
    user = User.objects.get()
    delegation = Delegation.objects.get()
    assert (application.state, application.user, application.password) == ("active", user, "")
    assert (delegation.user, delegation.customer, delegation.role) == (user, invoice.customer, "owner")
    assert delegation.ground == "registration"
    assert (user.email, user.phone, user.email_confirmed_at) == (
        "anna@example.pl",
        "600100200",
        application.confirmed_at,
    )
    assert {found.value for found in user.identifiers.all()} == {"012345", "anna@example.pl"}
    assert Acceptance.objects.get().terms == terms
    assert OutboxFact.objects.get(kind="account_opened").values["customer"] == invoice.customer.external_id
    assert AuditLine.objects.filter(deed="account_opened", customer=invoice.customer.public_id).exists()


def test_the_contact_that_the_office_knows_is_told_without_the_whole_address(send):
    press(send())
    assert letters()["contact_told"] == ["known@example.pl"]
    told = Delivery.objects.get(message="contact_told")
    assert "012345" in told.body
    assert "anna@example.pl" not in told.body
    assert "a…a@example.pl" in told.body


def test_whoever_registers_with_the_known_address_is_not_told_about_himself(send):
    press(send(email="known@example.pl"))
    assert "contact_told" not in letters()


def test_pressed_again_the_link_changes_nothing(client, page, send):
    application = send()
    path = f"/konto/rejestracja/{token_of(application)}/"
    first, second = client.post(path), client.post(path)
    assert first.content == second.content
    assert (first.status_code, second.status_code) == (200, 200)
    assert User.objects.count() == Delegation.objects.count() == 1
    assert len(letters()["registration_done"]) == 1


def test_looking_at_the_link_presses_nothing(client, page, send):
    """Programs that read mails for viruses open what they find."""
    path = f"/konto/rejestracja/{token_of(send())}/"
    assert 'method="post"' in client.get(path).content.decode()
    assert client.head(path).status_code == 405
    assert not User.objects.exists()
    client.post(path)
    assert User.objects.count() == 1
    assert 'method="post"' not in client.get(path).content.decode()


def test_a_link_after_its_time_says_how_to_start_again(client, page, send):
    application = send()
    with clock.stopped(clock.now() + timedelta(hours=48)):
        answer = client.post(f"/konto/rejestracja/{token_of(application)}/")
        again = client.get(f"/konto/rejestracja/{token_of(application)}/")
    assert answer.status_code == again.status_code == 410
    assert 'href="/go/registration/"' in answer.content.decode()
    application.refresh_from_db()
    assert (application.state, application.password) == ("expired", "")
    assert not User.objects.exists()


def test_just_in_time_the_link_works(send):
    application = send()
    with clock.stopped(clock.now() + timedelta(hours=47, minutes=59)):
        confirm(token_of(application))
    assert User.objects.exists()


@pytest.mark.parametrize(
    "alter", [lambda t: t[:-1] + ("a" if t[-1] != "a" else "b"), lambda t: "x" + t[1:], lambda t: t.split(".")[0]]
)
def test_an_altered_link_opens_nothing(client, page, send, alter):
    application = send()
    answer = client.get(f"/konto/rejestracja/{alter(token_of(application))}/")
    assert answer.status_code == 404
    assert 'href="/go/registration/"' in answer.content.decode()
    assert not User.objects.exists()


def test_a_link_of_an_application_that_was_removed_opens_nothing(send):
    application = send()
    token = token_of(application)
    Delivery.objects.all().delete()
    application.delete()
    with pytest.raises(LinkAltered):
        confirm(token)


def test_late_applications_are_closed_at_night_and_their_passwords_forgotten(send):
    application = send()
    with clock.stopped(clock.now() + timedelta(hours=49)):
        assert expire_links() == 1
    application.refresh_from_db()
    assert (application.state, application.password) == ("expired", "")
    with pytest.raises(LinkExpired):
        confirm(token_of(application))


# No take-over


def test_a_customer_who_has_an_owner_is_never_taken_over(send, invoice):
    owner = make_owner(invoice.customer, email="owner@example.pl")
    application = press(send())
    assert Delegation.objects.get().user == owner
    assert (application.state, application.reason) == ("to_decide", "has_owner")
    assert not application.user.identifiers.filter(value="012345").exists()


def test_the_owner_and_the_known_contact_are_told_that_somebody_asked(send, invoice):
    make_owner(invoice.customer, email="owner@example.pl")
    press(send())
    assert sorted(letters()["registration_owner_told"]) == ["known@example.pl", "owner@example.pl"]
    assert "registration_done" not in letters()
    assert "contact_told" not in letters()
    assert letters()["registration_waiting"] == ["anna@example.pl"]
    assert Task.objects.get(kind="application").customer == invoice.customer.public_id


def test_the_applicant_sees_the_ordinary_page_all_the_same(client, page, send, invoice):
    ordinary = client.post(f"/konto/rejestracja/{token_of(send())}/").content
    second = send(email="ewa@example.pl")
    assert client.post(f"/konto/rejestracja/{token_of(second)}/").content == ordinary
    second.refresh_from_db()
    assert second.state == "to_decide"


def test_an_owner_whose_right_has_run_out_still_is_not_taken_over(send, invoice):
    make_owner(invoice.customer)
    Delegation.objects.update(ends_at=clock.now() - timedelta(days=1))
    assert press(send()).reason == "has_owner"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"kind": "firm"}, "kind"),
        ({"kind": "community"}, "kind"),
        ({"services": ["waste"]}, "services"),
        ({"is_closed": True}, "closed"),
    ],
)
@pytest.mark.fact("S0.1")
def test_whom_the_rules_do_not_let_link_themselves_a_clerk_links(send, invoice, changed, reason):
    for name, value in changed.items():
        setattr(invoice.customer, name, value)
    invoice.customer.save()
    application = press(send())
    assert (application.state, application.reason) == ("to_decide", reason)
    assert not Delegation.objects.exists()
    assert letters()["registration_owner_told"] == ["known@example.pl"]


def test_firms_link_themselves_where_the_rules_say_so(send, invoice, rule):
    rule(self_link_kinds=["person", "firm"])
    invoice.customer.kind = "firm"
    invoice.customer.save()
    assert press(send()).state == "active"


def test_two_links_for_one_customer_make_one_owner(send):
    first, second = send(), send(email="ewa@example.pl")
    assert press(first).state == "active"
    assert press(second).state == "to_decide"
    assert Delegation.objects.count() == 1


# Taken addresses


def test_a_taken_e_mail_opens_nothing_and_its_owner_is_told(send):
    held = make_user("Anna@example.pl")
    application = send()
    assert (application.state, application.reason, application.password) == ("refused", "taken_email", "")
    assert letters() == {"registration_taken": [held.email]}
    assert User.objects.count() == 1


def test_an_e_mail_taken_between_sending_and_confirming_opens_nothing(send):
    first, second = send(), send(customer_id=make_customer(number="077777").pk)
    press(first)
    assert press(second).reason == "taken_email"
    assert User.objects.count() == 1
    assert letters()["registration_taken"] == ["anna@example.pl"]


def test_a_customer_number_that_signs_somebody_else_in_stays_his(send, invoice):
    former = make_owner(invoice.customer)
    from portal.accounts.actions import give_identifier  # noqa: PLC0415 - only this test

    give_identifier(former, "customer_number", "012345")
    Delegation.objects.update(revoked_at=clock.now())
    application = press(send())
    assert application.state == "active"
    assert {found.value for found in application.user.identifiers.all()} == {"anna@example.pl"}


def test_where_the_number_is_the_only_way_in_and_taken_a_clerk_decides(send, invoice, rule):
    from portal.accounts.actions import give_identifier  # noqa: PLC0415 - only this test

    rule(gives_identifiers=["customer_number"])
    give_identifier(make_user(), "customer_number", "012345")
    assert press(send()).reason == "number_taken"


# Once


def test_a_submission_sent_twice_is_one_application(send):
    key = uuid4()
    assert send(submission=key) == send(submission=key, email="other@example.pl")
    assert letters() == {"registration_confirm": ["anna@example.pl"]}


def test_a_strangers_mail_box_is_not_flooded(send):
    for _ in range(8):
        send()
    assert len(letters()["registration_confirm"]) == 5


# Without scripts


def test_what_no_person_was_seen_to_send_waits_for_a_clerk_and_mails_nobody(send):
    application = send(is_person=False)
    assert (application.state, application.reason) == ("to_decide", "no_captcha")
    assert letters() == {}
    with pytest.raises(LinkExpired):
        _press_unsent(application)


def _press_unsent(application: Application) -> None:
    """Its link was never sent; a guess of it opens nothing."""
    confirm(token_of(application))
    application.refresh_from_db()
    if application.user is None:
        raise LinkExpired


def test_a_clerk_lets_it_go_on(send):
    application = send(is_person=False)
    release(application, by=make_staff())
    assert letters() == {"registration_confirm": ["anna@example.pl"]}
    assert press(application).state == "active"


def test_a_masked_address_is_known_to_friends_and_useless_to_others():
    assert masked("anna@example.pl") == "a…a@example.pl"
    assert masked("jo@example.pl") == "j…@example.pl"
