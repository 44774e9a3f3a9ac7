"""What a person owes: docs/rules/balance.md and open-items.md, quoted fact by fact."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from portal.billing.documents import invoice_sheet, recent_documents
from portal.billing.models import (
    CustomerAccount,
    Document,
    EntryShare,
    LedgerEntry,
    ShareBalance,
    Transit,
    TransitBooking,
    TransitPart,
)
from portal.billing.payments_made import payments
from portal.billing.portfolio import portfolio
from portal.billing.queries import balance, open_items
from portal.customers.actions import grant_access, revoke_access
from portal.customers.models import Delegation
from tests import factories


def put_in_transit(item, amount, state="paid", channel="blik", minutes=20):
    """Money on its way for one open item."""
    transit = Transit.objects.create(
        reference=f"t{Transit.objects.count()}-{item.pk}",
        customer=item.customer,
        amount=Decimal(amount),
        state=state,
        channel=channel,
        held_until=clock.now() + timedelta(minutes=minutes),
        paid_at=clock.now() - timedelta(days=2) if state == "paid" else None,
    )
    TransitPart.objects.create(transit=transit, item=item, amount=Decimal(amount))
    return transit


@pytest.fixture
def customer(db):
    return factories.make_customer()


@pytest.fixture
def owner(customer):
    return factories.viewer(factories.make_owner(customer))


# ------------------------------------------------------------------------------------------------------------- balance


@pytest.mark.parametrize(("amount", "state"), [("135.38", "underpaid"), ("-20.00", "overpaid"), ("0.00", "settled")])
def test_the_balance_is_said_in_words(customer, owner, amount, state):
    factories.make_account(customer, amount)
    found = balance(owner)
    assert (found.state, found.absolute) == (state, abs(Decimal(amount)))
    assert found.as_of == CustomerAccount.objects.get().as_of


def test_parts_and_the_unattributed_rest_add_up_to_the_whole(customer, owner, django_assert_num_queries):
    contract = factories.make_contract(customer)
    factories.make_entry(customer, "100.00", contract=contract, service="water")
    factories.make_entry(customer, "60.00", contract=contract, service="sewage")
    factories.make_entry(customer, "-40.00", kind="payment")
    with django_assert_num_queries(1):
        found = balance(owner)
    assert found.amount == Decimal("120.00") == sum(part.amount for part in found.parts)
    assert {(part.contract, part.service): part.amount for part in found.parts} == {
        (contract.number, "water"): Decimal("100.00"),
        (contract.number, "sewage"): Decimal("60.00"),
        ("", ""): Decimal("-40.00"),
    }


def test_a_partial_manager_gets_the_shares_of_his_points_and_is_told_so(customer, django_assert_num_queries):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    factories.make_entry(customer, "100.00", contract=contract, point=mine)
    factories.make_entry(customer, "60.00", contract=contract, point=other)
    manager = factories.viewer(factories.make_manager(customer, [mine]))
    with django_assert_num_queries(1):
        found = balance(manager)
    assert found.amount == Decimal("100.00")
    assert found.is_partial
    assert found.unallocated_credit == 0


def test_figures_in_question_are_withheld_from_everybody(customer, owner):
    point = factories.make_point(factories.make_contract(customer))
    item = factories.make_charge(customer, "60.00", contract=point.contract, point=point)
    put_in_transit(item, "10.00")
    CustomerAccount.objects.update(is_in_question=True, unallocated_credit=Decimal("5.00"))
    partial = factories.viewer(factories.make_manager(customer, [point]))
    for viewer in (owner, partial):
        found = balance(viewer)
        assert (found.state, found.amount, found.unallocated_credit, found.parts) == ("in_question", 0, 0, ())
        assert found.in_transit == Decimal("10.00")
        assert open_items(viewer).is_in_question


def test_money_being_booked_stands_beside_the_balance(customer, owner):
    item = factories.make_charge(customer, "100.00")
    put_in_transit(item, "60.00")
    put_in_transit(item, "30.00", state="held")
    put_in_transit(item, "5.00", state="released")
    found = balance(owner)
    assert found.amount == Decimal("100.00")
    assert found.in_transit == Decimal("60.00")
    assert found.in_transit_since.date() == clock.today() - timedelta(days=2)


def test_what_is_booked_of_a_payment_is_no_longer_on_its_way(customer, owner):
    way = put_in_transit(factories.make_charge(customer, "100.00"), "60.00")
    put_in_transit(factories.make_charge(customer, "5.00"), "5.00")
    first, second = (
        factories.make_entry(customer, amount, kind="payment", reference=way.reference)
        for amount in ("-20.00", "-7.00")
    )
    for entry in (first, second):
        TransitBooking.objects.create(transit=way, entry=entry, amount=-entry.amount)
    LedgerEntry.objects.filter(pk=second.pk).update(is_current=False)
    assert balance(owner).in_transit == Decimal("45.00")
    lines = [(line.state, line.amount) for line in payments(owner).lines]
    assert sorted(lines) == [("booked", 20), ("in_transit", 5), ("in_transit", 40)]


def test_without_the_right_nothing_is_told(customer):
    factories.make_account(customer, "10.00")
    proxy = factories.make_user()
    delegation = grant_access(
        user=proxy, customer=customer, role=Delegation.Role.PROXY, ground="invitation", deeds=["see_readings"]
    )
    assert balance(factories.viewer(proxy)) is None
    assert open_items(factories.viewer(proxy)).items == ()
    revoke_access(delegation, by=proxy)
    assert not factories.viewer(proxy).is_linked


# ---------------------------------------------------------------------------------------------------------- open items


@pytest.mark.parametrize(("due_in", "state"), [(-1, "overdue"), (0, "soon"), (7, "soon"), (8, "later")])
def test_how_near_the_date_is_follows_the_rule(customer, owner, due_in, state):
    factories.make_charge(customer, due_in=due_in)
    (item,) = open_items(owner).items
    assert (item.state, item.days) == (state, due_in)


def test_what_is_on_its_way_lowers_what_can_be_paid(customer, owner, django_assert_num_queries):
    item = factories.make_charge(customer, "100.00")
    put_in_transit(item, "60.00")
    with django_assert_num_queries(1):
        (found,) = open_items(owner).items
    assert (found.open_amount, found.in_transit, found.payable) == (
        Decimal("100.00"),
        Decimal("60.00"),
        Decimal("40.00"),
    )
    assert (found.channel, found.paid_at.date()) == ("blik", clock.today() - timedelta(days=2))


def test_paid_in_full_waits_to_be_booked(customer, owner):
    put_in_transit(factories.make_charge(customer, "100.00"), "100.00")
    charges = open_items(owner)
    assert charges.items[0].state == "in_transit"
    assert (charges.payable, charges.in_transit, charges.to_pay) == (0, Decimal("100.00"), ())


def test_what_somebody_pays_now_is_held_until_his_session_ends(customer, owner):
    item = factories.make_charge(customer, "100.00")
    held = put_in_transit(item, "100.00", state="held", minutes=20)
    (found,) = open_items(owner).items
    assert (found.state, found.payable, found.held_until) == ("held", 0, held.held_until)
    with clock.stopped(clock.now() + timedelta(minutes=21)):
        (found,) = open_items(owner).items
        assert (found.state, found.payable) == ("soon", Decimal("100.00"))


def test_the_most_urgent_comes_first_and_names_the_date(customer, owner):
    factories.make_charge(customer, "1.00", due_in=20)
    factories.make_charge(customer, "2.00", due_in=-3)
    charges = open_items(owner)
    assert [item.amount for item in charges.items] == [Decimal("2.00"), Decimal("1.00")]
    assert charges.next_due.days == -3
    assert charges.payable == Decimal("3.00")


def test_an_item_names_its_services_and_period(customer, owner):
    item = factories.make_charge(customer)
    factories.make_entry(customer, "4.17")
    note = factories.make_charge(customer, "4.17", due_in=30)
    LedgerEntry.objects.filter(pk=note.entry_id).update(charge_kind="interest_note", invoice=None)
    bill, interest = open_items(owner).items
    assert bill.title in ("woda i ścieki", "water and sewage")
    assert (bill.number, bill.invoice_id) == (item.entry.invoice.number, item.entry.invoice.public_id)
    assert bill.period_from == item.entry.invoice.period_from
    assert interest.invoice_id is None
    assert interest.title in ("nota odsetkowa", "interest note")


def test_settled_charges_are_no_open_items(customer, owner):
    factories.make_charge(customer, "10.00", open_amount="0.00")
    assert open_items(owner).items == ()


def test_a_partial_manager_is_offered_only_what_is_wholly_his(customer):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    own = factories.make_charge(customer, "10.00", contract=contract, point=mine)
    factories.make_charge(customer, "20.00", contract=contract, point=other)
    shared = factories.make_charge(customer, "30.00", contract=contract, point=mine)
    EntryShare.objects.filter(entry=shared.entry).update(amount=Decimal("12.00"))
    EntryShare.objects.create(entry=shared.entry, contract=contract, point=other, amount=Decimal("18.00"))
    unattributed = factories.make_charge(customer, "40.00", contract=contract, point=mine)
    EntryShare.objects.create(entry=unattributed.entry, amount=Decimal("0.00"))
    viewer = factories.viewer(factories.make_manager(customer, [mine]))
    assert [item.public_id for item in open_items(viewer).items] == [own.public_id]


# ---------------------------------------------------------------------------------------------------------- documents


def test_documents_of_every_kind_stand_together_the_newest_first(customer, owner, django_assert_num_queries):
    paid = factories.make_charge(customer, "10.00", open_amount="0.00", issued_on=clock.today() - timedelta(days=60))
    moving = factories.make_charge(customer, "63.10", issued_on=clock.today() - timedelta(days=30))
    put_in_transit(moving, "63.10")
    Document.objects.create(
        external_id="D1",
        customer=customer,
        kind="interest_note",
        number="NO/1",
        issued_on=clock.today() - timedelta(days=40),
    )
    late = factories.make_charge(customer, "20.00", due_in=-2)
    with django_assert_num_queries(2):
        papers = recent_documents(owner)
    assert [(paper.number, paper.state) for paper in papers.lines] == [
        (late.entry.document_number, "overdue"),
        (moving.entry.document_number, "in_transit"),
        ("NO/1", ""),
        (paid.entry.document_number, "paid"),
    ]


def test_documents_go_on_page_by_page(customer, owner):
    for age in range(7):
        factories.make_charge(customer, "10.00", number=f"F{age}", issued_on=clock.today() - timedelta(days=age))
    first, second, third = (recent_documents(owner, limit=3, page=page) for page in (1, 2, 3))
    assert [paper.number for paper in first.lines + second.lines + third.lines] == [f"F{age}" for age in range(7)]
    assert (first.has_more, second.has_more, third.has_more) == (True, True, False)


def test_only_notes_or_only_invoices(customer, owner):
    factories.make_charge(customer)
    Document.objects.create(external_id="D1", customer=customer, kind="demand", number="W/1", issued_on=clock.today())
    Document.objects.create(
        external_id="D2", customer=customer, kind="other_sale", number="S/1", issued_on=clock.today()
    )
    assert [paper.number for paper in recent_documents(owner, shows="notes").lines] == ["W/1"]
    assert {paper.family for paper in recent_documents(owner, shows="invoices").lines} == {"invoice"}


def test_a_proxy_without_the_right_to_notes_meets_none(customer):
    for kind in ("interest_note", "other_sale"):
        Document.objects.create(external_id=kind, customer=customer, kind=kind, number=kind, issued_on=clock.today())
    proxy = factories.make_user()
    grant_access(user=proxy, customer=customer, role=Delegation.Role.PROXY, ground="invitation", deeds=["see_invoices"])
    assert [paper.number for paper in recent_documents(factories.viewer(proxy)).lines] == ["other_sale"]


def test_a_partial_manager_gets_his_part_of_an_invoice_without_the_document(customer, django_assert_num_queries):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    whole = factories.make_charge(customer, "10.00", contract=contract, point=mine).entry.invoice
    shared = factories.make_charge(customer, "30.00", contract=contract, point=mine).entry
    EntryShare.objects.filter(entry=shared).update(amount=Decimal("12.00"))
    EntryShare.objects.create(entry=shared, contract=contract, service="water", point=other, amount=Decimal("18.00"))
    foreign = factories.make_charge(customer, "50.00", contract=contract, point=other).entry.invoice
    viewer = factories.viewer(factories.make_manager(customer, [mine]))
    with django_assert_num_queries(3):
        papers = recent_documents(viewer)
    assert {(paper.number, paper.family, paper.amount) for paper in papers.lines} == {
        (whole.number, "invoice", Decimal("10.00")),
        (shared.invoice.number, "share", Decimal("12.00")),
    }
    with django_assert_num_queries(4):
        sheet = invoice_sheet(viewer, shared.invoice.public_id)
    assert [(part.point, part.amount) for part in sheet.parts] == [(str(mine), Decimal("12.00"))]
    assert invoice_sheet(viewer, foreign.public_id) is None
    assert invoice_sheet(viewer, whole.public_id).parts == ()


def test_a_booking_that_was_reversed_says_nothing_of_whose_invoice_it_is(customer):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    entry = factories.make_charge(customer, "10.00", contract=contract, point=other).entry
    invoice = entry.invoice
    viewer = factories.viewer(factories.make_manager(customer, [mine]))
    assert invoice_sheet(viewer, invoice.public_id) is None
    LedgerEntry.objects.filter(pk=entry.pk).update(is_current=False)
    factories.make_entry(customer, "10.00", contract=contract, point=mine, invoice=invoice, charge_kind="invoice")
    assert invoice_sheet(viewer, invoice.public_id).parts == ()


# ------------------------------------------------------------------------------------------------------------ payments


def test_payments_being_booked_come_before_those_booked(customer, owner, django_assert_num_queries):
    factories.make_entry(customer, "-50.00", kind="payment", channel="bank")
    factories.make_entry(customer, "5.00", kind="refund")
    put_in_transit(factories.make_charge(customer, "63.10"), "63.10")
    with django_assert_num_queries(2):
        found = payments(owner)
    assert [(line.state, line.amount) for line in found.lines] == [
        ("in_transit", Decimal("63.10")),
        ("refund", Decimal("-5.00")),
        ("booked", Decimal("50.00")),
    ]


def test_a_partial_manager_meets_the_share_of_a_payment(customer):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    entry = factories.make_entry(customer, "-50.00", kind="payment", contract=contract, point=mine)
    EntryShare.objects.filter(entry=entry).update(amount=Decimal("-20.00"))
    EntryShare.objects.create(entry=entry, contract=contract, point=other, amount=Decimal("-30.00"))
    found = payments(factories.viewer(factories.make_manager(customer, [mine])))
    assert [line.amount for line in found.lines] == [Decimal("20.00")]
    assert found.is_partial


# --------------------------------------------------------------------------------------------------- whoever it is not


def test_no_question_answers_with_another_customer_s_figures(customer, owner):
    other = factories.make_customer()
    factories.make_charge(other, "999.00")
    factories.make_entry(other, "-11.00", kind="payment")
    Document.objects.create(external_id="D1", customer=other, kind="demand", number="W/1", issued_on=clock.today())
    assert balance(owner) is None
    assert open_items(owner).items == ()
    assert recent_documents(owner).lines == ()
    assert payments(owner).lines == ()


def test_the_questions_cost_the_same_after_ten_years(customer, owner):
    for month in range(120):
        factories.make_charge(customer, "10.00", due_in=4 - 30 * month, open_amount="10.00" if month < 3 else "0.00")
    counted = {}
    for question in (balance, open_items, recent_documents, payments):
        with CaptureQueriesContext(connection) as queries:
            question(owner)
        counted[question.__name__] = len(queries)
    assert counted == {"balance": 1, "open_items": 1, "recent_documents": 2, "payments": 2}
    assert ShareBalance.objects.count() == 1


def test_what_is_booked_of_a_payment_is_on_its_way_in_no_list_any_more(customer, owner):
    """100,00 paid of which the billing system has booked 60,00: 40,00 are open, 40,00 on their way."""
    item = factories.make_charge(customer, "120.00", open_amount="60.00")
    transit = put_in_transit(item, "100.00")
    entry = factories.make_entry(customer, "-60.00", kind="payment", reference=transit.reference)
    TransitBooking.objects.create(transit=transit, entry=entry, amount=Decimal("60.00"))
    (paper,) = recent_documents(owner).lines
    (charge,) = open_items(owner).items
    (holding,) = portfolio(owner).holdings
    assert paper.in_transit == charge.in_transit == Decimal("40.00")
    assert charge.payable == holding.due_amount == Decimal("20.00")
    assert paper.state == "soon"
