"""Gryfino: with the number and amount of an invoice, or in person with a statement signed at the office."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from portal import clock
from portal.customers.models import Delegation
from portal.desk.models import Task
from portal.metering.facts import booked
from portal.metering.models import Meter, MeterReading, Submission
from portal.utility.models import WasteStream
from portal.waste.models import CollectionPoint, Pickup
from portal.waste.tasks import remind as remind_of_pickups
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


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> dict[str, dict[str, Any]]:
    return begin(settings, tmp_path, "gryfino", customers=12)


@pytest.mark.fact("S2.1")
@pytest.mark.fact("S2.7")
def test_a_customer_registers_with_number_and_amount_of_an_invoice(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer = newcomer()
    page.goto("/rejestracja/")
    # Whoever has water, sewage or waste here may have an account.
    page.get_by_text("Kto może założyć konto?").click()
    assert "wywóz odpadów" in page.locator("main").inner_text()
    type_invoice(page, young_invoice(customer))
    press(page)
    page.get_by_label("E-mail").fill(NEW)
    press(page)
    page.locator("input[type=password]").first.fill(OWN_PASSWORD)
    press(page)
    page.get_by_label("Akceptuję regulamin").check()
    press(page)
    page.wait_for_url("**/wyslane/")
    run_jobs()
    page.goto(link_in(mails_to(NEW)[0]))
    axe(page)
    press(page)
    run_jobs()
    assert [message.subject for message in mails_to(NEW)] == ["Rejestracja", "Aktywacja konta"]
    sign_in(page, customer.number, OWN_PASSWORD)
    page.wait_for_url("**/pulpit/**")


@pytest.mark.fact("S2.8")
@pytest.mark.fact("S2.11")
@pytest.mark.fact("S2.12")
def test_somebody_signs_a_statement_at_the_office_and_goes_home_with_the_start_letter(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer, desk = newcomer(), new_page()
    clerk(desk, people)
    desk.goto("/panel/applications/office/")
    desk.locator("#customer-search").fill(customer.name_folded)
    desk.get_by_role("button", name="Szukaj").last.click()
    desk.get_by_role("link", name=customer.number).click()
    desk.locator("#id_first_name").fill("Zofia")
    desk.locator("#id_last_name").fill("Dąb")
    desk.get_by_role("button", name="Otwórz konto").click()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Drukuj list startowy").click()
    content = Path(str(download.value.path())).read_bytes()
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages)
    assert customer.number in text
    password = re.search(r"\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b", text)
    assert password, text

    # Without an e-mail: the customer number and the letter's password, which must be changed.
    home = new_page()
    sign_in(home, customer.number, password[0])
    home.wait_for_url("**/haslo/zmien/**")
    home.locator("input[name=oldpassword]").fill(password[0])
    home.locator("input[name=password1]").fill(OWN_PASSWORD)
    press(home)
    home.wait_for_url("**/pulpit/**")
    axe(home)
    assert customer.number in home.content()

    # From the menu: another password, and the way out.
    home.locator("header details.menu summary").click()
    home.get_by_role("link", name="Zmień hasło").click()
    axe(home)
    home.locator("input[name=oldpassword]").fill(OWN_PASSWORD)
    home.locator("input[name=password1]").fill("las-szumi-nad-jeziorem")
    press(home)
    home.wait_for_url("**/pulpit/**")
    home.locator("header details.menu summary").click()
    home.get_by_role("button", name="Wyloguj").click()
    home.wait_for_url("**/")
    home.goto("/pulpit/")
    home.wait_for_url("**/zaloguj/**")
    sign_in(home, customer.number, OWN_PASSWORD)
    assert home.get_by_role("alert").count()
    sign_in(home, customer.number, "las-szumi-nad-jeziorem")
    home.wait_for_url("**/pulpit/**")


@pytest.mark.fact("S2.3")
@pytest.mark.fact("S2.18")
@pytest.mark.fact("S2.19")
def test_a_customer_sees_meters_and_a_chart_and_gives_no_reading_lower_than_the_booked_one(
    page: Any, axe: Callable[[Any], None], people: dict[str, Any]
) -> None:
    sign_in(page, people["klient"]["identifier"], people["klient"]["password"])
    page.wait_for_url("**/pulpit/**")
    meters = Meter.objects.filter(point__customer__delegations__user__email="klient@demo.example")
    main = meters.get(role=Meter.Role.MAIN)
    lowest = int(booked(meter=main).latest("read_on").value)
    # The list of meters, and of each its chart and last readings.
    page.goto("/odczyty/")
    axe(page)
    for meter in meters:
        assert page.get_by_role("link", name=meter.serial_number).count()
    page.get_by_role("link", name=main.serial_number).last.click()
    axe(page)
    assert page.locator("svg rect.bar").count() >= 6
    assert f"{lowest} m³" in page.locator("main").inner_text().replace("\xa0", " ")
    # Lower than the booked value: a sentence, and one press that sends it to a clerk all the same.
    page.get_by_role("link", name="Podaj odczyt").first.click()
    dial = page.locator(f"input[name=value-{main.public_id.hex}]")
    dial.fill(str(lowest - 1))
    page.locator("button[name=press][value=send]").click()
    page.get_by_text("nie cofa").first.wait_for()
    axe(page)
    assert dial.input_value() == str(lowest - 1)
    assert not Submission.objects.exists()
    page.locator(f"button[value=appeal-{main.public_id.hex}]").click()
    page.wait_for_url("**/odczyty/podane/**")
    assert Submission.objects.get().reasons == ["below_booked"]
    page.goto("/konto/odczyty/podaj/")
    page.locator(f"input[name=value-{main.public_id.hex}]").fill(str(lowest + 4))
    page.locator("button[name=press][value=send]").click()
    page.wait_for_url("**/odczyty/podane/**")
    assert MeterReading.objects.get(value=lowest + 4, submission__isnull=False).state == "accepted"


@pytest.mark.fact("S2.3")
@pytest.mark.fact("S2.20")
def test_a_customer_sees_when_waste_is_collected_and_reports_what_was_not(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    sign_in(page, people["klient"]["identifier"], people["klient"]["password"])
    page.wait_for_url("**/pulpit/**")
    customer = Delegation.objects.get(user__email="klient@demo.example").customer
    place = CollectionPoint.objects.get(contract__customer=customer)
    Pickup.objects.create(point=place, stream="zmieszane", day=clock.today())
    page.goto("/odpady/")
    axe(page)
    assert place.address in page.locator("main").inner_text()
    page.goto("/konto/odpady/")
    axe(page)
    page.get_by_role("button", name="Przypominaj").click()
    page.get_by_text("wieczorem przed każdym odbiorem").first.wait_for()
    page.get_by_role("button", name="Nie odebrano").first.click()
    page.get_by_role("status").first.wait_for()
    axe(page)
    # Here customers write no cases, so the missed pickup is a clerk's task.
    task = Task.objects.get(kind="pickup_missed", customer=customer.public_id)
    assert place.address in task.body
    # The month as a sheet at a desk and as a list on a phone, and the feed for the phone's own calendar.
    assert page.locator("main table").first.is_visible() is (page.viewport_size["width"] > 767)
    feed = page.get_by_role("link", name="Dodaj do kalendarza").get_attribute("href")
    assert feed
    told = page.request.get(feed[feed.index("/konto/") :]).text()
    assert f"DTSTART;VALUE=DATE:{clock.today():%Y%m%d}" in told
    # The evening before a pickup comes a letter.
    coming = Pickup.objects.filter(point=place, day__gt=clock.today()).earliest("day")
    with clock.stopped(clock.at(coming.day - timedelta(days=1), 18)):
        remind_of_pickups()
        run_jobs()
    stream = WasteStream.objects.filter(code=coming.stream).first()
    assert (stream.name if stream else coming.stream) in mails_to("klient@demo.example")[-1].body
