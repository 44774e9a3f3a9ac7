"""One household with one meter and its booked readings, and the rules of Lębork."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.accounts.models import User
from portal.customers.models import Contract, Customer
from portal.metering.models import Meter, MeterReading
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories


@dataclass
class Household:
    customer: Customer
    contract: Contract
    meter: Meter
    owner: User

    @property
    def k(self) -> str:
        return str(self.customer.public_id)


def book(meter: Meter, day: str, value: int, source: str = "actual") -> MeterReading:
    """A reading as the import writes it."""
    return MeterReading.objects.create(
        meter=meter,
        external_id=f"{meter.external_id}-{day}-{value}",
        value=Decimal(value),
        read_on=date.fromisoformat(day),
        source=source,
        state="booked",
    )


def rule(**values: Any) -> None:
    RuleRecord.objects.update_or_create(
        rule_set="readings", effective_from=date(2020, 1, 1), defaults={"values": values}
    )
    rulebook.forget()


LEBORK = {
    "accepted_from": ["person"],
    "window_from_day": 25,
    "outside_window": "refuse",
    "blocked": "refuse",
    "missed_returns_to_months": 2,
    "is_missed_blocking": True,
}


@pytest.fixture
def household(db: None) -> Household:
    """Its last booked reading is 495 on 31 October; 9 or 10 m³ a month in the year before."""
    customer = factories.make_customer(number="012345")
    contract = factories.make_contract(customer)
    meter = factories.make_meter(factories.make_point(contract), serial_number="12345678")
    book(meter, "2025-09-30", 380)
    book(meter, "2025-12-31", 408, "estimated")
    book(meter, "2026-09-30", 486)
    book(meter, "2026-10-31", 495)
    return Household(customer, contract, meter, factories.make_owner(customer, email="anna@example.pl"))
