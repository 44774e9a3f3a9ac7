"""Who bears the cost of paying online: the utility, unless a rule has firms bear it; never a person, never a guest."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from payments import actions, guests, reconciliation, refunds, tasks
from payments.models import GatewayEvent, Payment
from payments.policies import payers_fee, told_back
from payments.rules import PaymentRules
from portal import clock
from portal.billing.models import Transit
from portal.billing.transit import book_entries
from portal.customers.models import Customer
from portal.outbox.models import OutboxFact
from portal.utility.models import RuleRecord
from portal.utility.rulebook import forget
from tests import factories
from tests.gateways.worlds import Przelewy24World, World

pytestmark = pytest.mark.django_db
CHOOSE = "/platnosci/zaplac/"


@pytest.fixture
def firm(bill):
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values={"firms_fee": "1.00"})
    forget()
    Customer.objects.filter(pk=bill.customer.pk).update(kind="firm", nip="1234563218")
    bill.customer.refresh_from_db()
    return bill


def paid(bill, world: World) -> Payment:
    payment = bill.start()
    world.pay(payment.session_id)
    return actions.ask_gateway(payment)


def test_a_firm_is_asked_for_the_fee_and_the_billing_system_is_told_without_it(firm, world: World):
    payment = paid(firm, world)

    assert (payment.state, payment.received, payment.payers_fee) == ("succeeded", Decimal("205.10"), Decimal("1.00"))
    assert payment.transit.amount == Decimal("204.10")
    assert OutboxFact.objects.get(kind="payment").values["amount"] == "204.10"
    lies = reconciliation.where_it_lies(payment, Decimal(0))
    assert (lies.in_transit, lies.payers_fee, lies.difference) == (Decimal("204.10"), Decimal("1.00"), 0)
    book_entries([factories.make_entry(firm.customer, "-204.10", kind="payment", reference=payment.transit.reference)])
    payment.refresh_from_db()
    assert payment.transit.state == Transit.State.BOOKED
    assert reconciliation.where_it_lies(payment, Decimal("204.10")).difference == 0


def test_given_back_whole_the_fee_goes_back_too_and_last(firm, world: World, run_jobs):
    payment = paid(firm, world)
    for amount in ("204.50", "0.60"):
        refunds.ask(payment, amount=Decimal(amount), reason="x", by=firm.owner)
        run_jobs()
        payment.refresh_from_db()
    assert payment.state == "refunded"
    facts = OutboxFact.objects.filter(kind="refund").order_by("pk")
    assert [fact.values["amount"] for fact in facts] == ["204.10"]


def test_a_restored_database_heals_with_the_fee(firm, world: World):
    if isinstance(world, Przelewy24World):
        return  # it keeps nothing for us beside a transaction
    payment = paid(firm, world)
    GatewayEvent.objects.update(payment=None)
    transit_id = payment.transit_id
    payment.delete()
    Transit.objects.filter(pk=transit_id).delete()
    tasks.look_back()
    anew = Payment.objects.get()
    assert (anew.state, anew.is_held_for_clerk, anew.payers_fee) == ("succeeded", False, Decimal("1.00"))


def test_the_button_says_the_whole_and_the_line_below_says_the_fee(firm):
    client = Client()
    client.force_login(firm.owner)
    page = client.get(CHOOSE, {"k": firm.customer.public_id}).content.decode().replace("\xa0", " ")
    assert "205,10 zł</button>" in page
    assert "1,00 zł" in page
    sent = {
        "k": str(firm.customer.public_id),
        "press": str(uuid4()),
        "item": [str(one.public_id) for one in firm.items],
    }
    assert client.post(CHOOSE, sent | {"seen": "204.10"}).status_code == 200  # without the fee it was another total
    assert client.post(CHOOSE, sent | {"seen": "205.10"}).status_code == 302
    assert Payment.objects.get().amount == Decimal("205.10")
    page = client.get(f"/platnosci/{Payment.objects.get().public_id}/?k={firm.customer.public_id}").content.decode()
    assert "1,00" in page


def test_a_person_and_a_guest_bear_none(firm):
    invoice = firm.items[0].entry.invoice_id
    payment = guests.start(invoice_id=invoice, amount=Decimal("135.38"), email="", press=uuid4())
    assert payment.amount == Decimal("135.38")
    actions.end_payment(payment)
    Customer.objects.filter(pk=firm.customer.pk).update(kind="person")
    assert firm.start().amount == Decimal("204.10")


@pytest.mark.parametrize(
    ("kind", "is_guest", "fee"),
    [("person", False, 0), ("firm", False, 1), ("community", False, 1), ("firm", True, 0), ("", False, 0)],
)
def test_who_bears_it(kind, is_guest, fee):
    assert payers_fee(kind=kind, is_guest=is_guest, firms_fee=Decimal(1)) == fee


@pytest.mark.parametrize(
    ("before", "left", "told"), [("205.10", "195.10", "10.00"), ("195.10", "0.00", "194.10"), ("0.60", "0.00", "0.00")]
)
def test_of_what_goes_back_the_fee_was_never_told(before, left, told):
    assert told_back(left_before=Decimal(before), left=Decimal(left), payers_fee=Decimal("1.00")) == Decimal(told)


def test_a_fee_below_zero_is_refused():
    with pytest.raises(ValueError, match="less than zero"):
        PaymentRules.from_stored({"firms_fee": "-1.00"})
