from datetime import timedelta
from decimal import Decimal

import pytest

from portal import clock
from portal.billing import transit
from portal.billing.models import LedgerEntry, OpenItem, ShareBalance, Transit
from portal.customers.models import Customer
from tests.portal.billing.test_bookkeeping import amounts, table
from tests.portal.exchange.conftest import AS_OF, charge, payment

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=1)


def written(key: str) -> str:
    """The entries of one booking as docs/rules/ledger.md writes them."""
    entries = LedgerEntry.objects.filter(external_id=key).order_by("revision", "is_reversal")
    return "; ".join(
        f"{entry.amount:.2f}".replace(".", ",") + f" ({entry.revision}{', reversal' if entry.is_reversal else ''})"
        for entry in entries
    )


def test_revisions_are_those_of_the_page(take, delivery):
    delivery.files["ledger"] = []
    for count, (told, entries, balance) in enumerate(table("Revisions: a table")):
        amount = told.removeprefix("charge ")
        delivery.files["ledger"] = [] if amount == "–" else [charge("L1", "K1", str(amounts(amount)[0]))]
        assert take(as_of=AS_OF + timedelta(days=count)).is_merged
        assert written("L1") == entries
        assert Customer.objects.get(external_id="K1").account.balance == amounts(balance)[0]
    assert LedgerEntry.objects.filter(is_current=True).count() == 1


def test_an_open_item_keeps_its_address_when_its_entry_is_revised(take, delivery):
    take()
    before = OpenItem.objects.get(entry__external_id="L1")
    delivery.row("ledger", "L1")["amount"] = Decimal(120)
    take(as_of=LATER)
    after = OpenItem.objects.get(public_id=before.public_id)
    assert (after.pk, after.amount, after.open_amount, after.entry.revision) == (before.pk, 120, 60, 2)


def test_a_charge_whose_open_amount_was_stated_may_turn_into_money(take, delivery):
    """Stated as 100,00 of which 40,00 are open; the next delivery says that it was a payment after all."""
    for row in delivery.rows("ledger"):
        if row["kind"] == "charge":
            row["open_amount"] = Decimal(40) if row["id"] == "L1" else row["amount"]
    assert take().is_merged
    for row in delivery.rows("ledger"):
        row.pop("open_amount", None)
    row = delivery.row("ledger", "L1")
    delivery.rows("ledger")[delivery.rows("ledger").index(row)] = payment("L1", "K1", "-100.00")
    assert take(as_of=LATER).is_merged
    assert OpenItem.objects.get(entry__external_id="L1").open_amount == 0
    assert Customer.objects.get(external_id="K1").account.balance == Decimal(-160)


def test_a_change_of_shares_alone_is_a_change_of_the_entry(take, delivery):
    shares = delivery.rows("entry_shares")
    shares.append({"entry": "L1", "contract": "U1", "service": "water", "point": "P1", "amount": Decimal(100)})
    take()
    shares[0]["amount"] = Decimal(70)
    shares.append({"entry": "L1", "contract": "U1", "service": "sewage", "point": "P1", "amount": Decimal(30)})
    outcome = take(as_of=LATER)
    assert outcome.counts["ledger"]["changed"] == 1
    parts = ShareBalance.objects.filter(customer__external_id="K1").values_list("service", "balance")
    assert sorted(parts) == [("", Decimal(-60)), ("sewage", Decimal(30)), ("water", Decimal(70))]


def test_an_entry_without_shares_has_one_for_nowhere(take):
    take()
    share = LedgerEntry.objects.get(external_id="L1").shares.get()
    assert (share.contract, share.service, share.point, share.amount) == (None, "", None, Decimal(100))


def test_open_amounts_stand_as_stated(take, delivery):
    delivery.row("ledger", "L1")["open_amount"] = Decimal("40.00")
    delivery.row("ledger", "L3")["open_amount"] = Decimal("50.00")
    take()
    item = OpenItem.objects.get(entry__external_id="L1")
    assert (item.open_amount, item.basis) == (Decimal(40), "open_amount")


