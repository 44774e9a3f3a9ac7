"""The screens of readings: nothing typed is lost, every refusal is a sentence, photos are only pictures."""

import io
import re
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from portal import clock
from portal.metering.models import Downtime, MeterReading, Submission
from tests import factories
from tests.portal.metering.conftest import LEBORK, Household, book, rule

SUBMIT = "/konto/odczyty/podaj/"


@pytest.fixture
def owner(household: Household, client: Client) -> Client:
    client.force_login(household.owner)
    return client


def sent(household: Household, value: str, **more: Any) -> dict[str, Any]:
    key = household.meter.public_id.hex
    fields = {name if name in ("press", "change", "meter") else f"{name}-{key}": what for name, what in more.items()}
    return {"k": household.k, f"value-{key}": value, "press": "send"} | fields


def picture(kind: str = "JPEG", *, with_place: bool = False) -> bytes:
    drawn = io.BytesIO()
    image = Image.new("RGB", (60, 40), "navy")
    exif = Image.Exif()
    if with_place:
        exif[0x010F] = "Secret Camera"
    image.save(drawn, kind, exif=exif)
    return drawn.getvalue()


def text(response: Any) -> str:
    return response.content.decode().replace("\xa0", " ")


def test_the_form_shows_the_last_reading_and_one_dial(owner, household):
    shown = text(owner.get(SUBMIT, {"k": household.k}))
    assert "495 m³" in shown
    assert 'maxlength="5"' in shown


def test_a_reading_is_sent_and_the_receipt_says_its_state(owner, household):
    response = owner.post(SUBMIT, sent(household, "00504"), follow=True)
    assert response.redirect_chain[-1][0].startswith("/konto/odczyty/podane/")
    assert "504 m³" in text(response)
    assert MeterReading.objects.get(submission__isnull=False).state == "accepted"


@pytest.mark.parametrize("typed", ["pięć", "-4", "504,7", "1234567", ""])
def test_what_is_no_reading_gets_a_sentence_and_stays_in_the_field(owner, household, typed):
    response = owner.post(SUBMIT, sent(household, typed))
    assert response.status_code == 422
    errors = [error for found in response.context["form"].errors.values() for error in found]
    assert len(errors) == 1
    assert errors[0].endswith(".")
    assert f'value="{typed}"' in text(response)
    assert not Submission.objects.exists()


def test_a_day_to_come_is_refused_with_the_value_kept(owner, household):
    response = owner.post(SUBMIT, sent(household, "504", read_on="2026-11-21"))
    assert response.status_code == 409
    assert 'value="504"' in text(response)
    assert "appeal-" not in text(response)


def test_an_unusual_value_is_asked_about_and_the_second_press_keeps_the_photo(owner, household):
    photo = SimpleUploadedFile("dial.jpg", picture(with_place=True), "image/jpeg")
    first = owner.post(SUBMIT, sent(household, "600", photo=photo))
    assert first.status_code == 409
    ticket = re.search(rf'name="kept-{household.meter.public_id.hex}" value="([^"]+)"', text(first))
    assert ticket
    again = sent(household, "600", kept=ticket[1], confirm="600", explanation="Napełniliśmy basen.")
    assert owner.post(SUBMIT, again).status_code == 302
    submission = Submission.objects.get()
    assert submission.reading.state == "to_check"
    assert submission.explanation == "Napełniliśmy basen."
    with storages["private"].open(str(submission.photo)) as kept:
        stored = kept.read()
    assert b"Secret Camera" not in stored
    assert Image.open(io.BytesIO(stored)).format == "JPEG"


def test_confirming_another_value_than_was_asked_about_asks_again(owner, household):
    assert owner.post(SUBMIT, sent(household, "700", confirm="600")).status_code == 409


