"""While figures are in question: no screen and no widget says an amount of the ledger, or whether something is paid."""

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import reverse

from portal import clock
from portal.billing import blocks, card_blocks, letters
from portal.billing.models import CustomerAccount, Invoice, Transit, TransitPart
from portal.notifications.models import Delivery
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from tests import factories

pytestmark = pytest.mark.django_db
PRINTED, BOOKED, OPEN, PAID, MOVING = "135,38", "171,17", "83,83", "52,52", "19,19"
STANDINGS = ("Niedopłata", "Nadpłata", "Rozliczone")
SAID_OF_PAYMENT = re.compile(r'class="tag[^"]*">([^<]*(?:zapłacon|po terminie|do zapłaty|zaksięgowan)[^<]*)<')


@pytest.fixture
def customer():
    """Everything that the ledger says differs from everything that is printed."""
    found = factories.make_customer(services=["water", "sewage"])
    contract = factories.make_contract(found, text="Strony umawiają się.")
    point = factories.make_point(contract)
    item = factories.make_charge(found, "171.17", open_amount="83.83", due_in=-3, contract=contract, point=point)
    Invoice.objects.update(gross=Decimal("135.38"), to_pay=Decimal("135.38"))
    settled = factories.make_charge(found, "52.52", open_amount="0", contract=contract, point=point)
    Invoice.objects.filter(pk=settled.entry.invoice_id).update(gross=Decimal("135.38"), to_pay=Decimal("135.38"))
    factories.make_entry(found, "-52.52", kind="payment", contract=contract, point=point)
    transit = Transit.objects.create(
        reference="t1",
        customer=found,
        amount=Decimal("19.19"),
        state="paid",
        channel="blik",
        held_until=clock.now(),
        paid_at=clock.now() - timedelta(days=1),
    )
    TransitPart.objects.create(transit=transit, item=item, amount=Decimal("19.19"))
    return found


@pytest.fixture(autouse=True)
def everything_runs():
    RuleRecord.objects.create(rule_set="modules", effective_from=clock.today(), values={"forecast": True})
    forget_everything()


def question():
    CustomerAccount.objects.update(is_in_question=True, question="doubt")


def words(content):
    """What a reader meets, without addresses and names of classes."""
    return re.sub(r"<[^>]*>", " ", content).replace("\xa0", " ")


def screens(client, customer):
    contract, (first, second) = customer.contracts.get(), Invoice.objects.order_by("pk")
    for name, args in (
        ("history", []),
        ("history_csv", []),
        ("papers", []),
        ("card", []),
        ("pay_simulation", []),
        ("portfolio", []),
        ("portfolio_csv", []),
        ("contract", [contract.public_id]),
        ("invoice", [first.public_id]),
        ("invoice", [second.public_id]),
    ):
        answer = client.get(reverse(f"billing:{name}", args=args), {"k": str(customer.public_id)})
        assert answer.status_code == 200, name
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield name, content.decode()
    yield "choose", client.get(reverse("payments:choose"), {"k": str(customer.public_id)}).content.decode()


WIDGETS = [
    blocks.DueWidget,
    blocks.OpenItemsWidget,
    blocks.BalanceWidget,
    blocks.DocumentsWidget,
    blocks.PaymentsWidget,
    blocks.TransferWidget,
    card_blocks.HistoryWidget,
    card_blocks.ObjectCardsWidget,
]


def widgets(user, customer):
    for made in WIDGETS:
        widget = made()
        widget.set_name("widget")
        request = RequestFactory().get("/")
        request.user, request.viewer = SimpleNamespace(is_staff=False), factories.viewer(user, customer)
        yield made.__name__, str(widget.render(widget.to_python({}), {"request": request}))


@pytest.mark.parametrize("is_whole", [True, False])
def test_no_screen_says_what_the_ledger_says(client, customer, is_whole):
    user = factories.make_owner(customer)
    if not is_whole:
        point = customer.contracts.get().points.get()
        other = factories.make_point(customer.contracts.get())
        item = customer.open_items.order_by("pk").first()
        item.entry.shares.update(amount=Decimal("101.10"))
        item.entry.shares.create(point=other, contract=other.contract, service="water", amount=Decimal("70.07"))
        user = factories.make_manager(customer, [point])
    client.force_login(user)
    before = " ".join(content for _name, content in (*screens(client, customer), *widgets(user, customer)))
    for said in (BOOKED if is_whole else "101,10", PAID, PRINTED, "Niedopłata"):
        assert said in words(before), said
    assert SAID_OF_PAYMENT.search(before)
    question()
    for name, content in (*screens(client, customer), *widgets(user, customer)):
        for said in (BOOKED, OPEN, PAID, "101,10", "70,07", *STANDINGS):
            assert said not in words(content), (name, said)
        assert not SAID_OF_PAYMENT.findall(content), name


def test_what_is_being_booked_is_still_told(customer):
    user = factories.make_owner(customer)
    question()
    told = {name for name, text in widgets(user, customer) if MOVING in words(text)}
    assert "PaymentsWidget" in told


def test_an_invoice_is_not_written_about_until_the_figures_are_cleared_up(customer):
    factories.make_owner(customer, email="anna@example.pl")
    question()
    assert letters.announce_new() == 0
    CustomerAccount.objects.update(is_in_question=False)
    assert letters.announce_new() == 2
    assert Delivery.objects.filter(message="invoice_new").count() == 2
