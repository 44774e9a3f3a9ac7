"""What is Stripe's own: what exactly is asked of it, how its faults reach us, and that its key reaches nobody."""

import logging
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.views.debug import ExceptionReporter

from payments.gateways.base import BadSignature, GatewayDown, GatewayRefused, NoGateway, named
from payments.gateways.stripe import StripeGateway
from payments.policies import Dispute, Outcome, WhyReturned
from portal import clock
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe, sign
from tests.gateways.sdk_types import faults
from tests.gateways.test_contract import request


@pytest.fixture
def gateway(fake_stripe: FakeStripe) -> StripeGateway:
    return StripeGateway(KEY, WEBHOOK_SECRET, fake_stripe.url)


def test_a_session_is_asked_for_in_full(gateway, fake_stripe):
    asked = request()
    gateway.open_session(asked)
    sent = fake_stripe.asked[0]

    assert sent.headers["idempotency-key"] == asked.key
    assert sent.params["mode"] == "payment"
    assert sent.params["locale"] == "pl"
    assert sent.params["allowed_payment_method_types"] == ["blik", "p24", "card"]
    assert sent.params["client_reference_id"] == asked.key
    assert [line["price_data"]["unit_amount"] for line in sent.params["line_items"]] == ["13538", "6872"]
    assert {line["price_data"]["currency"] for line in sent.params["line_items"]} == {"pln"}
    assert sent.params["metadata"] == sent.params["payment_intent_data"]["metadata"]
    assert sent.params["metadata"]["payment"] == asked.key
    assert sent.params["metadata"]["item_1"] == "i 13538"
    assert sent.params["adaptive_pricing"] == {"enabled": "false"}
    assert sent.params["success_url"].endswith("&session={CHECKOUT_SESSION_ID}")
    assert int(sent.params["expires_at"]) - clock.now().timestamp() > 30 * 60


def test_a_session_without_half_an_hour_ahead_is_refused(gateway):
    with pytest.raises(GatewayRefused):
        gateway.open_session(request(expires_at=clock.now() + timedelta(minutes=29)))


def test_the_fee_is_told_apart(gateway, fake_stripe):
    session_id = gateway.open_session(request()).session_id
    fake_stripe.pay(session_id)
    told = gateway.session_state(session_id)

    assert (told.amount, told.fee) == (Decimal("204.10"), Decimal("2.50"))


def test_what_the_bank_has_not_answered_yet_is_under_way(gateway, fake_stripe):
    session_id = gateway.open_session(request()).session_id
    fake_stripe.start_slowly(session_id)

    assert gateway.session_state(session_id).outcome is Outcome.UNDER_WAY


@pytest.mark.parametrize(
    ("status", "told"),
    [("needs_response", Dispute.OPEN), ("won", Dispute.WON), ("warning_closed", Dispute.WON), ("lost", Dispute.LOST)],
)
def test_a_dispute_is_told_with_how_it_stands(gateway, fake_stripe, status, told):
    session_id = gateway.open_session(request()).session_id
    fake_stripe.pay(session_id, "card")
    fake_stripe.dispute(session_id, status)

    assert gateway.session_state(session_id).dispute is told


def test_a_message_about_a_dispute_names_the_payment(gateway, fake_stripe):
    session_id = gateway.open_session(request()).session_id
    fake_stripe.pay(session_id, "card")
    fake_stripe.dispute(session_id)
    event = gateway.read_event(*fake_stripe.event("charge.dispute.created", session_id))

    assert event.gateway_payment_id == gateway.session_state(session_id).gateway_payment_id


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        ("failed", "account_closed", WhyReturned.ACCOUNT),
        ("failed", "could_not_process", WhyReturned.BANK),
        ("failed", "", WhyReturned.BANK),
        ("canceled", "", WhyReturned.CALLED_OFF),
    ],
)
def test_a_payout_that_came_back_is_told_with_what_can_be_done_about_it(gateway, fake_stripe, status, code, why):
    fake_stripe.pay(gateway.open_session(request()).session_id)
    fake_stripe.fail_payout(fake_stripe.pay_out(), code, status)
    (told,) = gateway.payouts_since(clock.now() - timedelta(days=1))

    assert (told.returned_on, told.returned_because) == (clock.today(), why)
    assert [line.kind for line in told.movements] == ["charge"]


def test_a_payout_on_its_way_or_still_being_counted_is_not_told(gateway, fake_stripe):
    fake_stripe.pay(gateway.open_session(request()).session_id)
    fake_stripe.pay_out()
    for waits in ({"status": "in_transit"}, {"status": "paid", "reconciliation_status": "in_progress"}):
        fake_stripe.payouts[0].update(waits)
        assert list(gateway.payouts_since(clock.now() - timedelta(days=1))) == []


