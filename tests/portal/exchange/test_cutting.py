"""However the rows are cut into deliveries, and however often they come, the portal holds the same in the end."""

import json
import os
import shutil
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.billing.models import (
    Allocation,
    CustomerAccount,
    Document,
    EntryShare,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    OpenItem,
    ShareBalance,
    TariffRate,
)
from portal.customers.models import Contract, Customer, ServicePoint
from portal.exchange.actions import import_delivery
from portal.exchange.format import BY_NAME, FILES, NAME, VERSION
from portal.exchange.writer import cell
from portal.metering.models import Meter, MeterReading
from portal.waste.models import CollectionPoint, Container, Pickup
from tests.portal.exchange.conftest import AS_OF, Delivery, charge, payment

pytestmark = pytest.mark.django_db
CUTS = int(os.environ.get("EBOK_CUTS", "15"))
TOGETHER = {
    "entry_shares": ("ledger", "entry"),
    "invoice_lines": ("invoices", "invoice"),
}  # rows that come with another
# What is told of the way and not of the end: numbers given here, moments, names of files.
OF_THE_WAY = (models.AutoField, models.UUIDField, models.DateTimeField, models.FileField)
HELD = (
    TariffRate, Customer, Contract, ServicePoint, Meter, MeterReading, Invoice, InvoiceLine, Document, LedgerEntry,
    EntryShare, Allocation, OpenItem, ShareBalance, CustomerAccount, CollectionPoint, Container, Pickup,
)  # fmt: skip


def held() -> dict[str, list[Any]]:
    """What the portal holds: every column of every table that deliveries fill, rows named by the billing system's ids."""
    return {model.__name__: sorted(_rows(model), key=str) for model in HELD}


def _rows(model: Any) -> list[tuple[Any, ...]]:
    names = []
    for field in model._meta.concrete_fields:
        if field.many_to_one or field.one_to_one:
            names.append(f"{field.name}__{_called(field.related_model)}")
        elif not isinstance(field, OF_THE_WAY):
            names.append(field.name)
    return list(model._default_manager.values_list(*names))


def _called(model: Any) -> str:
    """The column by which a row of another table is known."""
    known = {field.name for field in model._meta.concrete_fields}
    return "external_id" if "external_id" in known else "pk"


def with_more(delivery: Delivery) -> Delivery:
    delivery.rows("ledger").extend(
        [
            charge("L4", "K1", "80.00"),
            charge("L5", "K1", "20.00", invoice="F1"),
            payment("L6", "K2", "-70.00"),
            payment("L7", "K1", "-55.00"),
        ]
    )
    delivery.rows("entry_shares").extend(
        [
            {"entry": "L4", "contract": "U1", "service": "water", "point": "P1", "amount": Decimal(50)},
            {"entry": "L4", "contract": "U1", "service": "sewage", "point": "P1", "amount": Decimal(30)},
        ]
    )
    delivery.rows("allocations").append({"payment": "L6", "charge": "L3", "amount": Decimal(50)})
    return delivery


def with_papers_and_waste(delivery: Delivery) -> Delivery:
    day = date(2026, 11, 3)
    tariff = {"id": "T1", "group": "G1", "component": "water", "unit": "m3", "effective_from": day, "net_price": "6,27"}
    delivery.rows("tariffs").append(tariff)
    delivery.rows("contracts").append({"id": "U3", "customer": "K2", "number": "O/1", "services": ["waste"]})
    for number, customer in ((1, "K1"), (2, "K2")):
        invoice = {
            "id": f"F{number}",
            "customer": customer,
            "number": f"{number}/11",
            "issued_on": day,
            "gross": "20,00",
        }
        delivery.rows("invoices").append(invoice)
        for position in (1, 2):
            line = {"invoice": f"F{number}", "position": position, "description": "Woda", "point": f"P{number}"}
            delivery.rows("invoice_lines").append(line)
    paper = {"id": "N1", "customer": "K1", "kind": "other", "number": "N/1", "issued_on": day}
    delivery.rows("documents").append(paper)
    delivery.rows("collection_points").append({"id": "C1", "contract": "U3", "point": "P2", "address": "ul. Łąkowa 7"})
    delivery.rows("containers").append({"collection_point": "C1", "stream": "papier", "litres": 240})
    delivery.rows("pickups").extend(
        {"collection_point": "C1", "stream": "papier", "day": day + timedelta(n)} for n in (1, 8)
    )
    return delivery


