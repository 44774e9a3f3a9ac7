"""What a page asks and how long it takes, in a town of a thousand customers and in one of three hundred thousand."""

import itertools
import os
import statistics
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from home.models import PortalPage
from portal import clock
from portal.accounts.actions import accept
from portal.accounts.models import TermsVersion, User
from portal.billing import bookkeeping
from portal.billing.models import EntryShare, Invoice, LedgerEntry
from portal.customers.models import Customer, Delegation
from portal.metering.models import MeterReading
from portal.utility import kept
from tests import factories
from tests.bench.towns import grow, household_number

SCALE = float(os.environ.get("EBOK_BENCH_SCALE", "1"))
TOWNS = (1_000, int(30_000 * SCALE), int(300_000 * SCALE))
BILLS = 33  # a charge and a payment for each: 20 million entries in the largest town
RECENT = 12  # of these the invoice and the reading are still there
MANAGED = 500  # customers of the manager
TIMES, ROUNDS = 15, 3
MOST_STATEMENTS, MOST_SLOWER = 12, 1.3


@pytest.fixture
def household(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Customer:
    """Years of bills, all but the last paid."""
    monkeypatch.setattr(kept, "SECONDS", 3600.0)
    call_command("load_preset", "warszawa", verbosity=0)
    customer = factories.make_customer(name="Kowalska Anna", services=["water", "sewage"])
    contract = factories.make_contract(customer, text="Strony umawiają się.")
    point = factories.make_point(contract)
    meter = factories.make_meter(point)
    today = clock.today()
    days = [today - timedelta(days=60 * ago) for ago in reversed(range(BILLS))]
    MeterReading.objects.bulk_create(
        MeterReading(meter=meter, external_id=f"R{n}", value=9 * n, read_on=day, source="actual")
        for n, day in enumerate(days[-RECENT:])
    )
    invoices = Invoice.objects.bulk_create(invoice(n, day, contract) for n, day in enumerate(days[-RECENT:]))
    papers = dict(zip(days[-RECENT:], invoices, strict=True))
    charges = [charge(customer, n, day, papers.get(day)) for n, day in enumerate(days)]
    payments = [entry(customer, f"P{n}", Decimal(-100), day + timedelta(10)) for n, day in enumerate(days[:-1])]
    entries = LedgerEntry.objects.bulk_create([*charges, *payments])
    EntryShare.objects.bulk_create(
        EntryShare(entry=each, contract=contract, service="water", point=point, amount=each.amount) for each in entries
    )
    bookkeeping.recompute(Customer.objects.filter(pk=customer.pk), as_of=clock.now())
    return customer


def invoice(n: int, day: date, contract: Any) -> Invoice:
    return Invoice(
        external_id=f"F{n}", customer=contract.customer, contract=contract, service="water,sewage", number=f"{n}/2026",
        number_folded=f"{n}2026", issued_on=day, due_on=day + timedelta(14), net=Decimal("92.59"), vat=Decimal("7.41"),
        gross=Decimal(100), to_pay=Decimal(100), announced_at=clock.now(),
    )  # fmt: skip


def charge(customer: Customer, n: int, day: date, paper: Invoice | None) -> LedgerEntry:
    number = paper.number if paper else f"{n}/2021"
    facts = {"due_on": day + timedelta(14), "invoice": paper, "charge_kind": "invoice", "document_number": number}
    return entry(customer, f"C{n}", Decimal(100), day, **facts)


def entry(customer: Customer, key: str, amount: Decimal, on: date, **more: Any) -> LedgerEntry:
    kind = "charge" if amount > 0 else "payment"
    return LedgerEntry(
        external_id=key, customer=customer, kind=kind, amount=amount, booked_on=on, created_at=clock.now(), **more
    )


def manager_of_many(household: Customer) -> User:
    manager = factories.make_user()
    Delegation.objects.bulk_create(
        Delegation(
            user=manager, customer_id=household_number(household, copy), role="manager", starts_at=clock.now(), ground="mandate"
        )
        for copy in range(1, MANAGED + 1)
    )  # fmt: skip
    return manager


def signed_in(reader: User) -> Client:
    for terms in TermsVersion.objects.all():
        accept(reader, terms)
    client = Client()
    client.force_login(reader)
    return client


def measured(pages: dict[str, tuple[Client, str]]) -> dict[str, tuple[int, float]]:
    """Statements, and seconds of the usual answer, of each page."""
    found = {}
    for name, (client, address) in pages.items():
        for _warm in range(3):
            assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        found[name] = (len(asked), min(usual(client, address) for _round in range(ROUNDS)))
    return found


def usual(client: Client, address: str) -> float:
    took = []
    for _time in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def test_pages_cost_the_same_in_a_town_of_any_size(household: Customer) -> None:
    if connection.vendor != "postgresql":
        pytest.fail("Towns of this size are measured on PostgreSQL: make bench.")
    grow(household, 1, TOWNS[0] - 1)
    owner, manager = signed_in(factories.make_owner(household)), signed_in(manager_of_many(household))
    dashboard = PortalPage.objects.live().order_by("depth", "path").first()
    assert dashboard is not None
    pages = {
        "dashboard": (owner, dashboard.url),
        "documents": (owner, reverse("billing:papers")),
        "history": (owner, reverse("billing:history")),
        "portfolio": (manager, reverse("billing:portfolio")),
    }
    found = {TOWNS[0]: measured(pages)}
    for before, size in itertools.pairwise(TOWNS):
        began = time.perf_counter()
        grow(household, before, size - 1)
        print(
            f"\n{size:,} customers, {LedgerEntry.objects.count():,} entries; grown in {time.perf_counter() - began:.0f} s"
        )
        found[size] = measured(pages)
    for name in pages:
        told = ", ".join(
            f"{size:,}: {at[name][0]} statements, {at[name][1] * 1000:.1f} ms" for size, at in found.items()
        )
        print(f"{name}: {told}; {found[TOWNS[-1]][name][1] / found[TOWNS[0]][name][1]:.2f} times the time")
    for name in pages:
        few, many = found[TOWNS[0]][name], found[TOWNS[-1]][name]
        assert few[0] == many[0] <= MOST_STATEMENTS, name
        assert many[1] <= few[1] * MOST_SLOWER, name
