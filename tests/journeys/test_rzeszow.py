"""Rzeszów: regulations first, a taken e-mail is said, limited access by the link, everything after the signed Form A."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from forms.moving.actions import take_over
from forms.registration.models import Application
from portal.billing.consent_model import EInvoiceConsent
from tests.beginnings import begin
from tests.journeys.registering import (
    OWN_PASSWORD,
    clerk,
    link_in,
    mails_to,
    newcomer,
    press,
    sign_in,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NEW = "nowa@example.pl"


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> dict[str, dict[str, Any]]:
    return begin(settings, tmp_path, "rzeszow", customers=12)


def register(page: Any, axe: Callable[[Any], None], customer: Any) -> None:
    # The menu has "Rejestracja", and under the sign-in stands "Zarejestruj się".
    page.goto("/")
    assert page.locator("header").get_by_role("link", name="Rejestracja", include_hidden=True).count()
    page.goto("/konto/zaloguj/")
    axe(page)
    page.locator("main").get_by_role("link", name="Zarejestruj się").click()
    # The regulations come before everything else.
    page.wait_for_url("**/rejestracja/regulamin/")
    axe(page)
    page.get_by_label("Akceptuję regulamin").check()
    page.get_by_label("e-faktur").check()
    press(page)
    page.get_by_label("Imię").fill("Anna")
    page.get_by_label("Nazwisko").fill("Nowa-Żółkiewska")
    page.get_by_label("Numer klienta").fill(customer.number)
    press(page)
    # An e-mail that has an account is refused at once.
    page.get_by_label("E-mail").fill("klient@demo.example")
    press(page)
    assert "Takie konto już istnieje" in page.get_by_role("alert").inner_text()
    axe(page)
    page.get_by_label("E-mail").fill(NEW)
    press(page)
    page.locator("input[type=password]").first.fill(OWN_PASSWORD)
    press(page)
    page.wait_for_url("**/wyslane/")
    axe(page)


def read_the_mail(page: Any, customer: Any) -> None:
    """One mail with two links: to confirm, and to the form, which is filled in with what is known."""
    (first,) = mails_to(NEW)
    assert first.subject == "Rejestracja"
    assert "ul. Naruszewicza 18, 35-055 Rzeszów" in first.body
    assert "z dopiskiem: iBOK" in first.body
    form = page.request.get(link_in(first, 1))
    assert (form.status, form.headers["content-type"]) == (200, "application/pdf")
    text = " ".join("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(form.body())).pages).split())
    for words in ("Formularz A", "Nowa-Żółkiewska", customer.number, "z dopiskiem: iBOK"):
        assert words in text


def limited(page: Any, axe: Callable[[Any], None], customer: Any) -> None:
    """From the link on: the own application and the form, and why there is nothing else."""
    (first,) = mails_to(NEW)
    # Before the link is pressed there is no account.
    sign_in(page, NEW, OWN_PASSWORD)
    assert page.get_by_role("alert").count()
    page.goto(link_in(first))
    axe(page)
    press(page)
    assert "potwierdzony" in page.locator("main").inner_text().lower()
    axe(page)

    # Limited access: the own application and the form, and why.
    sign_in(page, NEW, OWN_PASSWORD)
    page.wait_for_url("**/pulpit/**")
    axe(page)
    shown = page.locator("main").inner_text()
    assert "Formularz A" in shown
    assert customer.number not in shown
    page.get_by_role("link", name="Twój wniosek").click()
    axe(page)
    application = Application.objects.get()
    assert f"{application.form_expires_at:%d.%m.%Y}" in page.locator("main").inner_text()
    again = page.request.get("/konto/wniosek/formularz/")
    assert again.headers["content-type"] == "application/pdf"


@pytest.mark.fact("S4.6")
@pytest.mark.fact("S4.7")
@pytest.mark.fact("S4.8")
@pytest.mark.fact("S4.10")
@pytest.mark.fact("S4.11")
@pytest.mark.fact("S4.12")
@pytest.mark.fact("S4.13")
@pytest.mark.fact("S4.14")
@pytest.mark.fact("S4.15")
@pytest.mark.fact("S4.16")
@pytest.mark.fact("S4.17")
@pytest.mark.fact("S4.18")
def test_an_account_is_limited_until_the_signed_form_is_linked(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer, page = newcomer(), new_page()
    register(page, axe, customer)
    run_jobs()

    read_the_mail(page, customer)
    limited(page, axe, customer)

    # The form comes by post; the clerk scans its code and links it with the customer.
    application, desk = Application.objects.get(), new_page()
    clerk(desk, people)
    desk.goto(f"/panel/applications/form/{application.form_code}/")
    desk.wait_for_url(f"**/panel/applications/{application.public_id}/")
    desk.locator("#customer-search").fill(customer.number)
    desk.get_by_role("button", name="Szukaj").last.click()
    desk.get_by_role("button", name=f"Porównaj z {customer.number}").click()
    desk.get_by_role("button", name=f"Połącz z {customer.number}").click()
    desk.wait_for_load_state()
    run_jobs()

    done = mails_to(NEW)[-1]
    assert done.subject == "Aktywacja konta"
    consent = EInvoiceConsent.objects.get(customer=customer)
    assert (consent.email, consent.channel) == (NEW, EInvoiceConsent.Channel.FORM_A)
    page.goto("/pulpit/")
    axe(page)
    assert "stan na" in page.locator("main").inner_text().lower()
    assert page.request.get(link_in(mails_to(NEW)[0], 1)).status == 410


@pytest.mark.fact("S4.9")
def test_a_customer_without_a_first_invoice_is_not_linked_and_it_is_said_why(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    from tests.factories import make_customer  # noqa: PLC0415 - only this journey

    customer, page = make_customer(number="99999999", city="Rzeszów"), new_page()
    register(page, axe, customer)
    run_jobs()
    page.goto(link_in(mails_to(NEW)[0]))
    press(page)
    desk = new_page()
    clerk(desk, people)
    application = Application.objects.get()
    desk.goto(f"/panel/applications/{application.public_id}/?q={customer.number}")
    desk.get_by_role("button", name=f"Porównaj z {customer.number}").click()
    desk.get_by_role("button", name=f"Połącz z {customer.number}").click()
    desk.wait_for_load_state()
    assert "pierwszej" in desk.content()
    assert Application.objects.get().state == "awaits_form"


@pytest.mark.fact("S4.19")
def test_one_e_mail_is_for_one_customer(page: Any, axe: Callable[[Any], None], people: dict[str, Any]) -> None:
    page.goto("/rejestracja/")
    page.get_by_text("Kto może założyć konto?").click()
    assert "Na jeden adres e-mail można założyć konto jednego klienta." in page.locator("main").inner_text()
    axe(page)


@pytest.mark.fact("S4.2")
@pytest.mark.fact("S4.3")
@pytest.mark.fact("S4.4")
@pytest.mark.fact("S4.5")
def test_somebody_with_an_account_of_the_previous_version_moves_by_a_new_password(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer, page = newcomer(), new_page()
    taken = take_over(f"login;e-mail;numer klienta\nanna77;{NEW};{customer.number}\n".encode())
    assert (taken.added, taken.without_customer) == (1, 0)

    # Above every public page stands until when the previous version runs, and the way to the instruction.
    page.goto("/")
    banner = page.locator(".banner", has_text="Poprzednia wersja")
    assert "działa do 15.02.2027" in banner.inner_text()
    # Customers are asked to activate their accounts in the new version.
    assert "aktywuj konto" in page.locator("main").inner_text()
    axe(page)
    banner.get_by_role("link", name="Jak się przenieść").click()
    page.wait_for_url("**/instrukcje/przejscie-do-nowego-ibok/")
    assert "dotychczasowy login" in page.locator("main").inner_text()
    axe(page)

    # The old login and its password sign nobody in; the refusal says what to do.
    sign_in(page, "anna77", "stare-haslo-z-poprzedniej")
    assert "Zresetuj hasło" in page.get_by_role("alert").inner_text()
    axe(page)
    page.locator("main form").get_by_role("link", name="Zresetuj hasło").click()
    axe(page)
    page.get_by_label("E-mail albo login z poprzedniej wersji").fill("Anna77")
    press(page)
    page.wait_for_url("**/wyslane/")
    run_jobs()
    (letter,) = mails_to(NEW)
    page.goto(link_in(letter))
    axe(page)
    page.get_by_label("Hasło").fill(OWN_PASSWORD)
    page.get_by_label("Akceptuję regulamin").check()
    press(page)
    page.wait_for_url("**/gotowe/")
    axe(page)
    run_jobs()

    # From now on everything, with the e-mail; Form A is not asked for a second time.
    assert mails_to(NEW)[-1].subject == "Aktywacja konta"
    sign_in(page, NEW, OWN_PASSWORD)
    page.wait_for_url("**/pulpit/**")
    assert "stan na" in page.locator("main").inner_text().lower()
    assert page.locator(".banner", has_text="Poprzednia wersja").count() == 0

    # The office reads who has moved.
    desk = new_page()
    clerk(desk, people)
    desk.goto("/panel/old-accounts/")
    assert "przeniesione 1 z 1 (100 %)" in desk.locator("body").inner_text()


def test_where_readings_are_not_taken_nobody_is_asked_for_one(
    page: Any, axe: Callable[[Any], None], people: dict[str, Any]
) -> None:
    """Neither outside nor inside: no task, no place in the menu, no page; the contract still says which meter there is."""
    page.goto("/")
    assert "odczyt" not in page.locator("main").inner_text().lower()
    assert page.goto("/odczyt/").status == 404
    sign_in(page, people["klient"]["identifier"], people["klient"]["password"])
    page.wait_for_url("**/pulpit/**")
    places = page.locator("nav a[href^='/']").evaluate_all("all => all.map(link => link.getAttribute('href'))")
    assert not [place for place in places if "odczyt" in place]
    assert "podaj odczyt" not in page.locator("main").inner_text().lower()
    assert page.goto("/konto/odczyty/podaj/").status == 404
    page.goto(next(place for place in places if place.startswith("/umowa/")))
    axe(page)
    assert "odczyt" not in page.locator("main").inner_text().lower()
