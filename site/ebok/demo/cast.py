"""Who the customers of a demo are: households, firms and communities with their contracts, points and meters."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ebok.demo import names
from ebok.demo.plan import Plan, make_nip

# The first of each kind are the ones that the demo's people own and manage; the fourth is of the one who waits.
HOUSEHOLD, COMMUNITY, FIRM, WAITING = range(4)
KINDS = ("person", "firm", "community")
SHARES = (78, 12, 10)
GROUP_OF = {"person": "G1", "community": "G2", "firm": "P1"}
CONTRACT_TEXT = """§ 1. Przedmiot umowy
Dostawca dostarcza wodę do nieruchomości odbiorcy i odprowadza z niej ścieki, w sposób ciągły i niezawodny.

§ 2. Rozliczenia
Ilość wody ustala się na podstawie wskazań wodomierza głównego. Wodę zużytą bezpowrotnie, zmierzoną wodomierzem ogrodowym, \
odlicza się od ilości ścieków. Faktury wystawia się raz na okres rozliczeniowy, z terminem zapłaty 14 dni.

§ 3. Obowiązki odbiorcy
Odbiorca umożliwia odczyt i wymianę wodomierza, chroni go przed mrozem i uszkodzeniem, a o awarii zawiadamia dostawcę.

§ 4. Czas trwania
Umowę zawarto na czas nieokreślony. Każda strona może ją wypowiedzieć z zachowaniem miesięcznego okresu wypowiedzenia."""


@dataclass
class Meter:
    id: str
    serial: str
    role: str
    is_remote: bool
    installed_on: date
    valid_until: date
    start: int  # what the dial shows when the demo's two years begin
    is_hourly: bool = False


@dataclass
class Point:
    id: str
    name: str
    street: str
    building: str
    unit: str
    main: Meter
    garden: Meter | None
    monthly: float  # mean use, m³ a month

    @property
    def address(self) -> str:
        place = f"{self.street} {self.building}"
        return f"{place}/{self.unit}" if self.unit else place


@dataclass
class Member:
    """One customer."""

    place: int
    chance: random.Random
    kind: str
    number: str
    name: str
    first_name: str
    nip: str
    street: str
    postcode: str
    town: str
    account: str
    months: int  # between invoices
    signed_on: date
    points: list[Point] = field(default_factory=list)
    has_waste: bool = False

    @property
    def id(self) -> str:
        return f"K{self.number}"

    @property
    def contract(self) -> str:
        return f"U{self.number}-1"

    @property
    def waste_contract(self) -> str:
        return f"U{self.number}-2"

    @property
    def contract_number(self) -> str:
        return f"W/{self.number}/{self.signed_on.year}"

    @property
    def waste_contract_number(self) -> str:
        return f"O/{self.number}/{self.signed_on.year}"

    @property
    def group(self) -> str:
        return GROUP_OF[self.kind]

    @property
    def is_consumer(self) -> bool:
        return self.kind == "person"

    @property
    def buyer(self) -> str:
        """As an invoice names the person: the first name first."""
        return f"{self.first_name} {self.name.removesuffix(self.first_name).strip()}" if self.first_name else self.name


def kind_of(place: int, chance: random.Random) -> str:
    fixed = {HOUSEHOLD: "person", COMMUNITY: "community", FIRM: "firm", WAITING: "person"}
    return fixed.get(place) or chance.choices(KINDS, SHARES)[0]


def member(plan: Plan, seed: int, place: int, customers: int, as_of: date, *, has_waste: bool) -> Member:
    """The customer at a place: the same for the same seed, however many others there are told of."""
    chance = random.Random(f"{seed}:{place}")  # noqa: S311 - plays dice for a demo
    kind = kind_of(place, chance)
    number = plan.number_of(place, customers)
    street, building = chance.choice(plan.streets), str(chance.randint(1, 120))
    unit = str(chance.randint(1, 40)) if kind == "person" and place != HOUSEHOLD and chance.random() < 0.35 else ""
    name, first_name = _name(kind, place, chance, street, building)
    found = Member(
        place=place,
        chance=chance,
        kind=kind,
        number=number,
        name=name,
        first_name=first_name,
        nip="" if kind == "person" else make_nip(chance),
        street=f"{street} {building}" + (f"/{unit}" if unit else ""),
        postcode=chance.choice(plan.postcodes),
        town=plan.town,
        account=plan.account_of(number),
        months=2 if kind == "person" else 1,
        signed_on=date(as_of.year - chance.randint(3, 14), chance.randint(1, 12), chance.randint(1, 28)),
        has_waste=has_waste and (place <= COMMUNITY or chance.random() < 0.6),
    )
    found.points = [
        _point(found, count, street, building, unit, as_of) for count in range(1, _points(found, chance) + 1)
    ]
    return found


def _name(kind: str, place: int, chance: random.Random, street: str, building: str) -> tuple[str, str]:
    if place == HOUSEHOLD:
        return "Kowalska Anna", "Anna"
    if kind == "person":
        first, surname = names.person(chance) if place != WAITING else ("Piotr", "Wrona")
        return f"{surname} {first}", first
    return (names.firm(chance) if kind == "firm" else names.community(street, building)), ""


def _points(customer: Member, chance: random.Random) -> int:
    if customer.place == COMMUNITY:
        return 3
    return chance.randint(1, 4) if customer.kind == "community" else 1


def _point(customer: Member, count: int, street: str, building: str, unit: str, as_of: date) -> Point:
    chance = customer.chance
    mean = {"person": (3.5, 15.0), "firm": (8.0, 90.0), "community": (60.0, 240.0)}[customer.kind]
    has_garden = customer.place == HOUSEHOLD or (customer.kind == "person" and not unit and chance.random() < 0.25)
    is_remote = customer.kind != "person" or chance.random() < 0.3
    if customer.place in (HOUSEHOLD, COMMUNITY):  # who signs in has readings to give, and one meter read by the hour
        is_remote = customer.place == COMMUNITY and count == 1
    staircase = f"Klatka {'ABCDEFGH'[count - 1]}"
    main = _meter(customer, f"M{customer.number}-{count}", "main", as_of, is_remote=is_remote)
    main.is_hourly = customer.place == COMMUNITY and count == 1
    return Point(
        id=f"PP{customer.number}-{count}",
        name={"person": "Mieszkanie" if unit else "Dom", "firm": "Lokal"}.get(customer.kind, staircase),
        street=street,
        building=building + ("ABCDEFGH"[count - 1] if customer.kind == "community" else ""),
        unit=unit,
        main=main,
        garden=_meter(customer, f"M{customer.number}-{count}G", "deduct", as_of, is_remote=False)
        if has_garden
        else None,
        monthly=6.5 if customer.place == HOUSEHOLD else chance.uniform(*mean),
    )


def _meter(customer: Member, key: str, role: str, as_of: date, *, is_remote: bool) -> Meter:
    chance = customer.chance
    installed = as_of - timedelta(days=chance.randint(800, 1700))
    return Meter(
        id=key,
        serial=str(chance.randint(10_000_000, 99_999_999)),
        role=role,
        is_remote=is_remote,
        installed_on=installed,
        valid_until=date(installed.year + 5, 12, 31),
        start=chance.randint(20, 900) if role == "main" else chance.randint(0, 60),
    )


def customer_row(customer: Member, balance: Any) -> dict[str, Any]:
    chance = random.Random(f"contact:{customer.number}")  # noqa: S311 - plays dice for a demo
    has_email = customer.place > FIRM and chance.random() < 0.6
    return {
        "id": customer.id,
        "number": customer.number,
        "kind": customer.kind,
        "name": customer.name,
        "first_name": customer.first_name,
        "nip": customer.nip,
        "street": customer.street,
        "postcode": customer.postcode,
        "city": customer.town,
        "email": f"odbiorca{customer.number}@klient.example" if has_email else "",
        "phone": f"600 {chance.randint(100, 999)} {chance.randint(100, 999)}",
        "virtual_account": customer.account,
        "stated_balance": balance,
    }
