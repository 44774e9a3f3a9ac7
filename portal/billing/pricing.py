"""What an invoice for some use would come to, by dated prices. Plain Python; docs/rules/forecast.md is the source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from portal.money import round_half_up

BY_VOLUME = {"m3", "m³"}
A_BILL = {"bill", "szt.", "szt", "faktura"}
SERVICE_OF = {
    "water": "water",
    "subscription_water": "water",
    "sewage": "sewage",
    "subscription_sewage": "sewage",
}
ORDER = ("water", "sewage", "subscription_water", "subscription_sewage", "settlement")
ONE_DAY = timedelta(days=1)


class NoPrice(Exception):
    """For some day of the period, no price of what is used is known."""


@dataclass(frozen=True)
class Rate:
    """A net price of one unit, from a day until a day, both included; without an end until another begins."""

    component: str
    unit: str
    first: date
    last: date | None
    net: Decimal
    vat: str = "8"


@dataclass(frozen=True)
class Used:
    """What flows at one place in the period, whole m³. The garden meter's water does not become sewage."""

    place: str
    water: Decimal
    garden: Decimal = Decimal(0)
    services: tuple[str, ...] = ("water", "sewage")

    @property
    def sewage(self) -> Decimal:
        return max(Decimal(0), self.water - self.garden)


@dataclass(frozen=True)
class Fee:
    """A fee for each bill that a rule states gross."""

    name: str
    gross: Decimal
    vat: str = "8"


@dataclass(frozen=True)
class Line:
    """One line of a forecast: what, where, in which days, how much at which price."""

    component: str
    place: str
    first: date
    last: date
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    vat: str
    name: str = ""


@dataclass(frozen=True)
class VatSum:
    rate: str
    net: Decimal
    vat: Decimal


@dataclass(frozen=True)
class Estimate:
    """A forecast invoice. `is_beyond`: some day lies after the last announced price, whose last one is used."""

    first: date
    last: date
    months: int
    bills: int
    lines: tuple[Line, ...]
    sums: tuple[VatSum, ...]
    is_beyond: bool = False

    @property
    def net(self) -> Decimal:
        return sum((one.net for one in self.sums), Decimal("0.00"))

    @property
    def vat(self) -> Decimal:
        return sum((one.vat for one in self.sums), Decimal("0.00"))

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def has_segments(self) -> bool:
        """Whether a price changes within the period."""
        return any((line.first, line.last) != (self.first, self.last) for line in self.lines)


def add_months(day: date, months: int) -> date:
    """The same day so many months on; where the month is shorter, its last day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(years + (month == 11), (month + 1) % 12 + 1, 1)
    return date(years, month + 1, min(day.day, (first_of_next - ONE_DAY).day))


def month_starts(first: date, last: date) -> list[date]:
    """The day on which each month of a period begins, counted from its first day; a month begun is a month."""
    starts: list[date] = []
    while (start := add_months(first, len(starts))) <= last:
        starts.append(start)
    return starts


class Prices:
    """The prices of one tariff group."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._by_component: dict[str, list[Rate]] = {}
        for rate in sorted(rates, key=lambda rate: rate.first):
            self._by_component.setdefault(rate.component, []).append(rate)

    def has(self, component: str) -> bool:
        return component in self._by_component

    def on(self, component: str, day: date) -> tuple[Rate, bool]:
        """The price of a day, and whether the day lies beyond the last announced one. Raises NoPrice."""
        held = [rate for rate in self._by_component.get(component, []) if rate.first <= day]
        if not held:
            raise NoPrice(component)
        found = held[-1]
        return found, bool(found.last and found.last < day)

    def segments(self, component: str, first: date, last: date) -> list[tuple[date, date, Rate]]:
        """The period cut where the price changes. Raises NoPrice."""
        rate, _beyond = self.on(component, first)
        found: list[tuple[date, date, Rate]] = []
        start = first
        for coming in self._by_component[component]:
            if not first < coming.first <= last or coming.net == rate.net:
                continue
            found.append((start, coming.first - ONE_DAY, rate))
            start, rate = coming.first, coming
        return [*found, (start, last, rate)]


