"""Forecasts and simulations as people meet them: docs/rules/forecast.md is the source."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from portal import clock
from portal.billing.forecast import at_reading, for_period, forecast_subject
from portal.billing.models import TariffRate
from portal.billing.pay_simulation import after_paying
from portal.customers.models import Contract
from portal.metering.models import Meter, MeterReading
from portal.utility.models import RuleRecord
from tests import factories
from tests.portal.billing.test_pricing import NETS, rows

PAGE = "/konto/prognoza/"


def book(meter: Meter, day: str, value: int) -> None:
    MeterReading.objects.create(
        meter=meter,
        external_id=f"{meter.external_id}-{day}",
        value=Decimal(value),
        read_on=date.fromisoformat(day),
        source="actual",
        state="booked",
    )


@pytest.fixture
def contract(db: None) -> Contract:
    RuleRecord.objects.create(rule_set="modules", effective_from=date(2020, 1, 1), values={"forecast": True})
    for component, (unit, *nets) in NETS.items():
        for year, net in zip((2026, 2027), nets, strict=True):
            TariffRate.objects.create(
                external_id=f"{component}-{year}",
                group="G1",
                component=component,
                unit=unit,
                effective_from=date(year, 1, 1),
                effective_to=date(year, 12, 31),
                net_price=Decimal(net),
            )
    return factories.make_contract(tariff_group="G1", billing_period_months=1, number="U/7/2020")


@pytest.fixture
def meter(contract: Contract) -> Meter:
    found = factories.make_meter(factories.make_point(contract), serial_number="12345678")
    book(found, "2025-10-31", 386)
    book(found, "2026-10-31", 495)
    return found


@pytest.fixture
def owner(contract: Contract) -> Any:
    return factories.make_owner(contract.customer)


@pytest.fixture
def november() -> Any:
    with clock.stopped(clock.at(date(2026, 11, 30), 12)):
        yield


def test_at_a_reading_the_use_is_what_the_dial_shows_less_what_was_booked(owner, meter, november):
    subject = forecast_subject(factories.viewer(owner))
    assert subject is not None

    found = at_reading(subject, date(2026, 11, 30), {meter.public_id.hex: "504"})

    assert (found.first, found.uses[0].amount, found.uses[0].how) == (date(2026, 11, 1), Decimal(9), "dial")
    assert found.estimate is not None
    assert found.estimate.gross == Decimal("155.84")  # the table's "nine m³ in a month"


def test_the_garden_meter_s_water_is_no_sewage(owner, meter, november):
    garden = factories.make_meter(meter.point, role="deduct", serial_number="20041127")
    book(garden, "2026-10-31", 60)
    subject = forecast_subject(factories.viewer(owner))
    assert subject is not None

    found = at_reading(subject, date(2026, 11, 30), {meter.public_id.hex: "504", garden.public_id.hex: "64"})

    assert found.estimate is not None
    volumes = {line.component: line.quantity for line in found.estimate.lines}
    assert (volumes["water"], volumes["sewage"]) == (Decimal(9), Decimal(5))


def test_what_is_left_empty_flows_as_on_the_same_days_before_and_is_called_so(owner, meter, november):
    subject = forecast_subject(factories.viewer(owner))
    assert subject is not None

    found = for_period(subject, date(2026, 12, 1), date(2026, 12, 31), {})

    assert found.is_usual
    assert found.uses[0].amount == Decimal(9)  # 109 m³ in the year from 31 October 2025


def test_a_reading_lower_than_the_booked_one_is_a_sentence_and_no_amount(client, owner, meter, november):
    client.force_login(owner)

    answer = client.get(PAGE, {"by": "reading", f"value-{meter.public_id.hex}": "480", "day": "2026-11-30"})

    assert answer.status_code == 422
    assert "495" in answer.content.decode()
    assert "zł" not in answer.content.decode().split("<h1")[1].split("<form")[0]


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-01", "2026-11-01"), ("2026-01-01", "2027-02-01"), ("2029-01-01", "2029-02-01"), ("jutro", "2026-12-01")],
)
def test_a_period_that_cannot_be_is_a_sentence(client, owner, meter, november, first, last):
    client.force_login(owner)

    assert client.get(PAGE, {"by": "period", "first": first, "last": last}).status_code == 422


def test_prices_that_change_inside_the_period_are_shown_apart(client, owner, meter, november):
    client.force_login(owner)
    asked = {"by": "period", "first": "2026-12-01", "last": "2027-01-31", f"use-{meter.public_id.hex}": "20"}

    page = client.get(PAGE, asked).content.decode()

    assert all(words in page for words in ("6,27", "6,51", "01.12.2026–31.12.2026", "01.01.2027–31.01.2027"))


def test_the_picture_of_the_forecast_is_a_pdf_marked_as_one(client, owner, meter, november):
    client.force_login(owner)

    answer = client.get(f"{PAGE}pdf/", {"by": "period", "first": "2026-12-01", "last": "2027-01-31"})

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "prognoza-2026-12-01" in answer.headers["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")


def test_the_cost_beside_the_dial_gives_no_reading(client, owner, meter, november):
    client.force_login(owner)
    k = str(meter.point.customer.public_id)

    sent = {"k": k, f"value-{meter.public_id.hex}": "504", f"read_on-{meter.public_id.hex}": "2026-11-30"}
    whole = client.post(f"{PAGE}koszt/", sent).content.decode().replace("\xa0", " ")
    part = client.post(f"{PAGE}koszt/", sent, headers={"HX-Request": "true"}).content.decode().replace("\xa0", " ")

    assert "155,84 zł" in whole
    assert f'name="value-{meter.public_id.hex}" value="504"' in whole  # sending it is one press away
    assert "155,84 zł" in part
    assert "<html" not in part
    assert not MeterReading.objects.filter(submission__isnull=False).exists()


def test_without_the_module_there_is_no_forecast(client, owner, meter):
    RuleRecord.objects.create(rule_set="modules", effective_from=date(2021, 1, 1), values={"forecast": False})
    client.force_login(owner)

    names = ("billing:forecast", "billing:forecast_pdf", "billing:pay_simulation")
    assert {client.get(reverse(name)).status_code for name in names} == {404}


def test_the_fee_is_that_of_the_kind_of_bill(owner, contract, meter, november):
    RuleRecord.objects.create(
        rule_set="e_invoice",
        effective_from=date(2020, 1, 1),
        values={"fee_name": "stawka za rozliczenie", "fee_paper": "2.33", "fee_electronic": "1.00"},
    )
    asked = {meter.public_id.hex: "504"}
    grosses = []
    for how in ("paper", "e_invoice"):
        Contract.objects.update(e_invoice=how)
        subject = forecast_subject(factories.viewer(owner))
        assert subject is not None
        found = at_reading(subject, date(2026, 11, 30), asked).estimate
        assert found is not None
        grosses.append(found.gross)

    assert grosses == [Decimal("158.17"), Decimal("156.84")]


def test_a_customer_of_many_places_meets_a_forecast_of_one_in_few_statements(
    client, owner, contract, meter, november, django_assert_max_num_queries
):
    for n in range(40):
        book(
            factories.make_meter(factories.make_point(contract, street="ul. Młyńska", building=str(n))), "2026-10-31", 5
        )
    client.force_login(owner)
    client.get(PAGE)

    with django_assert_max_num_queries(12):
        page = client.get(PAGE, {"by": "reading", "meter": str(meter.public_id)}).content.decode()

    assert "12345678" in page


# Paying


@pytest.mark.parametrize("row", rows("Balance"), ids=lambda row: f"{row['Balance']} − {row['Chosen']}")
def test_the_balance_becomes_what_the_table_says(row):
    found = after_paying(Decimal(row["Balance"]), Decimal(row["Being booked"]), Decimal(row["Chosen"]))

    assert " ".join(filter(None, [found.state, f"{found.absolute}" if found.becomes else ""])) == row["Becomes"]


def test_what_the_balance_becomes_is_said_in_words(client, owner, contract):
    item = factories.make_charge(contract.customer, "135.38", contract=contract)
    factories.make_charge(contract.customer, "64.62", contract=contract)
    client.force_login(owner)

    page = client.get("/konto/symulacja-wplat/", {"item": str(item.public_id)}).content.decode().replace("\xa0", " ")

    assert "Niedopłata" in page
    assert "64,62 zł" in page


@pytest.mark.parametrize("typed", ["sto", "-5", "1.2.3"])
def test_what_is_no_amount_is_a_sentence(client, owner, contract, typed):
    factories.make_charge(contract.customer, "135.38", contract=contract)
    client.force_login(owner)

    answer = client.get("/konto/symulacja-wplat/", {"amount": typed})

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.content.decode()


def test_somebody_else_s_document_changes_nothing(client, owner, contract):
    factories.make_charge(contract.customer, "135.38", contract=contract)
    other = factories.make_charge(factories.make_customer(), "10.00")
    client.force_login(owner)

    page = client.get("/konto/symulacja-wplat/", {"item": str(other.public_id)}).content.decode().replace("\xa0", " ")

    assert "135,38 zł" in page
    assert "125,38" not in page
