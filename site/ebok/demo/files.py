"""A demo's billing system: writes a full delivery in the exchange format. Same preset, seed and day, same bytes."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ebok.demo import cast, fa3
from ebok.demo.cast import CONTRACT_TEXT, Member
from ebok.demo.plan import Plan
from ebok.demo.prices import tariff_rows
from ebok.demo.story import Story, Teller
from portal import clock
from portal.exchange.writer import DeliveryWriter
from portal.utility import identity

HOUR = 4  # the billing system closes its day and writes its files at night
STREAMS = (("zmieszane", 14, 0), ("papier", 28, 2), ("szkło", 28, 9), ("tworzywa i metale", 14, 5), ("bio", 14, 8))
MANAGER = "biuro@zarzadca-budynkow.example"  # without an account in the portal: a clerk finds a task
ALWAYS = (
    "tariffs", "customers", "contracts", "points", "meters", "readings", "invoices", "invoice_lines", "invoices_xml",
    "documents", "ledger", "entry_shares", "allocations", "managers",
)  # fmt: skip
OF_WASTE = ("collection_points", "containers", "pickups")


def write_delivery(folder: Path, plan: Plan, *, customers: int, seed: int, as_of: date, has_waste: bool) -> None:
    teller = Teller(plan, seller(plan), as_of)
    components = ("water", "sewage", "subscription_water", "subscription_sewage", *(("waste",) if has_waste else ()))
    with DeliveryWriter(folder, as_of=clock.at(as_of, HOUR)) as files:
        files.open(*ALWAYS, *(OF_WASTE if has_waste else ()))
        files.rows("tariffs", tariff_rows(date(as_of.year - 3, 1, 1), as_of, components))
        communities = 0
        for place in range(customers):
            member = cast.member(plan, seed, place, customers, as_of, has_waste=has_waste)
            _write(files, member, teller.tell(member), as_of)
            communities += member.kind == "community"
            if member.kind == "community" and communities == 2:
                files.row("managers", customer=member.id, email=MANAGER, until=date(as_of.year + 1, 12, 31))


def seller(plan: Plan) -> fa3.Side:
    us = identity.current()
    return fa3.Side(
        name=us.legal_name or us.name,
        street=us.street or "ul. Wodna 1",
        town=f"{us.postcode or plan.postcodes[0]} {us.city or plan.town}",
        nip=us.nip or "1234563218",
        email=us.email,
    )


def _write(files: DeliveryWriter, member: Member, story: Story, as_of: date) -> None:
    files.row("customers", **cast.customer_row(member, story.books.balance))
    files.rows("contracts", _contracts(member))
    files.rows("points", _points(member))
    files.rows("meters", _meters(member))
    for name, content in story.papers:
        files.paper(name, content)
    for name in ("readings", "invoices", "invoice_lines", "invoices_xml", "documents"):
        files.rows(name, getattr(story, name))
    files.rows("ledger", story.books.ledger())
    files.rows("entry_shares", story.books.entry_shares())
    files.rows("allocations", story.books.allocation_rows())
    if member.has_waste:
        _write_waste(files, member, as_of)


def _contracts(member: Member) -> Iterator[dict[str, Any]]:
    common = {
        "customer": member.id,
        "signed_on": member.signed_on,
        "starts_on": member.signed_on,
        "tariff_group": member.group,
        "e_invoice": "ksef" if not member.is_consumer else ("e_invoice" if member.chance.random() < 0.4 else "paper"),
        "text": CONTRACT_TEXT,
    }
    yield common | {
        "id": member.contract,
        "number": member.contract_number,
        "services": ("water", "sewage"),
        "billing_period_months": member.months,
    }
    if member.has_waste:
        yield common | {
            "id": member.waste_contract,
            "number": member.waste_contract_number,
            "services": ("waste",),
            "billing_period_months": 3,
        }


def _points(member: Member) -> Iterator[dict[str, Any]]:
    for point in member.points:
        yield {
            "id": point.id,
            "customer": member.id,
            "contract": member.contract,
            "name": point.name,
            "street": point.street,
            "building": point.building,
            "unit": point.unit,
            "postcode": member.postcode,
            "city": member.town,
        }


def _meters(member: Member) -> Iterator[dict[str, Any]]:
    for point in member.points:
        for meter in filter(None, (point.main, point.garden)):
            yield {
                "id": meter.id,
                "point": point.id,
                "serial_number": meter.serial,
                "role": meter.role,
                "digits": 5,
                "installed_on": meter.installed_on,
                "verification_valid_until": meter.valid_until,
                "is_remote": meter.is_remote,
            }


def _write_waste(files: DeliveryWriter, member: Member, as_of: date) -> None:
    place = f"OD{member.number}-1"
    files.row(
        "collection_points",
        id=place,
        contract=member.waste_contract,
        point=member.points[0].id if member.points else "",
        address=f"{member.street}, {member.town}",
    )
    litres = 120 if member.is_consumer else 1100
    for stream, every, offset in STREAMS:
        files.row("containers", collection_point=place, stream=stream, litres=litres, count=1)
        # Counted from a fixed Monday, so that each day's delivery names the same days.
        first = date(2024, 1, 1) + timedelta(days=offset + member.place % 5)
        day = first + timedelta(days=-((first - (as_of - timedelta(days=30))).days // every) * every)
        while day <= as_of + timedelta(days=120):
            files.row("pickups", collection_point=place, stream=stream, day=day)
            day += timedelta(days=every)
