from datetime import timedelta
from decimal import Decimal

import pytest

from portal import clock
from portal.billing import queries, transit
from portal.billing.models import CustomerAccount, LedgerEntry, OpenItem, Transit, TransitBooking
from portal.desk.models import Task
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def item() -> OpenItem:
    return factories.make_charge(factories.make_customer(), "135.38")


def hold(item: OpenItem, amount: str = "135.38", reference: str = "EBOK-1", minutes: int = 31) -> Transit:
    return transit.hold(
        customer_id=item.customer_id,
        items=[(item.pk, Decimal(amount))],
        reference=reference,
        until=clock.now() + timedelta(minutes=minutes),
    )


def booking(item: OpenItem, amount: str, reference: str = "EBOK-1", **fields) -> LedgerEntry:
    return factories.make_entry(
        item.customer, Decimal(amount), kind=LedgerEntry.Kind.PAYMENT, reference=reference, **fields
    )


def left(item: OpenItem) -> Decimal:
    item.refresh_from_db()
    return transit.claims([item.pk]).get(item.pk, transit.Claim()).left_of(item.open_amount)


# Holding


def test_what_is_held_cannot_be_held_again(item):
    first = hold(item)

    with pytest.raises(transit.ItemHeld) as refused:
        hold(item, reference="EBOK-2")

    assert refused.value.until == first.held_until
    assert refused.value.references == ("EBOK-1",)
    assert f"{first.held_until.astimezone(clock.WARSAW):%H:%M}" in str(refused.value)


def test_two_may_hold_parts_of_one_item_as_far_as_it_reaches(item):
    hold(item, "100.00")
    hold(item, "35.38", reference="EBOK-2")

    assert left(item) == 0


def test_a_hold_whose_time_is_up_is_in_nobodys_way(item):
    hold(item, minutes=-1)

    assert hold(item, reference="EBOK-2").state == Transit.State.HELD


def test_the_same_reference_is_held_once(item):
    assert hold(item) == hold(item)
    assert Transit.objects.count() == 1


def test_more_than_is_open_is_refused_with_the_most(item):
    with pytest.raises(transit.AmountTooHigh) as refused:
        hold(item, "135.39")

    assert "135,38" in str(refused.value)
    assert not Transit.objects.exists()


def test_what_is_paid_and_being_booked_is_no_longer_to_pay(item):
    hold(item)
    transit.settle("EBOK-1", clock.now())

    with pytest.raises(transit.NothingToPay):
        hold(item, reference="EBOK-2")


def test_an_item_of_another_customer_cannot_be_held(item):
    stranger = factories.make_customer()

    with pytest.raises(transit.NothingToPay):
        transit.hold(customer_id=stranger.pk, items=[(item.pk, Decimal(10))], reference="EBOK-1", until=clock.now())


def test_nothing_is_held_while_the_balance_is_in_question(item):
    CustomerAccount.objects.filter(customer=item.customer).update(is_in_question=True)

    with pytest.raises(transit.AccountInQuestion):
        hold(item)


@pytest.mark.parametrize("amount", ["0.00", "-5.00"])
def test_nothing_and_less_cannot_be_held(item, amount):
    with pytest.raises(transit.NothingToPay):
        hold(item, amount)


def test_money_on_account_needs_no_item(item):
    held = transit.hold(
        customer_id=item.customer_id, items=[(None, Decimal(50))], reference="EBOK-1", until=clock.now()
    )

    assert held.amount == 50
    assert held.parts.get().item is None


# Settling and releasing


def test_released_items_may_be_paid_again(item):
    hold(item)
    transit.release("EBOK-1")

    assert left(item) == Decimal("135.38")


def test_a_released_transit_is_settled_when_the_money_comes_after_all(item):
    hold(item)
    transit.release("EBOK-1")
    transit.settle("EBOK-1", clock.now())

    assert Transit.objects.get().state == Transit.State.PAID
    assert left(item) == 0


def test_a_late_release_does_not_undo_what_is_paid(item):
    hold(item)
    transit.settle("EBOK-1", clock.now())
    transit.release("EBOK-1")

    assert Transit.objects.get().state == Transit.State.PAID


