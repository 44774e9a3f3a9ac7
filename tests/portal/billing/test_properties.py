"""What holds of every customer's money, whatever was booked, sent again, revised or left out: docs/rules/ledger.md and balance.md."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal import clock
from portal.billing import transit
from portal.billing.history import Asked, bookings
from portal.billing.models import (
    Allocation,
    CustomerAccount,
    EntryShare,
    LedgerEntry,
    OpenItem,
    ShareBalance,
    Transit,
    TransitBooking,
    TransitPart,
)
from portal.billing.queries import balance, open_items
from portal.customers.models import Customer, Delegation, ServicePoint
from portal.exchange.actions import import_delivery
from portal.exchange.models import BillingDelivery
from portal.exchange.writer import DeliveryWriter
from portal.metering.models import Meter, MeterReading
from tests import factories

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 5)
POINTS = ("P1", "P2", "")
SERVICES = {"P1": "water", "P2": "waste", "": ""}
deliveries = itertools.count()
# Looking for the smallest failing example would take hundreds of imports.
BY_IMPORTS = settings(
    phases=(Phase.generate,), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
grosze = st.integers(min_value=1, max_value=50_000).map(lambda found: Decimal(found) / 100)


@st.composite
def bookings_of_one_customer(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Entries by their id: charges, payments, credit notes, corrections either way, refunds and write-offs, with shares.

    What is open of them the billing system states, or says by allocations, or leaves to the oldest due date.
    """
    entries = {}
    for place in range(draw(st.integers(1, 6))):
        kind = draw(
            st.sampled_from(["charge", "charge", "payment", "credit_note", "correction", "refund", "write_off"])
        )
        size = draw(grosze)
        is_owed = kind in ("charge", "refund") or (kind == "correction" and draw(st.booleans()))
        amount = size if is_owed else -size
        first = draw(st.integers(0, int(abs(amount) * 100)))
        part = Decimal(first) / 100 * (1 if amount > 0 else -1)
        parts = {draw(st.sampled_from(POINTS)): part}
        rest = draw(st.sampled_from([point for point in POINTS if point not in parts]))
        parts[rest] = amount - part
        entries[f"L{place}"] = {
            "kind": kind,
            "charge_kind": "invoice" if kind == "charge" else "",
            "amount": amount,
            "booked_on": FIRST + timedelta(days=draw(st.integers(0, 250))),
            "due_on": FIRST + timedelta(days=draw(st.integers(10, 280))) if kind == "charge" else None,
            "parts": parts,
        }
    said = draw(st.sampled_from(["nothing", "open amounts", "allocations"]))
    charges = {key: entry for key, entry in entries.items() if entry["kind"] == "charge"}
    for entry in charges.values() if said == "open amounts" else ():
        entry["open_amount"] = entry["amount"] - Decimal(draw(st.integers(0, int(entry["amount"] * 100)))) / 100
    for entry in entries.values() if said == "allocations" and charges else ():
        if entry["kind"] in ("payment", "credit_note", "write_off"):
            charge = draw(st.sampled_from(sorted(charges)))
            entry["settles"] = {charge: min(-entry["amount"], charges[charge]["amount"])}
    return entries


@st.composite
def ways_of_sending(draw: st.DrawFn) -> list[dict[str, dict[str, Any]]]:
    """The states that the billing system had, one after the other; some are sent twice, entries come, change and go."""
    states = draw(st.lists(bookings_of_one_customer(), min_size=1, max_size=3))
    return [state for state in states for _time in range(draw(st.integers(1, 2)))]


@pytest.fixture
def january(settings: Any, tmp_path: Path) -> Iterator[None]:
    with clock.stopped(factories.moment("2026-11-20 10:00")):
        yield


def send(state: dict[str, dict[str, Any]]) -> None:
    """A full delivery of one customer with two points, each under its own contract."""
    number = next(deliveries)
    with TemporaryDirectory() as folder:
        as_of = factories.moment("2026-11-01 04:00") + timedelta(minutes=number)
        with DeliveryWriter(Path(folder) / "d", as_of=as_of, kind="full") as writer:
            for name, rows in _files(state).items():
                writer.open(name)
                writer.rows(name, rows)
        outcome = import_delivery(Path(folder) / "d")
        assert outcome.is_merged, outcome.faults
        assert outcome.faults == ()


