from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from payments import actions, checkout
from payments.gateways.base import GatewayDown, GatewayRefused
from payments.models import Payment, SandboxSession
from payments.rules import PaymentRules
from portal import clock
from portal.billing import transit
from portal.billing.models import Transit
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.actions import grant_access
from portal.customers.models import Deed, Delegation
from portal.outbox.models import OutboxFact
from portal.utility.models import RuleRecord
from portal.utility.rulebook import forget
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET
from tests.gateways.worlds import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe(fake_stripe, settings):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    return fake_stripe


def rule(rule_set: str, **values) -> None:
    RuleRecord.objects.create(rule_set=rule_set, effective_from=clock.today(), values=values)
    forget()


def test_a_payment_holds_its_items_and_opens_a_session(bill, world: World):
    payment = bill.start()

    assert payment.state == Payment.State.PENDING
    assert payment.amount == Decimal("204.10")
    assert payment.session_url
    assert payment.transit.state == Transit.State.HELD
    assert payment.transit.held_until == payment.expires_at
    assert payment.payer_email == "anna@example.pl"


def test_a_part_of_an_invoice_can_be_paid(bill):
    payment = bill.start(amounts={0: "35.38"})

    assert payment.amount == Decimal("35.38")
    assert transit.claims([bill.items[0].pk])[bill.items[0].pk].held == Decimal("35.38")


def test_what_is_asked_of_the_gateway_names_documents_customer_and_items(bill, stripe):
    payment = bill.start()
    sent = stripe.asked[0].params

    assert [line["price_data"]["product_data"]["name"][:14] for line in sent["line_items"]] == [
        "012345/11/2026",
        "012345/10/2026",
    ]
    assert sent["metadata"]["customer"] == str(bill.customer.public_id)
    assert sent["metadata"]["item_1"] == f"{bill.items[0].public_id} 13538"
    assert sent["metadata"]["reference"] == payment.transit.reference
    assert sent["success_url"].startswith(
        f"http://127.0.0.1:8000/platnosci/{payment.public_id}/?k={bill.customer.public_id}"
    )


def test_a_reference_fits_where_billing_keeps_it(bill):
    assert len(bill.start().transit.reference) <= 20


# Pressing twice


def test_a_double_press_makes_one_payment(bill, world: World):
    press = uuid4()

    assert bill.start(press=press).session_id == bill.start(press=press).session_id
    assert Payment.objects.count() == 1


def test_the_form_of_one_customer_pays_nothing_for_another(bill):
    press, other = uuid4(), factories.make_charge(factories.make_customer(), "50.00")
    grant_access(user=bill.owner, customer=other.customer, role=Delegation.Role.MANAGER, ground="test")
    look = factories.viewer(bill.owner, other.customer)
    bill.start(press=press)

    with pytest.raises(transit.TransitRefused):
        checkout.start_payment(viewer=look, by=bill.owner, items={other.public_id: Decimal(50)}, press=press)
    assert Payment.objects.count() == 1


def test_the_same_choice_again_goes_on_in_the_open_session(bill):
    assert bill.start() == bill.start()
    assert Payment.objects.count() == 1


def test_another_choice_of_the_same_person_ends_the_earlier_session(bill, world: World):
    first = bill.start()
    second = bill.start(amounts={0: "135.38"})
    first.refresh_from_db()

    assert first.state == Payment.State.CANCELLED
    assert second.state == Payment.State.PENDING
    if world.tells_when_time_is_up:  # Przelewy24 ends nothing from outside
        assert world.gateway.session_state(first.session_id).outcome == "expired"


def test_another_choice_does_not_lose_what_was_paid_in_the_earlier_session(bill, world: World):
    first = bill.start()
    world.pay(first.session_id)

    with pytest.raises(transit.NothingToPay):
        bill.start(amounts={0: "135.38"})
    first.refresh_from_db()
    assert first.state == Payment.State.SUCCEEDED


def test_two_people_cannot_pay_the_same_at_once(bill):
    first = bill.start()

    with pytest.raises(transit.ItemHeld) as refused:
        bill.start(by=factories.make_manager(bill.customer))
    assert refused.value.until == first.expires_at
    assert Payment.objects.count() == 1


# Refusals


def test_less_than_the_rule_allows_is_refused_with_a_sentence(bill):
    with pytest.raises(checkout.TooLittle) as refused:
        bill.start(amounts={0: "1.99"})
    assert "2,00" in str(refused.value)


def test_more_than_the_rule_allows_is_refused_with_a_sentence(bill):
    rule("payments", maximum="100.00")
    with pytest.raises(checkout.TooMuch) as refused:
        bill.start()
    assert "100,00" in str(refused.value)


