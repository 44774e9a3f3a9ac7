"""Readings end to end: given on a phone beside the meter, checked, sent, booked; and Lębork's window by the minute."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from PIL import Image

from portal import clock
from portal.customers.models import Contract, Delegation
from portal.metering import tasks
from portal.metering.facts import booked
from portal.metering.models import Meter, MeterReading, MissedWindow, Submission
from tests.beginnings import begin
from tests.factories import moment

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
SUBMIT = "/konto/odczyty/podaj/"


def sign_in(page: Any, person: dict[str, Any]) -> None:
    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill(person["identifier"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main form button").last.click()
    page.wait_for_url("**/pulpit/**")


def own_meters() -> list[Meter]:
    owner = Delegation.objects.get(user__email="klient@demo.example")
    return list(Meter.objects.filter(point__customer=owner.customer, removed_on__isnull=True))


def last_value(meter: Meter) -> int:
    return int(booked(meter=meter).order_by("-read_on", "-value").first().value)


def dial(page: Any, meter: Meter) -> Any:
    return page.locator(f"input[name=value-{meter.public_id.hex}]")


def press(page: Any) -> None:
    page.locator("main button[name=press][value=send]").click()


@pytest.mark.fact("S0.5")
def test_all_meters_on_a_phone_an_outlier_with_a_photo_a_clerk_and_the_next_import(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa")
    phone = new_page()
    phone.set_viewport_size(PHONE)
    sign_in(phone, people["klient"])
    axe(phone)
    meters = own_meters()
    main = next(meter for meter in meters if meter.role == Meter.Role.MAIN)
    unusual = last_value(main) + 300

    phone.goto(SUBMIT)
    axe(phone)
    for meter in meters:
        dial(phone, meter).fill(str(unusual if meter == main else last_value(meter)))
    phone.locator("details.fold summary").first.click()
    photo = io.BytesIO()
    Image.new("RGB", (400, 300), "navy").save(photo, "JPEG")
    photos = phone.locator(f"input[name=photo-{main.public_id.hex}]")
    photos.evaluate("field => field.closest('details').open = true")
    photos.set_input_files({"name": "licznik.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    press(phone)

    # The unusual one is asked about; the others are taken.
    confirm = phone.locator(f"#confirm-{main.public_id.hex}")
    confirm.wait_for()
    axe(phone)
    confirm.check()
    phone.locator(f"input[name=explanation-{main.public_id.hex}]").fill("Pękła rura w ogrodzie.")
    press(phone)
    phone.wait_for_url("**/odczyty/podane/**")
    axe(phone)
    assert Submission.objects.count() == len(meters)
    reading = MeterReading.objects.get(meter=main, submission__isnull=False)
    assert reading.state == "to_check"

    desk = new_page()
    sign_in_desk(desk, people["bok"])
    desk.goto(f"/panel/readings/{reading.public_id}/")
    assert desk.locator("img[alt]").count()
    desk.locator("[name=because]").fill("Zgadza się ze zdjęciem.")
    desk.locator("button[value=accept]").click()
    desk.wait_for_url("**/panel/readings/")

    with clock.stopped(clock.now() + timedelta(days=1)):
        call_command("demo_data", next=True, verbosity=0)
    run_jobs()
    reading.refresh_from_db()
    assert reading.state == "booked"
    assert booked(meter=main).filter(value=unusual).count() == 1
    phone.goto(f"/konto/wodomierze/{main.public_id}/")
    axe(phone)
    assert phone.locator("svg rect.bar").count()


def sign_in_desk(page: Any, person: dict[str, Any]) -> None:
    page.goto("/konto/zaloguj/?next=/panel/")
    page.locator("input[name=login]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main form button").last.click()
    page.wait_for_url("**/panel/**")


@pytest.mark.fact("S3.5")
@pytest.mark.fact("S3.6")
@pytest.mark.fact("S3.7")
def test_lebork_on_the_24th_the_25th_the_last_second_and_the_first(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "lebork")
    Delegation.objects.update(starts_at=moment("2026-09-01 12:00"))
    Contract.objects.update(billing_period_months=1)
    page.set_viewport_size(PHONE)
    sign_in(page, people["klient"])
    main = next(meter for meter in own_meters() if meter.role == Meter.Role.MAIN)
    value = last_value(main) + 5

    def give(at: str, shown: int) -> None:
        with clock.stopped(datetime.fromisoformat(at)):
            page.goto(SUBMIT)
            axe(page)
            dial(page, main).fill(str(shown))
            press(page)
            page.wait_for_load_state()

    give("2026-11-24T12:00:00+01:00", value)
    assert page.locator(f"button[value=appeal-{main.public_id.hex}]").count()
    assert not Submission.objects.exists()
    give("2026-11-25T00:00:00+01:00", value)
    assert Submission.objects.get().reading.value == Decimal(value)
    give("2026-11-30T23:59:59+01:00", value + 1)  # a second one in the window
    assert Submission.objects.count() == 1
    with clock.stopped(moment("2026-12-01 00:00")):
        tasks.close_window()
        run_jobs()
        page.goto("/pulpit/")
        axe(page)
    assert not MissedWindow.objects.filter(customer=main.point.customer).exists()
