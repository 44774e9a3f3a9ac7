"""However the rows are cut into deliveries, and however often they come, the portal holds the same in the end."""

import shutil
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.billing.models import Allocation, CustomerAccount, EntryShare, LedgerEntry, OpenItem, ShareBalance
from portal.customers.models import Contract, Customer, ServicePoint
from portal.exchange.actions import import_delivery
from portal.exchange.format import FILES
from portal.metering.models import Meter, MeterReading
from tests.portal.exchange.conftest import AS_OF, Delivery, charge, payment

pytestmark = pytest.mark.django_db
TOGETHER = {"entry_shares"}  # shares come with their entry


def held() -> list[Any]:
    """What the portal holds, without ids and moments."""
    return [
        sorted(Customer.objects.values_list("external_id", "number", "name", "services", "is_closed"), key=str),
        sorted(Contract.objects.values_list("external_id", "customer__external_id", "number")),
        sorted(ServicePoint.objects.values_list("external_id", "contract__external_id", "street")),
        sorted(Meter.objects.values_list("external_id", "point__external_id")),
        sorted(MeterReading.objects.values_list("external_id", "value")),
        sorted(
            LedgerEntry.objects.values_list("external_id", "revision", "is_reversal", "amount", "customer__external_id")
        ),
        sorted(EntryShare.objects.values_list("entry__external_id", "service", "amount"), key=str),
        sorted(Allocation.objects.values_list("payment__external_id", "charge__external_id", "amount")),
        sorted(OpenItem.objects.values_list("entry__external_id", "open_amount", "basis")),
        sorted(ShareBalance.objects.values_list("customer__external_id", "service", "balance"), key=str),
        sorted(CustomerAccount.objects.values_list("customer__external_id", "balance", "unallocated_credit")),
    ]


def with_more(delivery: Delivery) -> Delivery:
    delivery.rows("ledger").extend(
        [
            charge("L4", "K1", "80.00"),
            charge("L5", "K1", "20.00"),
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


@st.composite
def cuts(draw: Any, files: dict[str, list[dict[str, Any]]]) -> list[dict[str, list[dict[str, Any]]]]:
    """Parts in a valid order: a row comes with or after those it refers to; some parts come twice."""
    count = draw(st.integers(1, 4))
    parts: list[dict[str, list[dict[str, Any]]]] = [{} for _ in range(count)]
    least = 0
    for file in FILES:
        if file.name in TOGETHER or file.name not in files:
            continue
        latest = least
        for row in files[file.name]:
            place = draw(st.integers(least, count - 1))
            latest = max(latest, place)
            parts[place].setdefault(file.name, []).append(row)
            for share in files.get("entry_shares", []):
                if file.name == "ledger" and share["entry"] == row["id"]:
                    parts[place].setdefault("entry_shares", []).append(share)
        least = latest
    repeated = [part for part in parts if part for _ in range(draw(st.integers(1, 2)))]
    return repeated or parts


@pytest.mark.long
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cut_in_any_valid_order_repeated_any_times_ends_the_same(tmp_path, data):
    whole = with_more(Delivery(tmp_path / "whole"))
    ends = []
    for parts in ([whole.files], data.draw(cuts(whole.files))):
        point = transaction.savepoint()
        for count, files in enumerate(parts):
            part = Delivery(tmp_path / "part")
            part.files = files
            outcome = import_delivery(part.write(as_of=AS_OF + timedelta(minutes=count), kind="changes"))
            assert outcome.is_merged, outcome.faults
            shutil.rmtree(part.folder)
        ends.append(held())
        transaction.savepoint_rollback(point)
    assert ends[0] == ends[1]