def test_more_documents_than_one_payment_carries_are_refused(bill):
    with pytest.raises(checkout.TooManyItems):
        checkout.check_total(Decimal(100), checkout.MOST_ITEMS + 1)


def test_more_than_is_open_is_refused(bill):
    with pytest.raises(transit.AmountTooHigh):
        bill.start(amounts={0: "135.39"})


def test_another_customers_invoice_cannot_be_paid(bill):
    stranger = factories.make_owner()

    with pytest.raises(checkout.NotOffered):
        bill.start(by=stranger)


def test_a_strangers_item_slipped_into_the_form_is_refused(bill):
    bill.items.append(factories.make_charge(factories.make_customer(), "10.00"))

    with pytest.raises(transit.NothingToPay):
        bill.start()
    assert not Payment.objects.exists()


def test_a_proxy_without_the_deed_cannot_pay(bill):
    proxy = factories.make_user()
    Delegation.objects.create(
        user=proxy, customer=bill.customer, role="proxy", deeds=["see_balance"], starts_at=clock.now(), ground="test"
    )

    with pytest.raises(checkout.NotOffered):
        bill.start(by=proxy)


def test_a_manager_of_some_points_pays_only_what_is_theirs():
    contract = factories.make_contract()
    own, other = factories.make_point(contract), factories.make_point(contract)
    mine = factories.make_charge(contract.customer, "50.00", contract=contract, point=own)
    theirs = factories.make_charge(contract.customer, "60.00", contract=contract, point=other)
    manager = factories.make_manager(contract.customer, [own])
    look = factories.viewer(manager, contract.customer)

    payment = checkout.start_payment(viewer=look, by=manager, items={mine.public_id: Decimal(50)}, press=uuid4())
    assert payment.amount == 50
    with pytest.raises(transit.NothingToPay):
        checkout.start_payment(viewer=look, by=manager, items={theirs.public_id: Decimal(60)}, press=uuid4())


def test_nobody_pays_where_the_module_is_off(bill):
    rule("modules", payments=False)
    with pytest.raises(checkout.NotOffered):
        bill.start()


def test_nobody_pays_where_no_gateway_is_set_up(bill, settings):
    settings.EBOK_GATEWAY = "none"
    with pytest.raises(checkout.NotOffered):
        bill.start()


# The gateway at its worst


def test_a_gateway_that_is_down_keeps_the_choice_and_is_asked_again(bill, stripe):
    press = uuid4()
    stripe.is_down = True
    with pytest.raises(GatewayDown):
        bill.start(press=press)
    kept = Payment.objects.get()
    assert (kept.state, kept.transit.state) == (Payment.State.CREATED, Transit.State.HELD)

    stripe.is_down = False
    assert bill.start(press=press).session_url
    assert Payment.objects.get().state == Payment.State.PENDING


def test_an_answer_that_was_lost_opens_no_second_session(bill, stripe):
    press = uuid4()
    stripe.loses_answers = True
    with pytest.raises(GatewayDown):
        bill.start(press=press)
    stripe.loses_answers = False
    bill.start(press=press)

    assert len(stripe.sessions) == 1


# Kinds of money, by rule


def start(bill, items, on_account="0.00"):
    return checkout.start_payment(
        viewer=factories.viewer(bill.owner, bill.customer),
        by=bill.owner,
        items={item.public_id: Decimal(amount) for item, amount in items},
        on_account=Decimal(on_account),
        press=uuid4(),
    )


def test_money_on_account_is_refused_unless_a_rule_allows_it(bill):
    with pytest.raises(checkout.NotOnAccount):
        start(bill, [], "50.00")
    rule("payments", on_account=True)
    payment = checkout.open_session(start(bill, [(bill.items[0], "135.38")], "50.00"))

    assert payment.amount == Decimal("185.38")
    assert [(part.item, part.amount) for part in payment.transit.parts.order_by("pk")] == [
        (bill.items[0], Decimal("135.38")),
        (None, Decimal("50.00")),
    ]


def test_money_on_account_alone_needs_no_document(bill, world: World, run_jobs):
    rule("payments", on_account=True)
    payment = checkout.open_session(start(bill, [], "50.00"))
    world.pay(payment.session_id)
    actions.ask_gateway(payment)

    assert OutboxFact.objects.get(kind="payment").values["items"] == [{"entry": "", "amount": "50.00"}]


@pytest.mark.parametrize("amount", ["-1.00", "-200.00"])
def test_less_than_nothing_on_account_is_refused(bill, amount):
    rule("payments", on_account=True)
    with pytest.raises(checkout.CannotPay):
        start(bill, [(bill.items[0], "135.38")], amount)


