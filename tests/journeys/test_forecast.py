"""Forecasts, payments simulated, e-invoices and the billing period, in the browser at both widths, with axe."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal import clock
from portal.billing.consent_model import EInvoiceConsent
from portal.customers.models import Contract, Delegation
from portal.metering.facts import booked
from portal.metering.models import Meter, MeterReading
from portal.outbox.models import OutboxFact
from tests.beginnings import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FORECAST, PAYING, E_INVOICE = "/konto/prognoza/", "/konto/symulacja-wplat/", "/konto/e-faktura/"


def sign_in(page: Any, person: dict[str, Any]) -> None:
    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill(person["identifier"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main form button").last.click()
    page.wait_for_url("**/pulpit/**")


def main_meter() -> Meter:
    owner = Delegation.objects.get(user__email="klient@demo.example")
    meters = Meter.objects.filter(point__customer=owner.customer, role=Meter.Role.MAIN, removed_on__isnull=True)
    return meters.order_by("pk").first()


def last_value(meter: Meter) -> int:
    return int(booked(meter=meter).order_by("-read_on", "-value").first().value)


@pytest.mark.fact("S3.10")
@pytest.mark.fact("S3.11")
@pytest.mark.fact("S3.13")
def test_lebork_forecasts_an_invoice_and_says_what_paying_changes(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "lebork")
    owner = Delegation.objects.get(user__email="klient@demo.example")
    water = [one for one in Contract.objects.filter(customer=owner.customer) if "water" in one.services]
    assert {one.billing_period_months for one in water} == {1}  # it was two: the account set it to one
    assert OutboxFact.objects.filter(kind="billing_period", values__why="account_linked").count() >= 1

    sign_in(page, people["klient"])
    page.locator(f"main a[href^='{FORECAST}']").first.click()
    axe(page)
    meter = main_meter()
    page.locator(f"#value-{meter.public_id.hex}").fill(str(last_value(meter) + 9))
    page.locator("form:has([value=reading]) button").click()
    page.locator("#forecast-sum").wait_for()
    axe(page)
    assert "9 m³" in page.locator("main").inner_text().replace("\xa0", " ")
    assert not MeterReading.objects.filter(submission__isnull=False).exists()

    first = clock.today().replace(day=1)
    page.locator("#first").fill(first.isoformat())
    page.locator("#last").fill((first + timedelta(days=80)).isoformat())
    page.locator("form:has([value=period]) button").click()
    page.locator("#forecast-sum").wait_for()
    assert "by=period" in page.url
    axe(page)
    picture = page.context.request.get(page.locator(f"a[href^='{FORECAST}pdf/']").get_attribute("href"))
    assert picture.headers["content-type"] == "application/pdf"

    page.goto(PAYING)
    axe(page)
    boxes = page.locator("input[name=item]")
    for at in range(boxes.count()):
        boxes.nth(at).check()
    page.locator("#amount").fill("10,00")
    page.locator("main form button").last.click()
    page.locator("[role=status]").wait_for()
    axe(page)


def test_the_cost_stands_beside_the_dial_with_scripts_and_without(
    page: Any, new_page: Callable[..., Any], axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "lebork")
    sign_in(page, people["klient"])
    meter = main_meter()
    page.goto("/konto/odczyty/podaj/")
    page.locator(f"input[name=value-{meter.public_id.hex}]").fill(str(last_value(meter) + 9))
    page.locator("button[value=simulate]").click()
    page.locator("#cost .sum").wait_for()
    assert "/podaj/" in page.url
    axe(page)
    assert not MeterReading.objects.filter(submission__isnull=False).exists()


@pytest.mark.fact("S1.5")
@pytest.mark.fact("S1.13")
@pytest.mark.fact("S1.14")
def test_jaworzno_states_the_saving_turns_the_e_invoice_on_changes_its_address_and_withdraws(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "jaworzno")
    customer = Delegation.objects.get(user__email="klient@demo.example").customer
    Contract.objects.filter(customer=customer).update(e_invoice="paper")
    sign_in(page, people["klient"])
    offer = page.locator(f"main a[href^='{E_INVOICE}']").first
    words = page.locator("main").inner_text().replace("\xa0", " ")
    assert "Stawka za rozliczenie (opłata stała)".casefold() in words.casefold()
    assert "1,00 zł zamiast 2,33 zł" in words
    offer.click()
    axe(page)
    words = page.locator("main").inner_text().replace("\xa0", " ")
    assert "2,33 zł" in words
    assert "1,33 zł" in words
    page.locator("[name=email]").fill("faktury@example.pl")
    page.locator("main form button").last.click()  # without agreeing
    page.locator(".error-summary").wait_for()
    axe(page)
    page.locator("[name=accepts]").check()
    page.locator("main form button").last.click()
    page.locator(f"a[href^='{E_INVOICE}adres/']").click()
    axe(page)
    page.locator("[name=email]").fill("inne@example.pl")
    page.locator("main form button").last.click()
    page.locator("text=inne@example.pl").first.wait_for()
    page.locator(f"a[href^='{E_INVOICE}rezygnacja/']").click()
    axe(page)
    assert "2,33 zł" in page.locator("main").inner_text().replace("\xa0", " ")
    page.locator("main form button").last.click()
    page.locator("[name=accepts]").wait_for()
    axe(page)
    assert list(EInvoiceConsent.objects.order_by("pk").values_list("ending", flat=True)) == [
        "address_changed",
        "withdrawn",
    ]


@pytest.mark.fact("S0.3")
@pytest.mark.fact("S0.26")
def test_warszawa_offers_efaktura_and_tells_a_manager_of_some_points_why_not(
    new_page: Callable[[], Any], axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa")
    customer = Delegation.objects.get(user__email="klient@demo.example").customer
    Contract.objects.filter(customer=customer).update(e_invoice="paper")
    owner = new_page()
    sign_in(owner, people["klient"])
    owner.goto(E_INVOICE)
    assert owner.locator("h1").inner_text() == "eFAKTURA"
    owner.locator("[name=accepts]").check()
    owner.locator("main form button").last.click()
    owner.locator(f"a[href^='{E_INVOICE}rezygnacja/']").wait_for()
    axe(owner)

    manager = new_page()
    sign_in(manager, people["zarzadca-czesciowy"])
    manager.goto(E_INVOICE)
    axe(manager)
    assert "wszystkie nieruchomości" in manager.locator("main").inner_text()
    assert not manager.locator("[name=accepts]").count()