def test_a_lowered_open_amount_is_no_revision(take, delivery):
    test_open_amounts_stand_as_stated(take, delivery)
    delivery.row("ledger", "L3")["open_amount"] = Decimal(0)
    delivery.rows("ledger").append(payment("L4", "K2", "-50.00"))
    take(as_of=LATER)
    item = OpenItem.objects.get(entry__external_id="L3")
    assert (item.open_amount, item.entry.revision) == (Decimal(0), 1)


def test_allocations_count_when_no_open_amount_is_stated(take, delivery):
    delivery.rows("ledger").append(charge("L5", "K1", "60.00"))
    delivery.rows("allocations").append({"payment": "L2", "charge": "L5", "amount": Decimal(60)})
    take()
    assert OpenItem.objects.get(entry__external_id="L5").open_amount == 0
    assert OpenItem.objects.get(entry__external_id="L1").basis == "allocations"
    delivery.files["allocations"] = [{"payment": "L2", "charge": "L1", "amount": Decimal(60)}]
    outcome = take(as_of=LATER)
    assert outcome.counts["allocations"] == {"new": 1, "changed": 0, "same": 0, "gone": 1, "out": 0}
    assert OpenItem.objects.get(entry__external_id="L5").open_amount == 60
    assert OpenItem.objects.get(entry__external_id="L1").open_amount == 40


def test_an_allocation_follows_the_revision_of_its_charge(take, delivery):
    delivery.rows("allocations").append({"payment": "L2", "charge": "L1", "amount": Decimal(60)})
    take()
    delivery.row("ledger", "L1")["amount"] = Decimal(90)
    outcome = take(as_of=LATER)
    assert outcome.counts["allocations"]["same"] == 1
    assert OpenItem.objects.get(entry__external_id="L1").open_amount == 30


def test_a_balance_that_is_stated_otherwise_is_in_question(take, delivery):
    delivery.row("customers", "K1")["stated_balance"] = Decimal(41)
    delivery.row("customers", "K2")["stated_balance"] = Decimal(50)
    take()
    assert [c.account.is_in_question for c in Customer.objects.order_by("external_id")] == [True, False]
    delivery.row("customers", "K1")["stated_balance"] = Decimal(40)
    take(as_of=LATER)
    assert not Customer.objects.get(external_id="K1").account.is_in_question


def test_a_stated_balance_is_no_measure_once_entries_changed_without_it(take, delivery):
    delivery.row("customers", "K1")["stated_balance"] = Decimal(40)
    take()
    delivery.files = {"ledger": [charge("L9", "K1", "10.00")]}
    take(as_of=LATER, kind="changes")
    account = Customer.objects.get(external_id="K1").account
    assert (account.balance, account.stated_balance, account.is_in_question) == (Decimal(50), None, False)


def test_a_booked_payment_ends_its_transit(take, delivery):
    take()
    item = OpenItem.objects.get(entry__external_id="L1")
    transit.hold(
        customer_id=item.customer_id,
        items=[(item.pk, Decimal(40))],
        reference="EB-1",
        until=clock.now() + timedelta(hours=1),
    )
    transit.settle("EB-1", clock.now())
    delivery.rows("ledger").append(
        payment("L8", "K1", "-40.00", booked=AS_OF.date(), reference="EB-1", channel="online")
    )
    take(as_of=LATER)
    moved = Transit.objects.get()
    assert (moved.state, moved.bookings.get().entry.external_id) == ("booked", "L8")
    assert OpenItem.objects.get(pk=item.pk).open_amount == 0


def test_a_booking_taken_back_puts_the_money_on_its_way_again(take, delivery):
    test_a_booked_payment_ends_its_transit(take, delivery)
    delivery.drop("ledger", "L8")
    take(as_of=LATER + timedelta(days=1))
    assert Transit.objects.get().state == "paid"
