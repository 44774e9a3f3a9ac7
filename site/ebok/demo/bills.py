"""What a demo's billing system prints on an invoice: lines by price, notes about the meters, and the parts it falls into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from ebok.demo import months
from ebok.demo.books import Shares
from ebok.demo.cast import Member, Point
from ebok.demo.fa3 import Line
from ebok.demo.meters import Flow, Use
from ebok.demo.prices import VAT, Price, price

GROSZ = Decimal("0.01")
SERVICE_OF = {
    "water": "water",
    "sewage": "sewage",
    "subscription_water": "water",
    "subscription_sewage": "sewage",
    "waste": "waste",
}


@dataclass(frozen=True)
class Part:
    """A line and the share it falls on."""

    line: Line
    key: tuple[str, str, str]


@dataclass(frozen=True)
class Bill:
    parts: tuple[Part, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(part.line for part in self.parts)

    @property
    def net(self) -> Decimal:
        return sum((-line.net if line.is_before else line.net for line in self.lines), Decimal(0))

    @property
    def vat(self) -> Decimal:
        return (self.net * VAT).quantize(GROSZ)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def shares(self) -> Shares:
        """The gross, divided by contract, service and point; the last share takes what rounding left."""
        nets: Shares = {}
        for part in self.parts:
            nets[part.key] = nets.get(part.key, Decimal(0)) + part.line.net
        shares = {key: (net * (1 + VAT)).quantize(GROSZ) for key, net in nets.items()}
        last = list(shares)[-1]
        shares[last] += self.gross - sum(shares.values(), Decimal(0))
        return {key: amount for key, amount in shares.items() if amount}


def water_bill(customer: Member, flows: list[Flow], period: tuple[date, date]) -> Bill:
    parts: list[Part] = []
    notes: list[tuple[str, str]] = []
    for flow in flows:
        parts += _point_parts(customer, flow, period, names_point=len(flows) > 1)
        notes += _point_notes(flow, period, customer)
    return Bill(tuple(parts), tuple(notes))


def _point_parts(customer: Member, flow: Flow, period: tuple[date, date], *, names_point: bool) -> Iterator[Part]:
    point = flow.point
    where = f", {point.name}" if names_point else ""
    spans = [list(part) for _year, part in groupby(months.within(period), key=lambda month: month.year)]
    for span in spans:
        when = f", {span[0]:%d.%m}–{months.last_day(span[-1]):%d.%m.%Y}" if len(spans) > 1 else ""
        water = flow.use(point.main, span).amount
        garden = flow.use(point.garden, span).amount if point.garden else 0
        counts = {
            "water": water,
            "sewage": max(0, water - garden),
            "subscription_water": len(span),
            "subscription_sewage": len(span),
        }
        for component, count in counts.items():
            found = price(customer.group, component, span[0])
            if count:
                yield Part(_line(found, customer, count, where + when), _key(customer, component, point))


def _line(found: Price, customer: Member, count: int, suffix: str) -> Line:
    return Line(
        words=f"{found.words}, grupa {customer.group}{suffix}",
        classification=found.classification,
        unit=found.unit,
        quantity=count,
        price=found.net,
    )


def _key(customer: Member, component: str, point: Point) -> tuple[str, str, str]:
    return customer.contract, SERVICE_OF[component], point.id


def _point_notes(flow: Flow, period: tuple[date, date], customer: Member) -> Iterator[tuple[str, str]]:
    point, whole = flow.point, months.within(period)
    yield "Punkt poboru", f"{point.id}, {point.address}, {customer.postcode} {customer.town}"
    yield f"Wodomierz główny {point.main.serial}", _dial(flow.use(point.main, whole), period, "zużycie")
    if point.garden:
        yield (
            f"Wodomierz ogrodowy {point.garden.serial}",
            _dial(flow.use(point.garden, whole), period, "woda bezpowrotnie zużyta"),
        )


def _dial(use: Use, period: tuple[date, date], word: str) -> str:
    first, last = period
    return f"stan {first:%d.%m.%Y}: {use.before} m3, stan {last:%d.%m.%Y}: {use.after} m3, {word} {use.amount} m3"


def waste_bill(customer: Member, period: tuple[date, date]) -> Bill:
    found = price(customer.group, "waste", period[0])
    line = _line(found, customer, len(months.within(period)), "")
    return Bill((Part(line, (customer.waste_contract, "waste", "")),), ())


def corrected(bill: Bill, less: int) -> Bill:
    """The bill of a correction: each volume as it was and as it is, so many cubic metres less."""
    parts: list[Part] = []
    for part in bill.parts:
        line = part.line
        if line.unit != "m3" or line.quantity <= less:
            continue
        before = Line(
            words=line.words, classification=line.classification, unit=line.unit, quantity=line.quantity,
            price=line.price, is_before=True,
        )  # fmt: skip
        after = Line(
            words=line.words, classification=line.classification, unit=line.unit, quantity=line.quantity - less,
            price=line.price,
        )  # fmt: skip
        parts += [Part(before, part.key), Part(after, part.key)]
    return Bill(tuple(parts), (("Przyczyna", "Błędny odczyt wodomierza"),))