Files = dict[str, list[dict[str, Any]]]


def _named(name: str, row: dict[str, Any]) -> list[tuple[str, Any]]:
    """The rows that a row refers to."""
    return [
        (column.refers_to, row[column.name])
        for column in BY_NAME[name].columns
        if column.refers_to and column.name in row
    ]


def _coming_with(name: str, row: dict[str, Any], files: Files) -> list[tuple[str, dict[str, Any]]]:
    return [
        (below, one)
        for below, (above, column) in TOGETHER.items()
        if above == name
        for one in files.get(below, [])
        if one[column] == row.get("id")
    ]


@st.composite
def cuts(draw: Any, files: Files) -> list[Files]:
    """Parts in a valid order: a row comes with those it refers to or after them, before or after all others.

    What has come already may come again, any number of times, at any later time.
    """
    count = draw(st.integers(1, 5))
    parts: list[Files] = [{} for _ in range(count)]
    place: dict[tuple[str, str], int] = {}
    for file in FILES:
        for row in draw(st.permutations(files.get(file.name, []))):
            if file.name in TOGETHER:
                above, column = TOGETHER[file.name]
                at = place[above, row[column]]
            else:
                with_it = [(file.name, row), *_coming_with(file.name, row, files)]
                named = [place[key] for name, one in with_it for key in _named(name, one) if key in place]
                at = draw(st.integers(max(named, default=0), count - 1))
                place[file.name, row.get("id", "")] = at
            parts[at].setdefault(file.name, []).append(row)
    sent: list[Files] = []
    for number, part in enumerate(parts):
        if part:
            sent.append(part)
        sent += [parts[again] for again in draw(st.lists(st.integers(0, number), max_size=2)) if parts[again]]
    return sent


def written(part: Files, folder: Any, as_of: Any, *, as_lines: bool) -> Any:
    """One part on disk, as CSV or as JSON, a row a line."""
    if not as_lines:
        delivery = Delivery(folder / "part")
        delivery.files = part
        return delivery.write(as_of=as_of, kind="changes")
    moment = as_of.isoformat()
    said = [{"format": NAME, "version": VERSION, "kind": "changes", "as_of": moment, "made_at": moment}]
    for name, rows in part.items():
        assert name in BY_NAME
        said += [{"file": name, "row": {column: cell(value) for column, value in row.items()}} for row in rows]
    path = folder / "part.ndjson"
    path.write_text("".join(json.dumps(one) + "\n" for one in reversed(said[1:] + said[:1])), encoding="utf-8")
    return path


def end_of(parts: list[Files], folder: Any, shapes: list[bool]) -> dict[str, list[Any]]:
    point = transaction.savepoint()
    for number, (part, as_lines) in enumerate(zip(parts, shapes, strict=True)):
        path = written(part, folder, AS_OF + timedelta(minutes=number), as_lines=as_lines)
        outcome = import_delivery(path)
        assert outcome.is_merged, outcome.faults
        assert (outcome.faults, outcome.doubts) == ((), ())
        shutil.rmtree(folder / "part", ignore_errors=True)
    end = held()
    transaction.savepoint_rollback(point)
    return end


@pytest.mark.long
@settings(max_examples=CUTS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cut_in_any_valid_order_repeated_any_times_ends_the_same(tmp_path, data):
    whole = with_papers_and_waste(with_more(Delivery(tmp_path / "whole"))).files
    parts = data.draw(cuts(whole))
    shapes = data.draw(st.lists(st.booleans(), min_size=len(parts), max_size=len(parts)))
    usual, end = end_of([whole], tmp_path, [False]), end_of(parts, tmp_path, shapes)
    assert {name: rows for name, rows in end.items() if rows != usual[name]} == {}


def test_everything_that_a_delivery_fills_is_compared(tmp_path):
    whole = with_papers_and_waste(with_more(Delivery(tmp_path / "whole"))).files
    assert set(whole) >= set(BY_NAME) - {"invoices_xml", "managers"}
    assert all(end_of([whole], tmp_path, [False]).values())
