"""Meters by phone: a year of hours, five hundred rows of a manager, a window that was missed, and a reading without signing in."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from openpyxl import Workbook

from portal import clock
from portal.cases.models import Case
from portal.customers.models import Contract, Customer, Delegation
from portal.metering import tasks
from portal.metering.facts import booked
from portal.metering.models import AlertConsent, Meter, MeterReading, MissedWindow, Submission
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories
from tests.beginnings import begin
from tests.conftest import PHONE
from tests.factories import moment
from tests.journeys.registering import clerk, sign_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("viewport", [PHONE], ids=["390px"], indirect=True),
]
SUBMIT = "/konto/odczyty/podaj/"


def customer_of(email: str) -> Customer:
    return Delegation.objects.filter(user__email=email).earliest("pk").customer


def main_meter(customer: Customer) -> Meter:
    return Meter.objects.filter(point__customer=customer, role=Meter.Role.MAIN).earliest("pk")


def words(page: Any) -> str:
    text: str = page.locator("main").inner_text()
    return text.replace("\xa0", " ")


def enter(page: Any, person: dict[str, Any]) -> None:
    sign_in(page, person["identifier"], person["password"])
    page.wait_for_url("**/pulpit/**")


def hours_of_a_year(meter: Meter) -> None:
    """What a transmitter sends: a register each hour, with a toilet that runs from the 17th of November on."""
    MeterReading.objects.filter(meter=meter).delete()
    first, value, rows = clock.at(date(2025, 11, 20)).astimezone(UTC), Decimal(300), []
    for hour in range(365 * 24 + 1):
        at = first + timedelta(hours=hour)
        local = at.astimezone(clock.WARSAW)
        rows.append(
            MeterReading(
                meter=meter,
                external_id=f"H{hour}",
                value=value,
                read_on=(local - timedelta(seconds=1)).date(),
                read_at=at,
                source="remote",
            )
        )
        runs = Decimal("0.006") if at >= clock.at(date(2026, 11, 17)) else Decimal(0)
        value += runs + (Decimal("0.020") if 6 <= local.hour < 22 else Decimal(0))
    MeterReading.objects.bulk_create(rows)


def drawn_and_listed(page: Any) -> tuple[list[float], list[float], list[float]]:
    """Of each bar its figure and its height; and the figures of the table."""
    bars = page.locator("svg rect.bar")
    figures = [float(one) for one in bars.evaluate_all("all => all.map(bar => bar.dataset.use)")]
    heights = [float(one) for one in bars.evaluate_all("all => all.map(bar => bar.getAttribute('height'))")]
    cells = page.locator("#chart-table td[data-use]").evaluate_all("all => all.map(cell => cell.dataset.use)")
    return figures, heights, [float(one) for one in cells if one]


@pytest.mark.fact("S2.18")
def test_a_year_of_hours_is_looked_at_from_the_year_to_the_hour_and_a_leak_is_written_about(
    page: Any,
    new_page: Callable[[], Any],
    axe: Callable[[Any], None],
    run_jobs: Callable[[], Any],
    settings: Any,
    tmp_path: Path,
) -> None:
    people = begin(settings, tmp_path, "gryfino", customers=12)
    meter = main_meter(customer_of("klient@demo.example"))
    Meter.objects.filter(pk=meter.pk).update(is_remote=True)
    Delegation.objects.update(starts_at=moment("2026-09-01 12:00"))
    hours_of_a_year(meter)
    enter(page, people["klient"])
    page.goto(f"/konto/wodomierze/{meter.public_id}/")
    axe(page)
    for press, count in (
        (None, 11),
        ("Latami", 2),
        ("10.2026", 31),
        ("25", 25),  # the day on which an hour comes twice
        ("24", 24),
    ):
        if press:
            page.get_by_role("navigation", name="Inne widoki wykresu").get_by_role(
                "link", name=press, exact=True
            ).click()
        figures, heights, listed = drawn_and_listed(page)
        assert figures == listed
        assert len(figures) == count
        for figure, height in zip(figures, heights, strict=True):
            assert abs(height - max(heights) * figure / max(figures)) < 0.2
    page.get_by_text("To samo w tabeli").click()
    axe(page)
    assert "6:00–7:00" in words(page)

    # The water that never stops: asked for by one press, found in the morning, said with what was compared.
    page.get_by_role("button", name="Pisz do mnie o tym").click()
    page.get_by_role("button", name="Nie pisz do mnie o tym").wait_for()
    assert AlertConsent.objects.count() == 1
    with clock.stopped(clock.at(date(2026, 11, 20), 13)):
        tasks.watch()
        run_jobs()
    letter = mail.outbox[-1]
    assert "możliwy wyciek" in letter.subject
    assert "Od 3 nocy" in letter.body
    assert "6 l na godzinę" in letter.body
    page.goto("/odczyty/")
    axe(page)
    assert "co najmniej 6 l na godzinę" in words(page)


def test_five_hundred_rows_of_a_manager_of_which_seven_are_bad(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa", customers=12)
    customer = customer_of("zarzadca@demo.example")
    contract = customer.contracts.earliest("pk")
    point = factories.make_point(contract)
    meters = [Meter(external_id=f"MM{n}", point=point, serial_number=f"77{n:06d}", role="sub") for n in range(500)]
    Meter.objects.bulk_create(meters)
    MeterReading.objects.bulk_create(
        MeterReading(meter=meter, external_id=f"OO{n}", value=100, read_on=date(2026, 10, 31), source="actual")
        for n, meter in enumerate(meters)
    )
    rows: list[list[Any]] = [["Numer wodomierza", "Stan", "Data"]]
    rows += [[meter.serial_number, 108, "20.11.2026"] for meter in meters]
    rows[1][1], rows[2][1], rows[3][1] = "abc", -4, 1234567
    rows[4][1], rows[5][0], rows[6][2], rows[7][0] = "104,5", "99999999", "21.11.2026", rows[8][0]
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    packed = io.BytesIO()
    workbook.save(packed)

    sign_in(page, people["zarzadca"]["identifier"], people["zarzadca"]["password"])
    page.wait_for_load_state()
    page.goto(f"/konto/odczyty/arkusz/?k={customer.public_id}")
    axe(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "odczyty.xlsx", "mimeType": "application/octet-stream", "buffer": packed.getvalue()}
    )
    page.get_by_role("button", name="Sprawdź wiersze").click()
    page.get_by_role("button", name=re.compile("Wyślij 493")).wait_for()
    assert not Submission.objects.exists()  # nothing is given before its verdict was seen
    shown = page.locator("tbody tr")
    assert [shown.nth(at).locator("th").inner_text() for at in range(7)] == ["2", "3", "4", "5", "6", "7", "9"]
    assert all(shown.nth(at).inner_text().strip().endswith(".") for at in range(7))
    page.get_by_role("button", name=re.compile("Wyślij 493")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Pobierz raport").click()
    report = Path(str(download.value.path())).read_text(encoding="utf-8-sig").splitlines()
    assert len(report) == 501
    assert Submission.objects.filter(channel="spreadsheet").count() == 493
    run_jobs()
    assert [letter.to for letter in mail.outbox[-1:]] == [["zarzadca@demo.example"]]


@pytest.mark.fact("S3.5")
@pytest.mark.fact("S3.7")
@pytest.mark.fact("S3.8")
@pytest.mark.fact("S3.9")
def test_a_window_that_was_missed_lengthens_the_bills_and_blocks_until_a_clerk_undoes_it(  # noqa: PLR0915 - one story, told to its end
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "lebork", customers=12)
    Delegation.objects.update(starts_at=moment("2026-09-01 12:00"))
    Contract.objects.update(billing_period_months=1)
    customer, page = customer_of("klient@demo.example"), new_page()
    meter = main_meter(customer)
    value = int(booked(meter=meter).latest("read_on").value) + 5
    enter(page, people["klient"])

    def give(at: str) -> None:
        with clock.stopped(datetime.fromisoformat(at)):
            page.goto(SUBMIT)
            page.locator(f"input[name=value-{meter.public_id.hex}]").fill(str(value))
            page.locator("main button[name=press][value=send]").click()
            page.wait_for_load_state()

    def months() -> set[int]:
        return set(customer.contracts.values_list("billing_period_months", flat=True))

    # On the 24th the way to a clerk is open, on the 25th the countdown begins and the consequence is said.
    give("2026-11-24T23:59:59+01:00")
    axe(page)
    assert page.locator(f"button[value=appeal-{meter.public_id.hex}]").count()
    with clock.stopped(moment("2026-11-25 09:00")):
        page.goto("/pulpit/")
        assert "5 dni" in words(page)
        assert "co 2 miesiące" in words(page)
        tasks.remind()
        run_jobs()
        assert "Zostało 5 dni" in mail.outbox[-1].body
    # Nothing comes until the last second; at midnight it has followed.
    with clock.stopped(datetime.fromisoformat("2026-11-30T23:59:59+01:00")):
        tasks.close_window()
        run_jobs()
        assert months() == {1}
    with clock.stopped(moment("2026-12-01 00:00")):
        tasks.close_window()
        run_jobs()
        page.goto("/pulpit/")
        axe(page)
        assert "zablokowane" in words(page)
    assert months() == {2}
    assert "co 2 miesiące" in mail.outbox[-1].body
    give("2026-12-26T10:00:00+01:00")
    assert "zablokowane" in words(page)
    assert page.locator(f"button[value=appeal-{meter.public_id.hex}]").count()
    assert not Submission.objects.exists()

    # A clerk undoes it with a reason: from the next window on readings are taken again.
    desk = new_page()
    clerk(desk, people)
    missed = MissedWindow.objects.get(customer=customer)
    with clock.stopped(moment("2026-12-03 10:00")):
        desk.goto(f"/panel/missed-windows/{missed.public_id}/")
        desk.locator("[name=because]").fill("Odbiorca leżał w szpitalu.")
        desk.locator("main form button").last.click()
        desk.wait_for_url("**/panel/missed-windows/")
        run_jobs()
    assert months() == {1}
    assert "Odbiorca leżał w szpitalu." in mail.outbox[-1].body
    give("2026-12-25T00:00:00+01:00")
    page.wait_for_url("**/odczyty/podane/**")
    assert Submission.objects.get().reading.state == "accepted"


@pytest.mark.fact("S3.3")
def test_a_community_gives_the_reading_of_its_main_meter_only_from_the_day_of_the_rule(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "lebork", customers=12)
    customer = customer_of("klient@demo.example")
    Customer.objects.filter(pk=customer.pk).update(kind=Customer.Kind.COMMUNITY)
    main = main_meter(customer)
    sub = factories.make_meter(main.point, role="sub", serial_number="20041127")
    enter(page, people["klient"])
    here = f"{SUBMIT}?k={customer.public_id}"
    with clock.stopped(moment("2026-11-26 10:00")):
        assert page.goto(here).status == 404  # households only, as yet
    record = RuleRecord.objects.filter(rule_set="readings").latest("effective_from")
    later = record.values | {"accepted_from": ["person", "community"], "main_meter_only": ["community"]}
    RuleRecord.objects.create(rule_set="readings", effective_from=date(2027, 1, 1), values=later)
    rulebook.forget()
    with clock.stopped(moment("2027-01-26 10:00")):
        page.goto(here)
        axe(page)
        assert main.serial_number in words(page)
        assert sub.serial_number not in words(page)


def test_a_reading_is_given_without_signing_in(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    begin(settings, tmp_path, "warszawa", customers=12)
    customer = customer_of("klient@demo.example")
    meter = main_meter(customer)
    last = int(booked(meter=meter).latest("read_on").value)
    page.goto("/konto/zaloguj/")
    page.get_by_role("link", name="Podaj odczyt bez logowania").click()
    axe(page)
    page.get_by_label("Numer klienta").fill(customer.number)
    page.get_by_label("Numer wodomierza").fill(meter.serial_number)
    page.get_by_label("Stan wodomierza", exact=True).fill(str(last + 2))
    page.get_by_role("button", name="Wyślij odczyt").click()
    page.wait_for_url("**/odczyt/przyjety/")
    axe(page)
    told = words(page)
    assert f"{last + 2} m³" in told
    assert customer.name not in told
    assert Submission.objects.get().reading.state == "accepted"  # the browser has shown that a person sends it
    run_jobs()
    assert mail.outbox[-1].to == ["klient@demo.example"]


def test_where_there_is_no_waste_it_is_nowhere_to_be_seen(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa", customers=12)
    assert not Case.objects.exists()
    enter(page, people["klient"])
    places = ["/", "/pulpit/", "/dokumenty/", "/odczyty/", "/konto/sprawy/nowa/", "/konto/powiadomienia/", "/konto/"]
    places += page.locator("nav a[href^='/']").evaluate_all("all => all.map(link => link.getAttribute('href'))")
    for place in dict.fromkeys(places):
        if "wyloguj" in place:
            continue
        answer = page.goto(place)
        if answer.ok:
            assert "odpad" not in page.locator("body").inner_text().lower(), place
    assert page.goto("/konto/odpady/").status == 404