def test_a_photo_of_somebody_else_is_not_taken(owner, household):
    from portal.metering import photos  # noqa: PLC0415 - only here

    name = photos.keep(SimpleUploadedFile("a.png", picture("PNG"), "image/png"), megabytes=10)
    others = photos.ticket(name, factories.make_user())
    owner.post(SUBMIT, sent(household, "504", kept=others))
    assert not Submission.objects.get().photo


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff\xe0 not a picture", b"<svg/>", b"%PDF-1.7"], ids=["empty", "fake", "svg", "pdf"]
)
def test_a_file_that_is_no_photo_gets_a_sentence_and_the_value_stays(owner, household, content):
    photo = SimpleUploadedFile("dial.jpg", content, "image/jpeg")
    response = owner.post(SUBMIT, sent(household, "504", photo=photo))
    if not content:
        assert response.status_code in (302, 422)
        return
    assert response.status_code == 422
    assert 'value="504"' in text(response)
    assert not Submission.objects.exists()


def test_a_photo_of_60_mb_gets_a_sentence(owner, household):
    photo = SimpleUploadedFile("dial.jpg", picture() + b"\0" * 60_000_000, "image/jpeg")
    response = owner.post(SUBMIT, sent(household, "504", photo=photo))
    assert response.status_code == 422
    assert "10 MB" in text(response)


def test_a_refusal_says_until_when_and_one_press_sends_it_to_a_clerk(owner, household):
    rule(**LEBORK)
    response = owner.post(SUBMIT, sent(household, "504"))
    assert "25 listopada" in text(response)
    appeal = f"appeal-{household.meter.public_id.hex}"
    assert appeal in text(response)
    assert owner.post(SUBMIT, sent(household, "504", press=appeal)).status_code == 302
    assert Submission.objects.get().reasons == ["outside_window"]


def test_all_meters_at_once_and_what_is_right_is_taken(owner, household):
    second = factories.make_meter(household.meter.point, role="deduct")
    book(second, "2026-10-31", 60)
    third = factories.make_meter(household.meter.point, role="sub")
    book(third, "2026-10-31", 60)
    response = owner.post(
        SUBMIT, sent(household, "504") | {f"value-{second.public_id.hex}": "20", f"value-{third.public_id.hex}": ""}
    )
    assert response.status_code == 302
    assert sorted(Submission.objects.values_list("reading__state", flat=True)) == ["accepted", "to_check"]


def test_another_s_meter_is_not_in_the_form(owner, household):
    other = factories.make_meter()
    response = owner.post(SUBMIT, {"k": household.k, f"value-{other.public_id.hex}": "5"})
    assert response.status_code == 422
    assert not Submission.objects.exists()


def test_a_meter_that_was_taken_off_is_not_in_the_form(owner, household):
    household.meter.removed_on = date(2026, 11, 1)
    household.meter.save()
    assert owner.post(SUBMIT, sent(household, "504")).status_code == 422


