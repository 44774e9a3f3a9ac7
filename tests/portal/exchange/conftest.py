"""Small deliveries, written as a billing system would write them."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from portal import clock
from portal.exchange.actions import Outcome, import_delivery
from portal.exchange.writer import DeliveryWriter
from portal.utility import rulebook
from portal.utility.models import RuleRecord

AS_OF = clock.at(date(2026, 11, 20), 4)


@pytest.fixture(autouse=True)
def _in_english():
    """The sentences are quoted as they stand in the source."""
    with translation.override("en"):
        yield


class Delivery:
    """Rows to write: two customers with a contract, a point, a meter and a ledger, changed by each test as it likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.papers: dict[str, bytes] = {}
        self.files: dict[str, list[dict[str, Any]]] = {
            "customers": [
                {"id": "K1", "number": "000001", "kind": "person", "name": "Kowalska Anna", "first_name": "Anna"},
                {"id": "K2", "number": "000002", "kind": "firm", "name": "Piekarnia Kłos", "nip": "1234563218"},
            ],
            "contracts": [
                {"id": "U1", "customer": "K1", "number": "W/1/2019", "services": ["water", "sewage"]},
                {"id": "U2", "customer": "K2", "number": "W/2/2019", "services": ["water"]},
            ],
            "points": [
                {"id": "P1", "customer": "K1", "contract": "U1", "street": "ul. Lipowa", "building": "5"},
                {"id": "P2", "customer": "K2", "contract": "U2", "street": "ul. Łąkowa", "building": "7"},
            ],
            "meters": [{"id": "M1", "point": "P1", "serial_number": "12345678"}],
            "readings": [
                {"id": "R1", "meter": "M1", "value": "482", "read_on": date(2026, 8, 31), "source": "actual"},
                {"id": "R2", "meter": "M1", "value": "495,5", "read_on": date(2026, 10, 31), "source": "remote"},
            ],
            "ledger": [
                charge("L1", "K1", "100.00", booked=date(2026, 9, 3)),
                payment("L2", "K1", "-60.00"),
                charge("L3", "K2", "50.00"),
            ],
        }

    def rows(self, name: str) -> list[dict[str, Any]]:
        return self.files.setdefault(name, [])

    def row(self, name: str, key: str) -> dict[str, Any]:
        return next(row for row in self.files[name] if row["id"] == key)

    def drop(self, name: str, key: str) -> None:
        self.files[name] = [row for row in self.files[name] if row["id"] != key]

    def write(self, as_of: datetime = AS_OF, kind: str = "full") -> Path:
        with DeliveryWriter(self.folder, as_of=as_of, kind=kind) as writer:
            for name, rows in self.files.items():
                writer.open(name)
                writer.rows(name, rows)
            for name, content in self.papers.items():
                writer.paper(name, content)
        return self.folder


def charge(key: str, customer: str, amount: str, booked: date = date(2026, 11, 3), **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "customer": customer,
        "kind": "charge",
        "charge_kind": "invoice",
        "booked_on": booked,
        "due_on": booked.replace(day=booked.day + 14),
        "amount": Decimal(amount),
        **more,
    }


def payment(key: str, customer: str, amount: str, booked: date = date(2026, 10, 1), **more: Any) -> dict[str, Any]:
    return {"id": key, "customer": customer, "kind": "payment", "booked_on": booked, "amount": Decimal(amount), **more}


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    return Delivery(tmp_path / "delivery")


@pytest.fixture
def take(delivery: Delivery) -> Callable[..., Outcome]:
    """Write the delivery as it is now and import it."""

    def run(*, dry_run: bool = False, **how: Any) -> Outcome:
        return import_delivery(delivery.write(**how), dry_run=dry_run)

    return run


@pytest.fixture
def lenient(db: None) -> None:
    """A rule that lets small deliveries have faulty customers at all."""
    RuleRecord.objects.create(
        rule_set="billing", effective_from=date(2020, 1, 1), values={"disputed_share_percent": 100}
    )
    rulebook.forget()