def test_settling_twice_is_settling_once(item):
    hold(item)
    first = transit.settle("EBOK-1", clock.now())
    again = transit.settle("EBOK-1", clock.now() + timedelta(hours=1))

    assert again.paid_at == first.paid_at


def test_the_second_of_two_payments_for_one_item_is_refused(item):
    hold(item, minutes=-1)
    hold(item, reference="EBOK-2")
    transit.settle("EBOK-2", clock.now())

    with pytest.raises(transit.AlreadyPaid):
        transit.settle("EBOK-1", clock.now())

    assert Transit.objects.get(reference="EBOK-1").state == Transit.State.HELD


def test_what_was_meanwhile_paid_at_the_bank_is_settled_and_becomes_credit(item):
    hold(item)
    OpenItem.objects.update(open_amount=Decimal(0))

    assert transit.settle("EBOK-1", clock.now()).state == Transit.State.PAID


# Booking


def paid(item: OpenItem, reference: str = "EBOK-1", amount: str = "135.38") -> Transit:
    hold(item, amount, reference)
    return transit.settle(reference, clock.now())


def test_the_import_books_by_our_reference(item):
    paid(item)
    done = transit.book_entries([booking(item, "-135.38")])

    moved = Transit.objects.get()
    assert (done.entries, done.transits) == (1, 1)
    assert moved.state == Transit.State.BOOKED
    assert moved.booked_at is not None


def test_booking_the_same_entries_again_changes_nothing(item):
    paid(item)
    entries = [booking(item, "-135.38")]
    transit.book_entries(entries)
    done = transit.book_entries(entries)

    assert (done.entries, done.transits) == (0, 0)
    assert TransitBooking.objects.count() == 1


def test_several_entries_book_one_payment(item):
    paid(item)
    transit.book_entries([booking(item, "-100.00")])
    assert Transit.objects.get().state == Transit.State.PAID

    transit.book_entries([booking(item, "-35.38")])
    assert Transit.objects.get().state == Transit.State.BOOKED


def test_of_money_booked_in_part_only_the_rest_is_still_on_its_way(item):
    hold(item, "100.00")
    transit.settle("EBOK-1", clock.now())
    transit.book_entries([booking(item, "-60.00")])
    OpenItem.objects.filter(pk=item.pk).update(open_amount=Decimal("75.38"))  # as the billing system then says

    assert transit.claims([item.pk])[item.pk].paid == Decimal("40.00")
    (charge,) = queries.open_items(factories.viewer(factories.make_owner(item.customer))).items
    assert (charge.in_transit, charge.payable) == (Decimal("40.00"), Decimal("35.38"))


def test_of_money_for_several_items_booked_in_part_no_item_is_offered_too_much(item):
    other = factories.make_charge(item.customer, "68.72")
    transit.hold(
        customer_id=item.customer_id,
        items=[(item.pk, Decimal("135.38")), (other.pk, Decimal("68.72"))],
        reference="R1",
        until=clock.now(),
    )
    transit.settle("R1", clock.now())
    transit.book_entries([factories.make_entry(item.customer, "-135.38", kind="payment", reference="R1")])
    found = transit.claims([item.pk, other.pk])

    assert (found[item.pk].paid, found[other.pk].paid) == (Decimal("68.72"), Decimal("68.72"))


def test_a_booking_taken_back_puts_the_money_on_its_way_again(item):
    paid(item)
    entry = booking(item, "-135.38")
    transit.book_entries([entry])
    LedgerEntry.objects.filter(pk=entry.pk).update(is_current=False)
    reversal = booking(item, "135.38", is_reversal=True, is_current=False)

    transit.book_entries([reversal])

    assert Transit.objects.get().state == Transit.State.PAID


def test_more_booked_than_paid_goes_to_a_clerk(item):
    paid(item)
    transit.book_entries([booking(item, "-140.00")])

    assert Transit.objects.get().state == Transit.State.BOOKED
    assert "140,00" in Task.objects.get(kind="transit_overbooked", state="open").body


