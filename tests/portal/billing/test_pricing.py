"""The table of docs/rules/forecast.md, row by row, and what holds for every period."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given, strategies

from portal.billing.pricing import Fee, NoPrice, Prices, Rate, Used, add_months, estimate, month_starts, spread

PAGE = (Path(settings.BASE_DIR) / "docs/rules/forecast.md").read_text(encoding="utf-8")
NETS = {
    "water": ("m3", "6.27", "6.51"),
    "sewage": ("m3", "8.85", "9.19"),
    "subscription_water": ("mies.", "4.60", "4.77"),
    "subscription_sewage": ("mies.", "3.62", "3.76"),
}
G1 = Prices(
    Rate(component, unit, date(year, 1, 1), date(year, 12, 31), Decimal(net))
    for component, (unit, *nets) in NETS.items()
    for year, net in zip((2026, 2027), nets, strict=True)
)


def rows(first_head: str) -> list[dict[str, str]]:
    """The rows of the page's table whose first column is called so."""
    lines = PAGE.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_head} |"))
    heads = [cell.strip() for cell in lines[at].strip("|").split("|")]
    found = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        found.append(dict(zip(heads, (cell.strip() for cell in line.strip("|").split("|")), strict=True)))
    return found


@pytest.mark.parametrize("row", rows("Situation"), ids=lambda row: row["Situation"])
def test_a_forecast_comes_to_what_the_table_says(row):
    found = estimate(
        G1,
        [Used("Lipowa 5", Decimal(row["Water"]), Decimal(row["Garden"]))],
        date.fromisoformat(row["From"]),
        date.fromisoformat(row["To"]),
        months_a_bill=int(row["Months a bill"]),
        fee=None if row["Fee"] == "–" else Fee("stawka za rozliczenie", Decimal(row["Fee"])),
    )

    assert {"Net": found.net, "VAT": found.vat, "Gross": found.gross} == {
        name: Decimal(row[name]) for name in ("Net", "VAT", "Gross")
    }


def test_the_period_is_cut_where_a_price_changes():
    found = estimate(G1, [Used("", Decimal(20))], date(2026, 12, 1), date(2027, 1, 31), months_a_bill=2)

    water = [line for line in found.lines if line.component == "water"]
    assert [(line.first, line.last, line.quantity, line.price) for line in water] == [
        (date(2026, 12, 1), date(2026, 12, 31), Decimal(10), Decimal("6.27")),
        (date(2027, 1, 1), date(2027, 1, 31), Decimal(10), Decimal("6.51")),
    ]
    assert found.has_segments


def test_a_contract_for_water_alone_has_no_sewage():
    found = estimate(G1, [Used("", Decimal(9), services=("water",))], date(2026, 11, 1), date(2026, 11, 30))

    assert {line.component for line in found.lines} == {"water", "subscription_water"}


def test_after_the_last_announced_price_that_price_is_used_and_said_so():
    found = estimate(G1, [Used("", Decimal(9))], date(2028, 1, 1), date(2028, 1, 31))

    assert found.is_beyond
    assert found.lines[0].price == Decimal("6.51")


def test_without_a_price_there_is_no_forecast():
    with pytest.raises(NoPrice):
        estimate(G1, [Used("", Decimal(9))], date(2025, 12, 1), date(2026, 1, 31))


def test_a_tariff_with_its_own_settlement_fee_charges_it_once_a_bill():
    prices = Prices(
        [
            Rate("water", "m3", date(2026, 1, 1), None, Decimal("6.27")),
            Rate("settlement", "szt.", date(2026, 1, 1), None, Decimal("2.16")),
        ]
    )
    found = estimate(
        prices, [Used("", Decimal(9), services=("water",))], date(2026, 9, 1), date(2026, 11, 30), months_a_bill=2
    )

    assert [(line.quantity, line.net) for line in found.lines if line.component == "settlement"] == [
        (Decimal(2), Decimal("4.32"))
    ]


@given(
    strategies.integers(0, 5000),
    strategies.lists(strategies.integers(1, 400), min_size=1, max_size=6),
)
def test_the_parts_of_a_volume_add_up_and_none_is_negative(whole, days):
    parts = spread(Decimal(whole), days)

    assert sum(parts) == whole
    assert all(part >= 0 for part in parts)


@given(
    strategies.dates(date(2026, 1, 1), date(2027, 6, 30)),
    strategies.integers(0, 180),
    strategies.integers(0, 500),
    strategies.integers(0, 500),
)
def test_any_period_has_whole_volumes_and_a_gross_of_its_net_and_vat(first, length, water, garden):
    last = first + timedelta(days=length)
    found = estimate(G1, [Used("", Decimal(water), Decimal(garden))], first, last, months_a_bill=2)

    volumes = {
        component: sum((line.quantity for line in found.lines if line.component == component), Decimal(0))
        for component in ("water", "sewage", "subscription_water")
    }
    assert volumes["water"] == water
    assert volumes["sewage"] == max(0, water - garden)
    assert volumes["subscription_water"] == found.months == len(month_starts(first, last))
    assert found.gross == found.net + found.vat
    assert found.net == sum(line.net for line in found.lines)


def test_months_are_counted_from_the_last_day_of_a_month_too():
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert len(month_starts(date(2026, 1, 31), date(2026, 3, 30))) == 2
