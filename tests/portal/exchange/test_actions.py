from decimal import Decimal

import pytest
from portal.billing.models import CustomerAccount, EntryShare, LedgerEntry, OpenItem, ShareBalance
from portal.customers.models import Customer
from portal.exchange.models import BillingDelivery

pytestmark = pytest.mark.django_db


def test_a_first_delivery_is_taken_over_whole(take):
    outcome = take()
    assert outcome.is_merged, outcome.faults
    assert outcome.counts["customers"] == {"new": 2, "changed": 0, "same": 0, "gone": 0, "out": 0}
    anna = Customer.objects.get(external_id="K1")
    assert anna.services == ["water", "sewage"]
    assert anna.account.balance == Decimal("40.00")


def test_the_same_delivery_twice_changes_nothing(take):
    take()
    before = list(LedgerEntry.objects.values_list("pk", "revision", "is_current"))
    outcome = take()
    assert not outcome.has_changes
    assert list(LedgerEntry.objects.values_list("pk", "revision", "is_current")) == before