def test_a_reading_is_changed_and_taken_back(owner, household):
    owner.post(SUBMIT, sent(household, "504"))
    first = MeterReading.objects.get(submission__isnull=False)
    form = text(owner.get(SUBMIT, {"k": household.k, "change": str(first.public_id)}))
    assert 'value="504"' in form
    owner.post(SUBMIT, sent(household, "505", change=str(first.public_id)))
    second = MeterReading.objects.get(state="accepted")
    assert second.value == 505
    owner.post(reverse("metering:withdraw", args=[second.public_id]), {"k": household.k})
    assert set(MeterReading.objects.filter(submission__isnull=False).values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.fact("S1.11")
def test_where_readings_are_only_shown_there_is_history_and_no_form(owner, household):
    rule(is_accepting=False, history_months=24)
    assert owner.get(SUBMIT, {"k": household.k}).status_code == 404
    book(household.meter, "2023-12-31", 200)
    shown = text(owner.get(reverse("metering:meter", args=[household.meter.public_id]), {"k": household.k}))
    assert "380 m³" in shown
    assert "200 m³" not in shown


def test_where_the_module_is_off_there_is_nothing(owner, household):
    from portal.utility.models import RuleRecord  # noqa: PLC0415 - only here

    RuleRecord.objects.create(rule_set="modules", effective_from=date(2020, 1, 1), values={"readings": False})
    for address in (SUBMIT, "/konto/odczyty/podane/", reverse("metering:meter", args=[household.meter.public_id])):
        assert owner.get(address, {"k": household.k}).status_code == 404


def by_the_hour(meter: Any, first: date, days: int) -> None:
    """Ten litres an hour, and one more in the hour after noon; the registers of one year as a transmitter sends them."""
    at, value, rows = clock.at(first), Decimal(500), []
    for hour in range(days * 24 + 1):
        moment = at.astimezone(UTC) + timedelta(hours=hour)
        read_on = (moment - timedelta(seconds=1)).astimezone(clock.WARSAW).date()
        rows.append(
            MeterReading(
                meter=meter,
                external_id=f"H{meter.pk}-{hour}",
                value=value,
                read_on=read_on,
                read_at=moment,
                source="remote",
            )
        )
        value += Decimal("0.011") if moment.astimezone(clock.WARSAW).hour == 12 else Decimal("0.010")
    MeterReading.objects.bulk_create(rows)


def test_the_table_equals_the_picture_and_a_year_of_hourly_readings_is_quick(
    owner, household, django_assert_max_num_queries
):
    MeterReading.objects.filter(meter=household.meter).delete()
    by_the_hour(household.meter, date(2025, 11, 20), 365)
    address = reverse("metering:meter", args=[household.meter.public_id])
    owner.get(address, {"k": household.k})  # what is kept between requests is there
    bars = {"": 11, "by=years": 2, "month=2026-10": 31, "day=2026-10-24": 24, "day=2026-10-25": 25}
    for asked, count in bars.items():
        with django_assert_max_num_queries(12):
            shown = text(owner.get(f"{address}?k={household.k}&{asked}"))
        drawn = re.findall(r'class="bar [a-z]+" data-use="([^"]*)"', shown)
        listed = [value for value in re.findall(r'<td class="figure"[^>]*data-use="([^"]*)"', shown) if value]
        assert drawn == listed
        assert len(drawn) == count
        heights = re.findall(r'class="bar [a-z]+"[^>]*height="([^"]*)"', shown)
        highest, tallest = max(map(Decimal, drawn)), max(map(Decimal, heights))
        for use, height in zip(drawn, heights, strict=True):  # a bar is as high as its figure says
            assert abs(Decimal(height) - tallest * Decimal(use) / highest) <= Decimal("0.2")
        assert re.search(r"<desc id=.chart-desc.>.+</desc>", shown)
    assert "11 l" in shown


def test_the_file_for_download_holds_the_readings(owner, household):
    shown = owner.get(reverse("metering:meter_csv", args=[household.meter.public_id]), {"k": household.k})
    lines = shown.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert lines[-1].startswith("31.10.2026;495")


def test_a_clerk_decides_with_a_sentence(owner, household, client):
    owner.post(SUBMIT, sent(household, "480"))
    reading = MeterReading.objects.get(submission__isnull=False)
    clerk = factories.make_staff(is_superuser=True)
    desk = Client()
    desk.force_login(clerk)
    page = reverse("reading_register:inspect", args=[reading.public_id])
    assert household.meter.serial_number in text(desk.get(reverse("reading_register:index")))
    assert "480 m³" in text(desk.get(page))
    assert desk.post(page, {"verdict": "reject", "because": " "}).status_code == 200
    desk.post(page, {"verdict": "reject", "because": "To wodomierz sąsiada."})
    reading.refresh_from_db()
    assert reading.state == "rejected"
    assert "To wodomierz sąsiada." in text(owner.get("/konto/odczyty/podane/", {"k": household.k}))


def test_a_clerk_sees_what_flowed_over_the_dial_s_end_and_the_meter_before(owner, household):
    desk = Client()
    desk.force_login(factories.make_staff(is_superuser=True))
    old = household.meter
    old.removed_on = date(2026, 10, 31)
    old.save()
    new = factories.make_meter(old.point, serial_number="99887766", installed_on=date(2026, 10, 31))
    book(new, "2026-11-01", 99_995)
    key = new.public_id.hex
    owner.post(SUBMIT, {"k": household.k, f"value-{key}": "7", "press": "send"})
    reading = MeterReading.objects.get(submission__isnull=False)
    assert reading.submission.reasons == ["rollover"]
    shown = text(desk.get(reverse("reading_register:inspect", args=[reading.public_id])))
    assert "12 m³" in shown
    assert "12345678" in shown


def test_a_clerk_sees_whom_to_ask_for_a_reading_and_undoes_a_missed_window(household):
    from portal.metering.models import MissedWindow  # noqa: PLC0415 - only here

    desk = Client()
    desk.force_login(factories.make_staff(is_superuser=True))
    with clock.stopped(factories.moment("2027-02-20 10:00")):
        assert household.meter.serial_number in text(desk.get(reverse("unread_register:index")))
    missed = MissedWindow.objects.create(
        customer=household.customer,
        closes=date(2026, 10, 31),
        happened_at=clock.now(),
        is_blocking=True,
        months_before={str(household.contract.public_id): 1},
    )
    page = reverse("missed_register:inspect", args=[missed.public_id])
    assert desk.get(reverse("missed_register:index")).status_code == 200
    desk.post(page, {"because": "Awaria portalu."})
    missed.refresh_from_db()
    assert missed.lifted_because == "Awaria portalu."
    assert "Awaria portalu." in text(desk.get(page))


def test_the_office_states_when_the_portal_was_down(db):
    desk = Client()
    desk.force_login(factories.make_staff(is_superuser=True))
    page = reverse("downtime_register:add")
    assert desk.get(page).status_code == 200
    wrong = {"began_at": "2026-11-19T14:00", "ended_at": "2026-11-19T10:00", "because": "Awaria łącza."}
    assert desk.post(page, wrong).context["form"].errors["ended_at"]
    assert desk.post(page, wrong | {"ended_at": "2027-01-01T10:00"}).context["form"].errors["ended_at"]
    desk.post(page, wrong | {"ended_at": "2026-11-19T19:30"})
    stated = Downtime.objects.get()
    assert (stated.began_at, stated.is_measured) == (factories.moment("2026-11-19 14:00"), False)
    assert "Awaria łącza." in text(desk.get(reverse("downtime_register:index")))


@pytest.mark.fact("S3.3")
def test_a_community_gives_readings_of_its_main_meter_only(household, client):
    rule(main_meter_only=["community"])
    household.customer.kind = "community"
    household.customer.save()
    garden = factories.make_meter(household.meter.point, role="deduct", serial_number="20041127")
    client.force_login(household.owner)
    shown = text(client.get(SUBMIT, {"k": household.k}))
    assert household.meter.serial_number in shown
    assert garden.serial_number not in shown


def test_the_main_meter_stands_first(owner, household):
    factories.make_meter(household.meter.point, role="deduct", serial_number="20041127")
    shown = text(owner.get(SUBMIT, {"k": household.k}))
    assert shown.index(household.meter.serial_number) < shown.index("20041127")


def test_a_meter_page_tells_seals_exchanges_and_what_the_place_used_before(owner, household):
    old = household.meter
    old.removed_on = date(2026, 10, 31)
    old.save()
    new = factories.make_meter(
        old.point,
        serial_number="99887766",
        installed_on=date(2026, 10, 31),
        seals="PL 004512",
        verification_valid_until=date(2026, 12, 31),
    )
    book(new, "2026-10-31", 0)
    book(new, "2026-11-15", 5)
    address = reverse("metering:meter", args=[new.public_id])
    alone = text(owner.get(address, {"k": household.k}))
    for words in ("PL 004512", "31.12.2026", "12345678", "495 m³"):
        assert words in alone
    assert 'class="bar' not in alone  # the new one has no whole month yet
    whole = text(owner.get(address, {"k": household.k, "of": "place"}))
    assert 'data-use="9.0"' in whole