def spread(whole: Decimal, days: Sequence[int]) -> list[Decimal]:
    """A volume over the days of each segment: whole m³ that add up to it."""
    total, gone, given = sum(days), 0, Decimal(0)
    parts: list[Decimal] = []
    for count in days:
        gone += count
        until = (whole * gone / total).quantize(Decimal(1), ROUND_HALF_UP) if gone < total else whole
        parts.append(until - given)
        given = until
    return parts


def estimate(
    prices: Prices, used: Sequence[Used], first: date, last: date, *, months_a_bill: int = 1, fee: Fee | None = None
) -> Estimate:
    """What the invoices of a period would come to. Raises NoPrice."""
    starts = month_starts(first, last)
    bills = -(-len(starts) // max(1, months_a_bill))
    lines: list[Line] = []
    for place in used:
        for component in ORDER[:4]:
            if SERVICE_OF[component] in place.services and (prices.has(component) or component in ("water", "sewage")):
                lines += _lines(prices, component, place, first, last, starts)
    if fee is None and prices.has("settlement"):
        rate, _beyond = prices.on("settlement", last)
        lines.append(_line(rate, "", first, last, Decimal(bills)))
    beyond = any(prices.on(line.component, last)[1] for line in lines)
    if fee is not None:
        lines.append(_of_fee(fee, bills, first, last))
    return Estimate(first, last, len(starts), bills, tuple(lines), _sums(lines, fee, bills), beyond)


def _lines(prices: Prices, component: str, place: Used, first: date, last: date, starts: list[date]) -> list[Line]:
    cut = prices.segments(component, first, last)
    if cut[0][2].unit in BY_VOLUME:
        whole = place.sewage if component == "sewage" else place.water
        counts = spread(whole, [(until - start).days + 1 for start, until, _rate in cut])
    else:
        counts = [Decimal(sum(start <= month <= until for month in starts)) for start, until, _rate in cut]
    return [
        _line(rate, place.place, start, until, count)
        for (start, until, rate), count in zip(cut, counts, strict=True)
        if count
    ]


def _line(rate: Rate, place: str, first: date, last: date, quantity: Decimal) -> Line:
    net = round_half_up(quantity * rate.net)
    return Line(rate.component, place, first, last, quantity, rate.unit, rate.net, net, rate.vat)


def _of_fee(fee: Fee, bills: int, first: date, last: date) -> Line:
    net = _net_of(fee)
    return Line("settlement", "", first, last, Decimal(bills), "szt.", net, net * bills, fee.vat, fee.name)


def _net_of(fee: Fee) -> Decimal:
    return round_half_up(fee.gross / (1 + part_of(fee.vat)))


def _sums(lines: list[Line], fee: Fee | None, bills: int) -> tuple[VatSum, ...]:
    """VAT is reckoned on the whole of one rate; the fee stated gross adds its own."""
    nets: dict[str, Decimal] = {}
    vats: dict[str, Decimal] = {}
    for line in lines:
        if fee is None or line.component != "settlement":
            nets[line.vat] = nets.get(line.vat, Decimal(0)) + line.net
    for rate, net in nets.items():
        vats[rate] = round_half_up(net * part_of(rate))
    if fee is not None:
        net = _net_of(fee) * bills
        nets[fee.vat] = nets.get(fee.vat, Decimal(0)) + net
        vats[fee.vat] = vats.get(fee.vat, Decimal(0)) + fee.gross * bills - net
    return tuple(VatSum(rate, nets[rate], vats[rate]) for rate in sorted(nets))


def part_of(rate: str) -> Decimal:
    """8 → 0.08; what is exempt has none."""
    return Decimal(rate) / 100 if rate.isdigit() else Decimal(0)
