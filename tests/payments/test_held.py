"""What clerks decide about payments: money held for them, entries without a reference, and who sees what of it."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from payments import actions, held, reconciliation, refunds
from payments.gateways import sandbox
from payments.models import Payment
from portal.billing.models import Transit, TransitBooking
from portal.billing.transit import NotFitting, book_entries, confirm_match
from portal.customers.actions import open_visit
from portal.desk.models import Task
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.outbox.models import OutboxFact
from tests import factories
from tests.gateways.worlds import World

pytestmark = pytest.mark.django_db
BOOKKEEPER = ("access_admin", "view_payment", "add_refund", "change_task", "view_task")
CLERK = ("access_admin", "view_payment", "add_staffvisit", "change_task", "view_task")


def somebody(*rights):
    user = factories.make_staff()
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def shown(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def page_of(payment):
    return reverse("payment_register:inspect", args=[payment.public_id])


def differing(bill, world: World, grosze=100, currency="PLN") -> Payment:
    payment = bill.start()
    world.pay_otherwise(payment.session_id, grosze, currency)
    return actions.ask_gateway(payment)


# Money held


def test_money_held_is_put_on_the_customers_account_and_booked_as_credit(bill, world: World):
    payment = differing(bill, world)
    desk = somebody(*BOOKKEEPER)
    assert reverse("payment_register:accept", args=[payment.public_id]) in shown(desk.get(page_of(payment)))
    desk.post(reverse("payment_register:accept", args=[payment.public_id]))

    payment.refresh_from_db()
    assert not payment.is_held_for_clerk
    assert (payment.transit.state, payment.transit.amount) == ("paid", Decimal("1.00"))
    assert list(payment.transit.parts.values_list("item", "amount")) == [(None, Decimal("1.00"))]
    fact = OutboxFact.objects.get(kind="payment").values
    assert (fact["amount"], fact["items"]) == ("1.00", [{"entry": "", "amount": "1.00"}])
    assert not Task.objects.filter(kind=actions.HELD, state="open").exists()
    assert Delivery.objects.filter(message="payment_on_account").count() == 1
    book_entries([factories.make_entry(bill.customer, "-1.00", kind="payment", reference=payment.transit.reference)])
    payment.refresh_from_db()
    assert payment.transit.state == Transit.State.BOOKED
    assert bill.start().amount == Decimal("204.10")  # the invoices are open as before


def test_it_is_put_there_once(bill, world: World):
    payment = differing(bill, world)
    held.accept_on_account(payment, by=bill.owner)
    with pytest.raises(held.CannotAccept):
        held.accept_on_account(payment, by=bill.owner)
    assert OutboxFact.objects.filter(kind="payment").count() == 1


def test_what_was_put_there_can_still_be_given_back(bill, world: World, run_jobs):
    payment = held.accept_on_account(differing(bill, world), by=bill.owner)
    refunds.ask(payment, amount=Decimal("1.00"), reason="x", by=bill.owner)
    run_jobs()
    payment.refresh_from_db()
    assert (payment.state, payment.transit.state) == ("refunded", "released")
    assert OutboxFact.objects.get(kind="refund").values["amount"] == "1.00"


def test_only_what_is_left_of_it_is_put_there(bill, world: World, run_jobs):
    payment = differing(bill, world, 10000)
    refunds.ask(payment, amount=Decimal("30.00"), reason="x", by=bill.owner)
    with pytest.raises(held.CannotAccept):  # nobody knows yet what will be left
        held.accept_on_account(payment, by=bill.owner)
    run_jobs()
    payment = held.accept_on_account(payment, by=bill.owner)
    assert payment.transit.amount == Decimal("70.00")
    assert reconciliation.where_it_lies(payment, Decimal(0)).difference == 0


def test_another_currency_is_never_put_on_an_account_but_goes_back_with_two_clerks(bill, world: World, run_jobs):
    payment = differing(bill, world, 2000, "EUR")
    desk, second = somebody(*BOOKKEEPER), somebody(*BOOKKEEPER)
    page = shown(desk.get(page_of(payment)))
    assert reverse("payment_register:accept", args=[payment.public_id]) not in page
    assert "Amount, EUR" in page or "Kwota, EUR" in page
    desk.post(reverse("payment_register:accept", args=[payment.public_id]))
    payment.refresh_from_db()
    assert payment.is_held_for_clerk

    desk.post(reverse("payment_register:refund", args=[payment.public_id]), {"amount": "20,00", "reason": "euro"})
    asked = payment.refunds.get()
    assert asked.state == "asked"  # twenty euro are below the limit in złoty, and still two look at it
    second.post(reverse("payment_register:decide_refund", args=[asked.public_id]), {"decision": "approve"})
    run_jobs()
    payment.refresh_from_db()
    assert (payment.state, payment.refunded, payment.is_held_for_clerk) == ("refunded", Decimal("20.00"), False)
    assert "EUR" in Delivery.objects.get(message="payment_refunded").subject


def test_without_the_right_nothing_is_put_anywhere(bill, world: World):
    payment = differing(bill, world)
    somebody(*CLERK).post(reverse("payment_register:accept", args=[payment.public_id]))
    payment.refresh_from_db()
    assert payment.is_held_for_clerk


# Entries without our reference


@pytest.fixture
def paid(bill) -> Payment:
    payment = bill.start()
    sandbox.pay(payment.session_id, "blik")
    return actions.ask_gateway(payment)


def nameless(bill, amount="-204.10", **fields):
    return factories.make_entry(bill.customer, amount, kind="payment", reference="", **fields)


def test_a_clerk_in_a_visit_confirms_the_proposed_entry(bill, paid):
    entry = nameless(bill)
    assert book_entries([entry]).proposed == 1
    desk = somebody(*CLERK)
    address = reverse("payment_register:match", args=[paid.public_id])
    assert desk.post(address, {"entry": entry.pk}).status_code == 403
    assert not TransitBooking.objects.exists()  # not outside a visit

    open_visit(staff=desk.user, customer=bill.customer, reason=paid.transit.reference)
    assert address in shown(desk.get(page_of(paid)))
    desk.post(address, {"entry": entry.pk})
    paid.transit.refresh_from_db()
    assert paid.transit.state == Transit.State.BOOKED
    assert not Task.objects.filter(kind="transit_match", state="open").exists()


def test_a_clerk_says_that_it_is_another_payment(bill, paid):
    book_entries([nameless(bill)])
    desk = somebody(*BOOKKEEPER)
    desk.post(reverse("payment_register:match", args=[paid.public_id]), {"decision": "refuse"})
    paid.transit.refresh_from_db()
    assert paid.transit.state == Transit.State.PAID
    assert not Task.objects.filter(kind="transit_match", state="open").exists()


def test_several_entries_may_be_confirmed_for_one_payment(bill, paid):
    entries = [nameless(bill, "-135.38"), nameless(bill, "-68.72")]
    desk = somebody(*BOOKKEEPER)
    for entry in entries:
        assert "It books this payment" in shown(desk.get(page_of(paid))) or "To księguje" in shown(
            desk.get(page_of(paid))
        )
        desk.post(reverse("payment_register:match", args=[paid.public_id]), {"entry": entry.pk})
    paid.transit.refresh_from_db()
    assert paid.transit.state == Transit.State.BOOKED


def test_no_entry_books_two_payments_and_none_of_another_customer(bill, paid):
    entry = nameless(bill)
    confirm_match(paid.transit, entry, by="clerk")
    other = Transit.objects.create(
        reference="R",
        customer=bill.customer,
        amount="204.10",
        state="paid",
        paid_at=paid.succeeded_at,
        held_until=paid.expires_at,
    )
    with pytest.raises(NotFitting):
        confirm_match(other, entry, by="clerk")
    with pytest.raises(NotFitting):
        confirm_match(other, factories.make_entry(factories.make_customer(), "-204.10", kind="payment"), by="clerk")


# Who sees what


def test_a_list_shows_a_clerk_no_amounts_and_a_page_only_in_a_visit(bill, paid):
    desk = somebody(*CLERK)
    listed = shown(desk.get(reverse("payment_register:index")))
    assert paid.transit.reference in listed
    assert "204,10" not in listed
    page = shown(desk.get(page_of(paid)))
    for secret in ("204,10", "012345/11/2026", "anna@example.pl"):
        assert secret not in page
    assert f"{reverse('customer_register:visit', args=[bill.customer.public_id])}?reason=" in page

    open_visit(staff=desk.user, customer=bill.customer, reason=paid.transit.reference)
    page = shown(desk.get(page_of(paid)))
    assert "204,10" in page
    assert "012345/11/2026" in page


def test_a_bookkeeper_sees_amounts_and_each_look_is_written_down(bill, paid):
    desk = somebody(*BOOKKEEPER)
    assert "204,10" in shown(desk.get(reverse("payment_register:index")))
    assert "204,10" in shown(desk.get(page_of(paid)))
    assert AuditLine.objects.filter(deed="payment_looked_at", about=f"payment:{paid.public_id}").count() == 1