def test_the_billing_system_may_book_before_the_gateway_tells_us(item):
    hold(item)
    transit.book_entries([booking(item, "-135.38")])
    settled = transit.settle("EBOK-1", clock.now())

    assert settled.state == Transit.State.BOOKED
    assert settled.paid_at is not None


def test_our_reference_on_another_customers_entry_books_nothing(item):
    paid(item)
    entry = factories.make_entry(
        factories.make_customer(), "-135.38", kind=LedgerEntry.Kind.PAYMENT, reference="EBOK-1"
    )
    transit.book_entries([entry])

    assert Transit.objects.get().state == Transit.State.PAID


def test_charges_are_no_bookings(item):
    paid(item)
    done = transit.book_entries(LedgerEntry.objects.all())

    assert done.entries == 0


# Entries without our reference


def test_one_fitting_entry_is_proposed_to_a_clerk(item):
    paid(item)
    done = transit.book_entries([booking(item, "-135.38", reference="", channel="online")])

    assert done.proposed == 1
    assert Transit.objects.get().state == Transit.State.PAID
    assert Task.objects.filter(kind="transit_match", about="transit:EBOK-1", state="open").count() == 1


def test_a_clerk_confirms_the_proposal(item):
    paid(item)
    entry = booking(item, "-135.38", reference="")
    transit.book_entries([entry])
    transit.confirm_match(Transit.objects.get(), entry, by="clerk")

    assert Transit.objects.get().state == Transit.State.BOOKED
    assert not Task.objects.filter(state="open").exists()


def test_two_fitting_entries_are_ambiguous(item):
    paid(item)
    done = transit.book_entries([booking(item, "-135.38", reference=""), booking(item, "-135.38", reference="")])

    assert done.proposed == 0


def test_two_fitting_payments_are_ambiguous():
    customer = factories.make_customer()
    paid(factories.make_charge(customer, "50.00"), "EBOK-1", "50.00")
    paid(other := factories.make_charge(customer, "50.00"), "EBOK-2", "50.00")

    assert transit.book_entries([booking(other, "-50.00", reference="")]).proposed == 0


def test_the_channel_is_what_the_gateway_says(item):
    hold(item)

    assert transit.settle("EBOK-1", clock.now(), channel="blik").channel == "blik"


@pytest.mark.parametrize("channel", ["", "online", "blik"])
def test_a_booking_may_name_the_channel_or_only_that_it_was_online(item, channel):
    hold(item)
    transit.settle("EBOK-1", clock.now(), channel="blik")

    assert transit.book_entries([booking(item, "-135.38", reference="", channel=channel)]).proposed == 1


@pytest.mark.parametrize("fields", [{"channel": "bank"}, {"amount": "-135.37"}, {"days": 11}, {"days": -1}], ids=str)
def test_another_channel_amount_or_time_does_not_fit(item, fields):
    paid(item)
    booked_on = clock.today() + timedelta(days=fields.pop("days", 0))
    entry = booking(item, fields.pop("amount", "-135.38"), reference="", booked_on=booked_on, **fields)

    assert transit.book_entries([entry]).proposed == 0


# Nobody books


def test_what_nobody_books_becomes_a_task_after_the_working_days_of_the_rule(item):
    with clock.stopped(factories.moment("2026-11-10 12:00")):  # a Tuesday; the 11th is a holiday
        paid(item)
    with clock.stopped(factories.moment("2026-11-18 12:00")):
        assert transit.chase() == []
    with clock.stopped(factories.moment("2026-11-19 12:00")):
        assert [late.reference for late in transit.chase()] == ["EBOK-1"]
        transit.chase()

    assert Task.objects.filter(kind="transit_unbooked", state="open").count() == 1


def test_the_task_closes_itself_when_the_booking_comes(item):
    with clock.stopped(factories.moment("2026-11-01 12:00")):
        paid(item)
    with clock.stopped(factories.moment("2026-11-20 12:00")):
        transit.chase()
        transit.book_entries([booking(item, "-135.38")])

    assert not Task.objects.filter(state="open").exists()


def test_claims_cost_one_statement(item, django_assert_num_queries):
    paid(item)
    with django_assert_num_queries(1):
        transit.claims([item.pk])