def test_a_payout_that_somebody_made_by_hand_is_told_without_lines(gateway, fake_stripe):
    fake_stripe.pay(gateway.open_session(request()).session_id)
    fake_stripe.pay_out()
    fake_stripe.payouts[0].update(automatic=False, reconciliation_status="not_applicable")
    (told,) = gateway.payouts_since(clock.now() - timedelta(days=1))

    assert (told.amount, told.movements) == (Decimal("201.60"), ())


# Messages


def test_a_stale_signature_is_refused(gateway, fake_stripe):
    body, headers = fake_stripe.message({"id": "evt_1", "type": "x", "data": {"object": {}}}, at=int(time.time()) - 301)

    with pytest.raises(BadSignature):
        gateway.read_event(body, headers)


def test_a_signature_with_another_secret_is_refused(gateway, fake_stripe):
    body, _headers = fake_stripe.message({"id": "evt_1", "type": "x", "data": {"object": {}}})

    with pytest.raises(BadSignature):
        gateway.read_event(body, {"Stripe-Signature": sign(body.decode(), secret="whsec_of_another_account")})


@pytest.mark.parametrize(
    "body", ["[]", "{}", "1", '{"id": "evt_1"}', '{"id": "e", "type": "t", "data": {"object": []}}']
)
def test_a_signed_message_that_is_no_event_is_refused(gateway, body):
    with pytest.raises(BadSignature):
        gateway.read_event(body.encode(), {"Stripe-Signature": sign(body)})


# Faults


def test_a_server_error_is_a_gateway_that_is_down(gateway, fake_stripe):
    fake_stripe.is_down = True

    with pytest.raises(GatewayDown):
        gateway.open_session(request())


def test_a_lost_answer_is_asked_for_again_with_the_same_key(gateway, fake_stripe):
    asked = request()
    fake_stripe.loses_answers = True
    with pytest.raises(GatewayDown):
        gateway.open_session(asked)
    fake_stripe.loses_answers = False

    assert gateway.open_session(asked).session_id in fake_stripe.sessions
    assert len(fake_stripe.sessions) == 1


def test_a_gateway_that_cannot_be_reached_is_down(monkeypatch):
    monkeypatch.setattr("stripe._http_client.HTTPClient._sleep_time_seconds", lambda *_, **__: 0)
    nowhere = StripeGateway(KEY, WEBHOOK_SECRET, "http://127.0.0.1:9")

    with pytest.raises(GatewayDown):
        nowhere.session_state("cs_test_1")


def test_a_wrong_key_is_refused(fake_stripe):
    with pytest.raises(GatewayRefused):
        StripeGateway("sk_test_wrong", WEBHOOK_SECRET, fake_stripe.url).session_state("cs_test_1")


def test_without_a_webhook_secret_there_is_no_such_gateway(settings):
    settings.STRIPE_WEBHOOK_SECRET = ""

    with pytest.raises(NoGateway):
        named("stripe")


def test_the_sandbox_is_no_gateway_where_another_one_takes_payments(settings):
    settings.EBOK_GATEWAY = "stripe"

    with pytest.raises(NoGateway):
        named("sandbox")


# The key


@pytest.mark.parametrize("fault", ["down", "refused", "wrong key"])
def test_the_key_is_in_no_error_report(fake_stripe, fault, caplog):
    caplog.set_level(logging.DEBUG)
    key = "sk_live_wrong_key_of_the_tests" if fault == "wrong key" else KEY
    gateway = StripeGateway(key, WEBHOOK_SECRET, fake_stripe.url)
    fake_stripe.is_down = fault == "down"
    try:
        gateway.open_session(
            request(expires_at=clock.now() if fault == "refused" else clock.now() + timedelta(minutes=31))
        )
    except (GatewayDown, GatewayRefused) as error:
        # Without the frame of this test, which knows the key.
        reporter = ExceptionReporter(None, type(error), error, error.__traceback__.tb_next)
        report = reporter.get_traceback_html() + reporter.get_traceback_text() + str(error) + repr(error)
    else:
        pytest.fail("The gateway did not complain.")

    for secret in (key, WEBHOOK_SECRET):
        assert secret not in report + caplog.text + repr(gateway)


# The fake holds to the library's types


def test_the_fake_refuses_what_the_library_has_no_word_for():
    from stripe.params.checkout import SessionCreateParams  # noqa: PLC0415 - beside what it shows

    found = faults(
        {"payment_method_types": ["card"], "locale": "xx", "expires_at": "soon"}, SessionCreateParams, "asked"
    )

    assert len(found) == 3
