"""The prices of a demo: two years of one tariff, raised once a year, and its lines' words on an invoice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

VAT = Decimal("0.08")
VAT_RATE = "8"
# Net prices of each year that a demo may touch are reckoned from these, of 2026, by this yearly rise.
BASE_YEAR = 2026
RISE = Decimal("1.038")
GROUPS = ("G1", "G2", "P1")  # households, communities, firms


@dataclass(frozen=True)
class Price:
    component: str
    unit: str
    net: Decimal
    words: str
    classification: str


BASE: dict[str, tuple[Price, ...]] = {
    group: (
        Price("water", "m3", Decimal(water), "Dostarczanie wody", "36.00.20.0"),
        Price("sewage", "m3", Decimal(sewage), "Odprowadzanie ścieków", "37.00.11.0"),
        Price("subscription_water", "mies.", Decimal(standing_water), "Opłata abonamentowa, woda", "36.00.20.0"),
        Price("subscription_sewage", "mies.", Decimal(standing_sewage), "Opłata abonamentowa, ścieki", "37.00.11.0"),
        Price("waste", "mies.", Decimal(waste), "Odbiór odpadów", "38.11.29.0"),
    )
    for group, water, sewage, standing_water, standing_sewage, waste in (
        ("G1", "6.27", "8.85", "4.60", "3.62", "48.00"),
        ("G2", "6.27", "8.85", "11.40", "9.20", "310.00"),
        ("P1", "6.84", "9.72", "14.50", "12.10", "126.00"),
    )
}


def price(group: str, component: str, day: date) -> Price:
    """The price of a day. It changes on the first of January, inside some billing periods."""
    base = next(one for one in BASE[group] if one.component == component)
    years = day.year - BASE_YEAR
    net = (base.net * RISE**years).quantize(Decimal("0.01"))
    return Price(base.component, base.unit, net, base.words, base.classification)


def tariff_rows(first: date, last: date, components: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows of tariffs.csv for all years between two days, and the one that follows."""
    for group in GROUPS:
        for component in components:
            for year in range(first.year, last.year + 2):
                found = price(group, component, date(year, 1, 1))
                yield {
                    "id": f"T-{group}-{component}-{year}",
                    "group": group,
                    "component": component,
                    "unit": found.unit,
                    "effective_from": date(year, 1, 1),
                    "effective_to": date(year + 1, 1, 1) - timedelta(days=1),
                    "net_price": found.net,
                    "vat_rate": VAT_RATE,
                }