def test_a_part_of_a_document_is_refused_where_the_rules_want_it_whole(bill):
    assert start(bill, [(bill.items[0], "100.00")]).amount == Decimal("100.00")
    rule("payments", parts=False)
    with pytest.raises(checkout.NoParts):
        start(bill, [(bill.items[1], "50.00")])
    assert start(bill, [(bill.items[1], "68.72")]).amount == Decimal("68.72")


def test_what_is_left_of_a_document_counts_as_the_whole_of_it(bill):
    rule("payments", parts=False)
    transit.hold(
        customer_id=bill.customer.pk,
        items=[(bill.items[0].pk, Decimal("35.38"))],
        reference="R",
        until=clock.now() + timedelta(minutes=9),
    )

    assert start(bill, [(bill.items[0], "100.00")]).amount == Decimal("100.00")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"session_minutes": 30}, "31 minutes"),
        ({"minimum": "0.00"}, "more than zero"),
        ({"maximum": "1.00"}, "largest"),
    ],
)
def test_rules_that_no_gateway_could_keep_are_refused_with_a_sentence(values, words):
    with pytest.raises(ValueError, match=words):
        PaymentRules.from_stored(values)


# Taking over


def test_an_owner_takes_over_what_another_has_begun(bill, world: World):
    manager = factories.make_manager(bill.customer)
    begun = bill.start(by=manager)
    with pytest.raises(transit.ItemHeld):
        bill.start()
    checkout.take_over(viewer=factories.viewer(bill.owner, bill.customer), by=bill.owner, item=bill.items[0].public_id)
    begun.refresh_from_db()

    assert begun.state == Payment.State.EXPIRED
    if world.tells_when_time_is_up:
        assert world.gateway.session_state(begun.session_id).outcome == "expired"
    assert bill.start().state == Payment.State.PENDING


def test_what_was_paid_in_that_moment_is_paid(bill, world: World):
    begun = bill.start(by=factories.make_manager(bill.customer))
    world.pay(begun.session_id)
    checkout.take_over(viewer=factories.viewer(bill.owner, bill.customer), by=bill.owner, item=bill.items[0].public_id)
    begun.refresh_from_db()

    assert begun.state == Payment.State.SUCCEEDED


def test_nobody_else_takes_over(bill):
    begun = bill.start()
    manager = factories.make_manager(bill.customer)
    stranger = factories.make_owner()
    guest = Viewer(customer=access.acting(bill.customer), role="guest", deeds=frozenset({Deed.PAY}))
    item = bill.items[0].public_id
    for viewer in (factories.viewer(manager, bill.customer), guest):
        with pytest.raises(checkout.NotOffered):
            checkout.take_over(viewer=viewer, by=None, item=item)
    checkout.take_over(viewer=factories.viewer(stranger), by=stranger, item=item)  # finds nothing of his
    begun.refresh_from_db()

    assert begun.state == Payment.State.PENDING


def test_a_gateway_that_refuses_frees_the_items(bill, stripe):
    stripe.refuses = True
    with pytest.raises(GatewayRefused):
        bill.start()

    payment = Payment.objects.get()
    assert (payment.state, payment.transit.state) == (Payment.State.FAILED, Transit.State.RELEASED)


def test_ending_a_payment_whose_session_we_never_learnt_finds_and_ends_it(bill, stripe):
    payment = bill.start()
    Payment.objects.update(session_id="", session_url="", state="created")
    actions.end_payment(Payment.objects.get(), gives_up=True)

    assert stripe.sessions[payment.session_id]["status"] == "expired"
    assert Payment.objects.get().state == Payment.State.CANCELLED


def test_ending_a_payment_that_was_never_opened_frees_the_items(bill, world: World):
    payment = bill.start()
    Payment.objects.update(session_id="", session_url="", state="created", created_at=clock.now() + timedelta(hours=1))
    actions.end_payment(Payment.objects.get())

    payment.refresh_from_db()
    assert (payment.state, payment.transit.state) == (Payment.State.EXPIRED, Transit.State.RELEASED)


def test_no_session_is_asked_for_inside_a_transaction(bill, monkeypatch, django_capture_on_commit_callbacks):
    from django.db import connection  # noqa: PLC0415 - beside what it shows

    from payments.gateways.sandbox import SandboxGateway  # noqa: PLC0415 - the same

    depth = len(connection.savepoint_ids)
    depths = []
    true_open = SandboxGateway.open_session

    def watched(self, request):
        depths.append(len(connection.savepoint_ids))
        return true_open(self, request)

    monkeypatch.setattr(SandboxGateway, "open_session", watched)
    bill.start()

    assert depths == [depth]
    assert SandboxSession.objects.count() == 1
