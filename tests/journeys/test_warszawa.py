"""Warszawa: the wizard with an invoice, mail by mail; property managers who write an e-mail and act for many customers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from portal.accounts.models import Acceptance, User
from portal.billing.models import Invoice
from portal.customers.models import Customer, Delegation
from portal.desk.models import Task
from tests.beginnings import begin
from tests.journeys.registering import (
    OWN_PASSWORD,
    clerk,
    link_in,
    mails_to,
    newcomer,
    press,
    sign_in,
    type_invoice,
    young_invoice,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NEW = "nowa@example.pl"
COMPANY = "biuro@nasze-domy.example.pl"


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> dict[str, dict[str, Any]]:
    return begin(settings, tmp_path, "warszawa", customers=12)


@pytest.mark.fact("S0.8")
@pytest.mark.fact("S0.9")
@pytest.mark.fact("S0.10")
@pytest.mark.fact("S0.11")
@pytest.mark.fact("S0.12")
@pytest.mark.fact("S0.13")
@pytest.mark.fact("S0.14")
@pytest.mark.fact("S0.15")
@pytest.mark.fact("S0.16")
@pytest.mark.fact("S0.17")
@pytest.mark.fact("S0.18")
def test_a_customer_registers_with_an_invoice_and_two_messages_come(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer = newcomer()
    invoice = young_invoice(customer)
    assert invoice.number.startswith(customer.number)
    page.goto("/")
    page.locator("main").get_by_role("link", name="Rejestracja").click()
    type_invoice(page, invoice)
    press(page)
    # The phone may be left out.
    assert page.get_by_label("Numer telefonu").get_attribute("required") is None
    page.get_by_label("E-mail").fill(NEW)
    press(page)
    page.locator("input[type=password]").first.fill(OWN_PASSWORD)
    press(page)
    # The regulations as a PDF with its size; accepted and captcha: the browser works it out by itself.
    regulations = page.get_by_role("link", name=re.compile(r"Regulamin.*PDF.*[KM]?B"))
    assert page.request.get(regulations.get_attribute("href")).body().startswith(b"%PDF-")
    assert page.locator("altcha-widget").count()
    page.get_by_label("Akceptuję regulamin").check()
    axe(page)
    press(page)
    page.wait_for_url("**/wyslane/")
    run_jobs()

    (first,) = mails_to(NEW)
    assert first.subject == "Rejestracja"
    sign_in(page, customer.number, OWN_PASSWORD)
    assert page.get_by_role("alert").count()  # not before the link is pressed
    page.goto(link_in(first))
    press(page)
    run_jobs()
    assert [message.subject for message in mails_to(NEW)] == ["Rejestracja", "Aktywacja konta"]
    page.goto("/konto/zaloguj/")
    assert "pierwsze 6 cyfr numeru Twojej faktury" in page.locator("main").inner_text()
    sign_in(page, invoice.number[:6], OWN_PASSWORD)
    page.wait_for_url("**/pulpit/**")
    assert Acceptance.objects.filter(user__email=NEW, terms__kind="terms").exists()


def enter_the_request(page: Any, properties: str) -> None:
    """A clerk enters what the e-mail says."""
    page.goto("/panel/manager-requests/")
    page.get_by_role("link", name="Wprowadź").first.click()
    page.locator("#id_company").fill("Nasze Domy Zarządzanie Sp. z o.o.")
    page.locator("#id_email").fill(COMPANY)
    page.locator("#id_properties").fill(properties)
    page.get_by_role("button", name="Wprowadź").click()
    page.wait_for_url(re.compile(r"/panel/manager-requests/[0-9a-f-]{36}/"))


def grant(page: Any, customer: Customer, *, whole: bool) -> None:
    page.locator("#id_number").fill(customer.number)
    page.get_by_role("button", name="Pokaż punkty").click()
    page.wait_for_url("**?customer=**")
    if whole:
        page.locator("input[name=scope][value=whole]").check()
    else:
        page.locator("input[name=points]").first.check()
    page.get_by_role("button", name="Daj dostęp").click()
    page.wait_for_load_state()


def as_the_manager(page: Any, run_jobs: Callable[[], Any]) -> None:
    """By the link for a forgotten password, then with the e-mail that the account was opened for."""
    page.goto("/konto/haslo/nie-pamietam/")
    page.get_by_label("E-mail").fill(COMPANY)
    press(page)
    page.wait_for_url("**/wyslane/")
    run_jobs()
    page.goto(link_in(mails_to(COMPANY)[-1]))
    page.locator("input[name=password1]").fill(OWN_PASSWORD)
    press(page)
    page.wait_for_url("**/gotowe/")
    sign_in(page, COMPANY, OWN_PASSWORD)
    page.wait_for_url("**/regulamin/**")  # nobody has accepted the regulations for the company yet
    page.get_by_role("button", name="Akceptuję").click()
    page.wait_for_url("**/pulpit/**")


@pytest.mark.fact("S0.19")
@pytest.mark.fact("S0.20")
@pytest.mark.fact("S0.21")
@pytest.mark.fact("S0.22")
@pytest.mark.fact("S0.23")
@pytest.mark.fact("S0.24")
@pytest.mark.fact("S0.26")
@pytest.mark.fact("S0.27")
@pytest.mark.fact("S0.28")
def test_a_property_manager_asks_by_e_mail_and_acts_for_many_customers_with_one_sign_in(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    page = new_page()
    page.goto("/konto/zaloguj/")
    page.get_by_role("link", name=re.compile("zarządcy nieruchomości", re.IGNORECASE)).click()
    axe(page)
    told = page.locator("main").inner_text()
    for words in ("ebok@mpwik.com.pl", "Aktywacja konta Zarządcy nieruchomości", "nazwę firmy", "adresów"):
        assert words in told
    address = unquote(page.locator("main a[href^='mailto:']").get_attribute("href"))
    assert address == "mailto:ebok@mpwik.com.pl?subject=Aktywacja konta Zarządcy nieruchomości"

    # The e-mail comes; a clerk enters it and grants one customer as a whole, of another some points.
    firm = Customer.objects.filter(kind=Customer.Kind.FIRM).order_by("external_id").first()
    community = Customer.objects.filter(kind=Customer.Kind.COMMUNITY).order_by("external_id").first()
    assert firm is not None
    assert community is not None
    desk = new_page()
    clerk(desk, people)
    enter_the_request(desk, f"{firm.address}\n{community.address}")
    grant(desk, firm, whole=True)
    grant(desk, community, whole=False)
    assert Delegation.objects.filter(user__email=COMPANY).count() == 2
    assert not Task.objects.filter(kind="manager_request", state="open").exists()
    run_jobs()
    assert mails_to(COMPANY)

    # One sign-in; both customers on one page, with what is due.
    as_the_manager(page, run_jobs)
    page.goto("/konto/nieruchomosci/")
    axe(page)
    shown = page.locator("main").inner_text()
    assert firm.name in shown
    assert community.name in shown
    assert "bez dokumentu" in shown  # what is not shown of the part, and why

    # All data of the customer that is managed as a whole.
    invoice = Invoice.objects.filter(customer=firm).latest("issued_on")
    assert page.request.get(f"/konto/faktury/{invoice.public_id}/pdf/?k={firm.public_id}").status == 200

    # Of the part: no e-invoice, no change of data, and it is said why; everything else is open.
    k = f"?k={community.public_id}"
    answer = page.goto(f"/konto/e-faktura/{k}")
    assert answer.status == 403
    assert "wszystkie" in page.locator("main").inner_text()
    axe(page)
    assert page.goto(f"/konto/dane/zmiana/{k}").status in (403, 404)
    for way in ("odczyty/podaj/", "sprawy/nowa/", "historia/", "dokumenty/"):
        assert page.goto(f"/konto/{way}{k}").status == 200, way
    assert User.objects.filter(email=COMPANY).count() == 1
