"""Registering in a browser without scripts, step by step."""

import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail

from forms.registration.models import Application
from portal import clock
from portal.accounts.actions import publish_terms
from portal.accounts.models import TermsVersion
from portal.desk.models import Task
from portal.notifications.models import Delivery
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def words(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.fact("S0.8")
def test_the_page_leads_to_its_first_step(wizard):
    assert wizard.get().headers["Location"] == "/rejestracja/faktura/"
    assert wizard.client.get("/go/registration/").headers["Location"] == "/rejestracja/"


@pytest.mark.fact("S0.9", "S0.10")
def test_first_a_number_and_a_value_of_an_invoice_are_asked(wizard):
    page = words(wizard.get("faktura"))
    assert 'name="faktura-number"' in page
    assert 'name="faktura-amount"' in page


def test_each_step_says_which_of_how_many(wizard):
    assert "1 z 4" in words(wizard.get("faktura")).replace("step 1 of 4", "krok 1 z 4")
    wizard.invoice()
    assert "2 z 4" in words(wizard.get("kontakt")).replace("step 2 of 4", "krok 2 z 4")


def test_a_right_invoice_leads_on(wizard):
    assert wizard.invoice().headers["Location"] == "/rejestracja/kontakt/"


@pytest.mark.parametrize(
    ("number", "amount"),
    [(" 012345 / 11 / 2026", "135,38 zł"), ("012345-11-2026", "135.38"), ("012345112026", " 135,38")],
)
def test_the_form_forgives_how_number_and_value_are_typed(wizard, number, amount):
    assert wizard.invoice(number, amount).status_code == 302


def test_a_wrong_value_and_a_wrong_number_get_the_same_answer(wizard):
    wrong_amount = words(wizard.invoice(amount="135,39"))
    wrong_number = words(wizard.invoice(number="012346/11/2026"))
    assert "error-summary" in wrong_amount

    def summary(page: str) -> str:
        return page[page.index("error-summary") : page.index("<h1>")]

    assert summary(wrong_amount) == summary(wrong_number)


@pytest.mark.parametrize(
    ("number", "amount"),
    [
        ("", "135,38"),
        ("//", "135,38"),
        ("x" * 61, "135,38"),
        ("012345/11/2026", ""),
        ("012345/11/2026", "dużo"),
        ("012345/11/2026", "-1"),
        ("012345/11/2026", "1,005"),
        ("012345/11/2026", "NaN"),
        ("012345/11/2026", "99999999999999"),
    ],
)
def test_what_cannot_be_read_is_answered_with_a_sentence_and_kept(wizard, number, amount):
    page = words(wizard.invoice(number, amount))
    assert "error-summary" in page
    assert 'aria-invalid="true"' in page
    if number == "012345/11/2026":
        assert 'value="012345/11/2026"' in page


def test_after_five_wrong_attempts_the_form_says_until_when_to_wait(wizard):
    for attempt in range(5):
        wizard.invoice(amount=f"{attempt + 1},00")
    with clock.stopped(clock.now()):
        page = words(wizard.invoice())
    assert "error-summary" in page
    assert f"{clock.now():%H}"[:1] in page
    assert wizard.get("kontakt").headers["Location"] == "/rejestracja/faktura/"


def test_another_browser_does_not_get_around_the_pause_for_an_invoice(wizard, client):
    from django.test import Client  # noqa: PLC0415 - a second browser

    for attempt in range(5):
        other = type(wizard)(Client())
        other.invoice(amount=f"{attempt + 1},00")
    assert wizard.invoice().status_code == 200


def test_a_step_cannot_be_reached_past_the_ones_before_it(wizard):
    assert wizard.get("regulamin").headers["Location"] == "/rejestracja/faktura/"
    wizard.invoice()
    assert wizard.get("haslo").headers["Location"] == "/rejestracja/kontakt/"


@pytest.mark.parametrize("step", ["gotowe", "done", "xyz"])
def test_a_step_that_is_none_leads_to_the_first(wizard, step):
    assert wizard.get(step).headers["Location"] == "/rejestracja/faktura/"


def test_going_back_shows_what_was_typed_without_another_attempt(wizard):
    wizard.invoice()
    wizard.contact("anna@example.pl", "600 100 200")
    page = words(wizard.get("faktura"))
    assert 'value="012345/11/2026"' in page
    assert 'value="135,38"' in page
    assert "error-summary" not in page
    assert 'value="anna@example.pl"' in words(wizard.get("kontakt"))


def test_an_invoice_proven_once_is_not_asked_again(wizard, invoice):
    wizard.invoice()
    invoice.gross = invoice.to_pay = Decimal("1.00")
    invoice.save()
    assert wizard.invoice().status_code == 302
    assert wizard.invoice(amount="77,00").status_code == 200


@pytest.mark.fact("S0.12")
def test_the_phone_is_asked_and_may_be_left_out(wizard):
    wizard.invoice()
    assert 'name="kontakt-phone"' in words(wizard.get("kontakt"))
    assert wizard.contact(phone="").headers["Location"] == "/rejestracja/haslo/"


@pytest.mark.parametrize(("asks", "there", "leads_on"), [("no", False, True), ("required", True, False)])
def test_the_rules_say_whether_the_phone_is_asked(wizard, rule, asks, there, leads_on):
    rule(asks_phone=asks)
    wizard.invoice()
    assert ('name="kontakt-phone"' in words(wizard.get("kontakt"))) is there
    assert (wizard.contact(phone="").status_code == 302) is leads_on


@pytest.mark.parametrize(
    ("email", "phone"), [("", ""), ("anna", ""), ("anna@", ""), ("anna@example.pl", "12"), ("anna@example.pl", "abc")]
)
def test_contact_that_cannot_work_is_answered_with_a_sentence(wizard, email, phone):
    wizard.invoice()
    assert "error-summary" in words(wizard.contact(email, phone))


@pytest.mark.fact("S0.11")
def test_an_e_mail_and_a_password_of_ones_own_are_asked(wizard):
    wizard.invoice()
    assert 'name="kontakt-email"' in words(wizard.get("kontakt"))
    wizard.contact()
    assert 'name="haslo-password"' in words(wizard.get("haslo"))


@pytest.mark.parametrize("password", ["", "krotkie", "123456789012", "anna@example.pl"])
def test_a_weak_password_is_refused_with_a_sentence(wizard, password):
    wizard.invoice()
    wizard.contact()
    assert "error-summary" in words(wizard.password(password))


def test_the_password_is_never_kept_in_words(wizard):
    wizard.invoice()
    wizard.contact()
    wizard.password("zielony-parapet-i-trzy-koty")
    kept = json.dumps([session.get_decoded() for session in Session.objects.all()])
    assert "anna@example.pl" in kept
    assert "zielony-parapet" not in kept


def test_going_back_to_the_password_it_need_not_be_typed_again(wizard):
    wizard.invoice()
    wizard.contact()
    wizard.password()
    page = words(wizard.get("haslo"))
    assert "zielony-parapet" not in page
    assert wizard.password("").headers["Location"] == "/rejestracja/regulamin/"


@pytest.mark.fact("S0.13", "S0.14")
def test_the_regulations_are_linked_with_their_size_and_must_be_accepted(wizard, terms):
    wizard.invoice()
    wizard.contact()
    wizard.password()
    page = words(wizard.get("regulamin"))
    assert terms.pdf.url in page
    assert "PDF" in page
    assert "KB" in page
    refused = wizard.send("regulamin", person="")
    assert "error-summary" in words(refused)
    assert not Application.objects.exists()


def test_a_version_published_meanwhile_is_read_before_it_is_accepted(wizard, terms):
    wizard.invoice()
    wizard.contact()
    wizard.password()
    hidden = wizard._hidden(wizard.get("regulamin"))
    TermsVersion.objects.update(effective_from="2026-01-01")
    newer = publish_terms(
        kind="terms",
        language="pl",
        version="2.0",
        effective_from=clock.today(),
        title="Regulamin 2",
        text="<p>Inne.</p>",
    )
    answer = wizard.client.post("/rejestracja/regulamin/", hidden | {"regulamin-accepted": "on"})
    assert "error-summary" in words(answer)
    wizard.client.post("/rejestracja/regulamin/", hidden | {"regulamin-accepted": "on"})
    assert Application.objects.get().terms == newer


def test_without_regulations_in_force_nothing_is_asked_to_be_accepted(wizard, terms, solved):
    terms.delete()
    wizard.invoice()
    wizard.contact()
    wizard.password()
    assert 'name="regulamin-accepted"' not in words(wizard.get("regulamin"))
    wizard.accept(person=solved())
    assert Application.objects.get().terms is None


@pytest.mark.fact("S0.15", "S0.16")
def test_sent_with_the_captcha_the_message_rejestracja_goes_out(wizard, solved, run_jobs):
    answer = wizard.everything(person=solved())
    assert answer.headers["Location"] == "/rejestracja/wyslane/"
    assert "anna@example.pl" in words(wizard.get("wyslane"))
    run_jobs()
    assert [letter.to for letter in mail.outbox] == [["anna@example.pl"]]
    assert Delivery.objects.get().message == "registration_confirm"
    application = Application.objects.get()
    assert (application.state, application.captcha_passed, application.mode) == ("unconfirmed", True, "invoice_proof")


def test_without_scripts_the_form_goes_to_a_clerk_and_no_mail_goes_out(wizard, run_jobs):
    assert wizard.everything().headers["Location"] == "/rejestracja/wyslane/"
    assert wizard.get("wyslane").status_code == 200
    run_jobs()
    assert mail.outbox == []
    application = Application.objects.get()
    assert (application.state, application.reason) == ("to_decide", "no_captcha")
    assert Task.objects.get().about == f"application:{application.public_id}"


def test_where_the_rules_ask_no_captcha_there_is_none(wizard, rule, run_jobs):
    rule(is_captcha_on=False)
    wizard.invoice()
    wizard.contact()
    wizard.password()
    assert "altcha" not in words(wizard.get("regulamin"))
    wizard.accept()
    assert Application.objects.get().state == "unconfirmed"


@pytest.mark.parametrize("person", ["xyz", "e30=", "eyJhIjogMX0="])
def test_a_made_up_answer_to_the_captcha_is_refused(wizard, person):
    answer = wizard.everything(person=person)
    assert "error-summary" in words(answer)
    assert not Application.objects.exists()


def test_an_answer_to_the_captcha_works_once(wizard, solved, client):
    from django.test import Client  # noqa: PLC0415 - a second browser

    answer = solved()
    wizard.everything(person=answer)
    second = type(wizard)(Client())
    assert "error-summary" in words(second.everything(email="ewa@example.pl", person=answer))


def test_pressed_twice_one_application_is_written_and_one_message_goes_out(wizard, solved, run_jobs):
    wizard.invoice()
    wizard.contact()
    wizard.password()
    posted = wizard._hidden(wizard.get("regulamin")) | {"regulamin-accepted": "on", "regulamin-person": solved()}
    first = wizard.client.post("/rejestracja/regulamin/", posted)
    second = wizard.client.post("/rejestracja/regulamin/", posted)
    assert first.headers["Location"] == second.headers["Location"] == "/rejestracja/wyslane/"
    assert Application.objects.count() == 1
    run_jobs()
    assert len(mail.outbox) == 1


def test_the_last_page_can_be_read_again_and_is_nobody_elses(wizard, solved):
    from django.test import Client  # noqa: PLC0415 - a second browser

    wizard.everything(person=solved())
    assert wizard.get("wyslane").status_code == wizard.get("wyslane").status_code == 200
    assert Client().get("/rejestracja/wyslane/").headers["Location"] == "/rejestracja/faktura/"


def test_one_browser_may_register_two_people_one_after_the_other(wizard, solved):
    wizard.everything(person=solved())
    wizard.everything(email="ewa@example.pl", person=solved())
    assert Application.objects.count() == 2


def test_a_taken_e_mail_sees_the_same_page(wizard, solved, run_jobs):
    make_user("anna@example.pl")
    wizard.everything(person=solved())
    taken = words(wizard.get("wyslane"))
    wizard.everything(email="ewa@example.pl", person=solved())
    assert taken.replace("anna@", "ewa@") == words(wizard.get("wyslane"))
    run_jobs()
    assert [delivery.message for delivery in Delivery.objects.order_by("pk")] == [
        "registration_taken",
        "registration_confirm",
    ]


@pytest.mark.parametrize("posted", [{}, {"registration_1-current_step": "haslo"}])
def test_a_form_without_its_hidden_fields_is_a_bad_request(wizard, posted):
    assert wizard.client.post("/rejestracja/faktura/", posted).status_code == 400


def test_a_made_up_step_leads_to_the_first(wizard, page):
    answer = wizard.client.post("/rejestracja/faktura/", {f"registration_{page.pk}-current_step": "xyz"})
    assert answer.headers["Location"] == "/rejestracja/faktura/"


def test_an_address_alone_sends_nothing(wizard):
    wizard.invoice()
    wizard.contact()
    wizard.password()
    assert wizard.get("gotowe").status_code == 302
    assert not Application.objects.exists()


def test_no_step_is_kept_by_a_cache(wizard):
    for answer in (wizard.get(), wizard.get("faktura")):
        assert "no-store" in answer.headers["Cache-Control"]


def test_each_form_is_sent_with_a_token_against_forgery(wizard):
    assert "csrfmiddlewaretoken" in words(wizard.get("faktura"))


def test_the_submission_is_a_number_of_its_own(wizard, solved):
    wizard.everything(person=solved())
    assert isinstance(Application.objects.get().submission, uuid.UUID)