def _files(state: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    contracts = {"P1": "U1", "P2": "U2", "": ""}
    ledger, shares, allocations = [], [], []
    for key, entry in state.items():
        row = {name: value for name, value in entry.items() if name not in ("parts", "settles") and value is not None}
        ledger.append({"id": key, "customer": "K1", **row})
        for point, part in entry["parts"].items():
            place = {"contract": contracts[point], "service": SERVICES[point], "point": point}
            shares.append({"entry": key, **place, "amount": part})
        for charge, amount in entry.get("settles", {}).items():
            allocations.append({"payment": key, "charge": charge, "amount": amount})
    return {
        "customers": [{"id": "K1", "number": "000001", "kind": "person", "name": "Kowalska Anna"}],
        "contracts": [
            {"id": "U1", "customer": "K1", "number": "U/1", "services": ["water"]},
            {"id": "U2", "customer": "K1", "number": "U/2", "services": ["waste"]},
        ],
        "points": [
            {"id": "P1", "customer": "K1", "contract": "U1", "street": "ul. Lipowa", "building": "1"},
            {"id": "P2", "customer": "K1", "contract": "U2", "street": "ul. Lipowa", "building": "2"},
        ],
        "ledger": ledger,
        "entry_shares": shares,
        "allocations": allocations,
    }


def forget() -> None:
    """Each example begins with an empty house."""
    for model in (TransitBooking, TransitPart, Transit, Allocation, OpenItem, ShareBalance, CustomerAccount):
        model.objects.all().delete()
    for model in (EntryShare, LedgerEntry, MeterReading, Meter):
        model.objects.all().delete()
    BillingDelivery.objects.all().delete()


@given(ways_of_sending())
@settings(BY_IMPORTS, max_examples=10)
def test_whatever_is_sent_in_whatever_order_and_however_often(january: None, states: list[dict[str, Any]]) -> None:
    forget()
    for state in states:
        send(state)
    last = states[-1]
    customer = Customer.objects.get(external_id="K1")
    expected = sum((entry["amount"] for entry in last.values()), Decimal(0))

    # The balance is the sum of what stands, and of everything that was ever written: nothing counts twice.
    current = LedgerEntry.objects.filter(customer=customer, is_current=True)
    assert sum((entry.amount for entry in current), Decimal(0)) == expected
    assert sum((entry.amount for entry in LedgerEntry.objects.filter(customer=customer)), Decimal(0)) == expected
    assert current.count() == len(last)
    account = CustomerAccount.objects.get(customer=customer)
    assert account.balance == expected

    # Nothing is owed below zero or above its charge, and what is open less what is on account is the balance.
    items = OpenItem.objects.filter(customer=customer)
    assert all(Decimal(0) <= item.open_amount <= item.amount or item.open_amount == 0 for item in items)
    is_open = sum((item.open_amount for item in items), Decimal(0))
    if not account.is_in_question:
        assert is_open - account.unallocated_credit == expected

    # The parts and the unattributed rest are the whole, and so are the views of those who may see a part each.
    owner = factories.viewer(the_person(customer, None), customer)
    seen = balance(owner)
    assert seen is not None
    if not seen.is_in_question:
        assert sum((part.amount for part in seen.parts), Decimal(0)) == seen.amount == expected
        assert sum((each.amount for each in seen.objects), Decimal(0)) == expected
        views = [part_of(customer, key) for key in ("P1", "P2")]
        assert sum(views, Decimal(0)) + share_of_nowhere(last) == expected
        lines = list(bookings(owner, Asked()))
        assert len(lines) == len(last)
        assert lines[-1].balance == expected
        assert open_items(owner).payable == is_open


def the_person(customer: Customer, point: ServicePoint | None) -> Any:
    found = Delegation.objects.filter(customer=customer, points=point).first()
    if found is not None:
        return found.user
    return factories.make_owner(customer) if point is None else factories.make_manager(customer, [point])


def part_of(customer: Customer, key: str) -> Decimal:
    point = ServicePoint.objects.get(external_id=key)
    seen = balance(factories.viewer(the_person(customer, point), customer))
    return seen.amount if seen is not None else Decimal(0)


def share_of_nowhere(state: dict[str, Any]) -> Decimal:
    return sum((entry["parts"].get("", Decimal(0)) for entry in state.values()), Decimal(0))


@given(bookings_of_one_customer(), bookings_of_one_customer(), st.integers(1, 50_000))
@settings(BY_IMPORTS, max_examples=6)
def test_money_paid_here_counts_once_from_the_press_until_it_is_booked(
    january: None, first: dict[str, Any], later: dict[str, Any], grosze: int
) -> None:
    """Paid here while one delivery stands; others come, then its booking, twice, and then the booking is taken back."""
    forget()
    send(first)
    customer = Customer.objects.get(external_id="K1")
    owner = factories.viewer(the_person(customer, None), customer)
    to_pay = open_items(owner)
    if to_pay.is_in_question or not to_pay.to_pay:
        return
    item = to_pay.to_pay[0]
    paid = min(item.payable, Decimal(grosze) / 100)
    own = OpenItem.objects.get(public_id=item.public_id)
    until = clock.now() + timedelta(minutes=30)
    transit.hold(customer_id=customer.pk, items=[(own.pk, paid)], reference="EBOK-P", until=until)
    transit.settle("EBOK-P", at=clock.now())
    booking = {
        **dict.fromkeys(("charge_kind", "due_on")),
        "kind": "payment",
        "amount": -paid,
        "booked_on": FIRST + timedelta(days=260),
        "reference": "EBOK-P",
        "parts": {"": -paid},
    }
    with_it = {**later, "LP": booking}
    for state, on_its_way in ((later, paid), (with_it, 0), (with_it, 0), (later, paid)):
        send(state)
        seen, charges = balance(owner), open_items(owner)
        assert seen is not None
        assert seen.in_transit == on_its_way
        assert seen.is_in_question or seen.amount == sum((entry["amount"] for entry in state.values()), Decimal(0))
        for charge in charges.items:
            assert charge.in_transit == (on_its_way if charge.public_id == item.public_id else 0)
            assert charge.payable == max(Decimal(0), charge.open_amount - charge.in_transit)


@given(bookings_of_one_customer(), st.randoms(use_true_random=False))
@settings(BY_IMPORTS, max_examples=5)
def test_the_order_of_rows_changes_nothing(january: None, state: dict[str, Any], chance: Any) -> None:
    forget()
    send(state)
    before = figures()
    keys = list(state)
    chance.shuffle(keys)
    send({key: state[key] for key in keys})
    assert figures() == before


def figures() -> tuple[Any, ...]:
    account = CustomerAccount.objects.get(customer__external_id="K1")
    items = OpenItem.objects.filter(customer__external_id="K1").order_by("entry__external_id")
    shares = ShareBalance.objects.filter(customer__external_id="K1")
    return (
        account.balance,
        account.unallocated_credit,
        account.is_in_question,
        [(item.entry.external_id, item.open_amount, item.basis) for item in items.select_related("entry")],
        sorted((str(share.contract_id), share.service, str(share.point_id), share.balance) for share in shares),
    )
