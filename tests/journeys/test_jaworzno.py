"""Jaworzno: an application form, then a mail with the five-digit login and a password made by the system."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal import clock
from portal.accounts.models import User
from portal.billing.consent_model import EInvoiceConsent
from portal.metering.models import Meter, MeterReading
from portal.notifications.models import Delivery
from tests.beginnings import begin
from tests.journeys.registering import (
    OWN_PASSWORD,
    after,
    clerk,
    mails_to,
    newcomer,
    press,
    sign_in,
    type_invoice,
    young_invoice,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NEW = "nowa@example.pl"


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> dict[str, dict[str, Any]]:
    return begin(settings, tmp_path, "jaworzno", customers=12)


@pytest.mark.fact("S1.4")
@pytest.mark.fact("S1.6")
@pytest.mark.fact("S1.7")
@pytest.mark.fact("S1.8")
@pytest.mark.fact("S1.9")
def test_a_resident_gets_login_and_password_by_mail_and_asks_for_e_invoices_along_the_way(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer = newcomer()
    page.goto("/")
    page.locator("main").get_by_role("link", name="Rejestracja").click()
    axe(page)
    page.get_by_label("Numer klienta").fill(customer.number)
    type_invoice(page, young_invoice(customer))
    press(page)
    page.get_by_label("E-mail").fill(NEW)
    press(page)
    # No password is asked: the system makes one.
    assert page.locator("input[type=password]").count() == 0
    page.get_by_label("Akceptuję regulamin").check()
    page.get_by_label("e-faktur").check()
    axe(page)
    press(page)
    page.wait_for_url("**/wyslane/")
    axe(page)
    run_jobs()

    # One mail: a five-digit login, and a password.
    (message,) = [mail for mail in mails_to(NEW) if mail.subject == "Twój login i hasło"]
    assert (len(customer.number), customer.number.isdigit()) == (5, True)
    assert after("Login", message) == customer.number
    password = after("Hasło", message)
    sign_in(page, customer.number, password)
    page.wait_for_url("**/pulpit/**")
    axe(page)
    assert "Ustaw własne do" in page.locator("main").inner_text()

    # The consent to e-invoices is the portal's own.
    consent = EInvoiceConsent.objects.get(customer=customer)
    assert (consent.email, consent.channel) == (NEW, EInvoiceConsent.Channel.REGISTRATION)

    # The password can be changed at any time, and after thirty days it must be.
    page.goto("/konto/haslo/zmien/")
    axe(page)
    page.locator("input[name=oldpassword]").fill(password)
    page.locator("input[name=password1]").fill(OWN_PASSWORD)
    press(page)
    user = User.objects.get(email=NEW)
    assert user.password_change_by is None
    assert user.check_password(OWN_PASSWORD)


def test_a_password_that_was_mailed_is_not_kept_and_must_go_after_thirty_days(
    page: Any, run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    from forms.registration.tasks import forget_passwords  # noqa: PLC0415 - only this journey

    customer = newcomer()
    page.goto("/rejestracja/")
    page.get_by_label("Numer klienta").fill(customer.number)
    type_invoice(page, young_invoice(customer))
    press(page)
    page.get_by_label("E-mail").fill(NEW)
    press(page)
    page.get_by_label("Akceptuję regulamin").check()
    press(page)
    page.wait_for_url("**/wyslane/")
    run_jobs()
    password = after("Hasło", mails_to(NEW)[0])
    forget_passwords()
    assert not Delivery.objects.filter(body__contains=password).exists()

    sign_in(page, customer.number, password)
    page.wait_for_url("**/pulpit/**")
    User.objects.filter(email=NEW).update(password_change_by=clock.today() - timedelta(days=1))
    page.goto("/pulpit/")
    page.wait_for_url("**/haslo/zmien/**")


def test_without_an_invoice_a_clerk_finds_the_customer(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer = newcomer()
    page = new_page()
    page.goto("/rejestracja/")
    page.get_by_role("link", name="Nie mam faktury").click()
    axe(page)
    page.get_by_label("Imię").fill(customer.first_name)
    page.get_by_label("Nazwisko").fill(customer.name.split()[-1])
    page.get_by_label("Ulica i numer").fill(customer.street)
    page.get_by_label("Miejscowość").fill(customer.city)
    press(page)
    page.get_by_label("E-mail").fill(NEW)
    press(page)
    page.get_by_label("Akceptuję regulamin").check()
    press(page)
    page.wait_for_url("**/wyslane/")
    run_jobs()
    assert len(mails_to(NEW)) == 1

    desk = new_page()
    clerk(desk, people)
    desk.goto("/panel/applications/")
    desk.get_by_role("link", name=NEW).click()
    desk.locator("#customer-search").fill(customer.number)
    desk.get_by_role("button", name="Szukaj").last.click()
    desk.get_by_role("button", name=f"Porównaj z {customer.number}").click()
    desk.get_by_role("button", name=f"Połącz z {customer.number}").click()
    desk.wait_for_url("**/panel/applications/**")
    run_jobs()
    (accepted,) = [mail for mail in mails_to(NEW) if "zaakceptowane" in mail.subject]
    sign_in(page, customer.number, after("Hasło", accepted))
    page.wait_for_url("**/pulpit/**")


@pytest.mark.fact("S1.11")
def test_readings_of_two_years_are_looked_at_and_none_is_given(
    page: Any, axe: Callable[[Any], None], people: dict[str, Any]
) -> None:
    meters = Meter.objects.filter(point__customer__delegations__user__email="klient@demo.example")
    main = meters.get(role=Meter.Role.MAIN)
    for days, value in ((800, 1), (700, 2)):
        MeterReading.objects.create(
            meter=main,
            external_id=f"O-{days}",
            value=value,
            read_on=clock.today() - timedelta(days=days),
            source="actual",
        )
    sign_in(page, people["klient"]["identifier"], people["klient"]["password"])
    page.wait_for_url("**/pulpit/**")
    page.goto("/odczyty/")
    axe(page)
    assert page.get_by_role("link", name="Podaj odczyt").count() == 0
    page.get_by_role("link", name=main.serial_number).last.click()
    axe(page)
    assert page.get_by_role("link", name="Podaj odczyt").count() == 0
    listed = [
        row.split("\t")[0].split("\n")[0].strip()
        for row in page.locator("main table.figures").last.locator("tbody tr").all_inner_texts()
    ]
    days = [datetime.strptime(day, "%d.%m.%Y").date() for day in listed]  # noqa: DTZ007 - a calendar day has no time zone
    assert clock.today() - timedelta(days=700) in days
    assert min(days) >= clock.today() - timedelta(days=762)  # two years and what is left of the first month
    assert page.goto("/konto/odczyty/podaj/").status == 404
