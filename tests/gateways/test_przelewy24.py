"""What is Przelewy24's own: what exactly is asked, that what was paid is verified, its faults, and its keys."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from django.views.debug import ExceptionReporter

from payments.gateways.base import GatewayDown, GatewayRefused, NoGateway, NoSuchSession, named
from payments.gateways.przelewy24 import Przelewy24Gateway
from payments.policies import Outcome
from portal import clock
from tests.gateways.fake_przelewy24 import API_KEY, CRC_KEY, MERCHANT, POS, FakePrzelewy24, sha384
from tests.gateways.test_contract import request


@pytest.fixture
def gateway(fake_przelewy24: FakePrzelewy24) -> Przelewy24Gateway:
    return Przelewy24Gateway(MERCHANT, POS, API_KEY, CRC_KEY, fake_przelewy24.url)


def test_a_transaction_is_registered_in_full(gateway, fake_przelewy24, settings):
    settings.EBOK_BASE_URL = "https://ebok.example"
    asked = request()
    session = gateway.open_session(asked)
    method, path, sent = fake_przelewy24.asked[0]

    assert (method, path) == ("POST", "/api/v1/transaction/register")
    assert (sent["merchantId"], sent["posId"], sent["amount"], sent["currency"]) == (MERCHANT, POS, 20410, "PLN")
    assert sent["sessionId"] == f"{asked.key}.{int(asked.expires_at.timestamp())}"
    assert sent["urlStatus"] == "https://ebok.example/platnosci/webhook/przelewy24/"
    assert sent["urlReturn"] == asked.return_url
    assert sent["channel"] == 1 + 2 + 8192
    assert sent["timeLimit"] in (30, 31)
    assert sent["description"] == "EBOK-0123456789AB: 012345/11/2026 woda i ścieki, 012345/10/2026"
    assert session.url.startswith(f"{fake_przelewy24.url}/trnRequest/")


def test_the_signature_is_that_of_the_documentation(gateway, fake_przelewy24):
    gateway.open_session(request())
    sent = fake_przelewy24.asked[0][2]
    signed = {name: sent[name] for name in ("sessionId", "merchantId", "amount", "currency")}

    assert sent["sign"] == sha384(**signed)
    assert len(sent["sign"]) == 96


@pytest.mark.parametrize("email", ["", f"{'a' * 40}@example.pl"])
def test_without_an_e_mail_that_fits_the_utility_s_own_is_given(gateway, fake_przelewy24, settings, email):
    gateway.open_session(request(payer_email=email))

    assert fake_przelewy24.asked[0][2]["email"] == settings.DEFAULT_FROM_EMAIL


def test_what_was_paid_is_verified_once(gateway, fake_przelewy24):
    session_id = gateway.open_session(request()).session_id
    fake_przelewy24.pay(session_id)
    for _ in range(3):
        assert gateway.session_state(session_id).outcome is Outcome.PAID

    assert [path for _method, path, _sent in fake_przelewy24.asked].count("/api/v1/transaction/verify") == 1
    assert fake_przelewy24.transactions[session_id]["status"] == 2


def test_what_cannot_be_verified_is_not_paid_yet(gateway, fake_przelewy24, monkeypatch):
    session_id = gateway.open_session(request()).session_id
    fake_przelewy24.pay(session_id)
    monkeypatch.setitem(fake_przelewy24.transactions[session_id], "orderId", 0)
    real = fake_przelewy24._verify

    def refuses(asked):
        real(asked | {"sign": "another"})

    monkeypatch.setattr(fake_przelewy24, "_verify", refuses)

    assert gateway.session_state(session_id).outcome is Outcome.UNDER_WAY


def test_the_fee_is_told_apart(gateway, fake_przelewy24):
    session_id = gateway.open_session(request()).session_id
    fake_przelewy24.pay(session_id)
    told = gateway.session_state(session_id)

    assert (told.amount, told.fee) == (Decimal("204.10"), Decimal("2.50"))


def test_a_session_that_it_does_not_know_before_somebody_pays_is_open_until_its_time_is_up(gateway, fake_przelewy24):
    session_id = gateway.open_session(request()).session_id
    fake_przelewy24.transactions.clear()

    assert gateway.session_state(session_id).outcome is Outcome.OPEN
    with clock.stopped(clock.now() + timedelta(minutes=31)):
        assert gateway.session_state(session_id).outcome is Outcome.EXPIRED
    with pytest.raises(NoSuchSession):
        gateway.session_state("of-nobody")


def test_a_refund_rejected_there_is_told(gateway, fake_przelewy24):
    session_id = gateway.open_session(request()).session_id
    fake_przelewy24.pay(session_id)
    gateway.refund(session_id, Decimal("1.00"), "one")
    fake_przelewy24.refunds[0]["status"] = 4

    with pytest.raises(GatewayRefused):
        gateway.refund(session_id, Decimal("1.00"), "one")
    assert gateway.session_state(session_id).refunded == 0


def test_money_that_it_returned_itself_is_told_as_given_back(gateway, fake_przelewy24):
    session_id = gateway.open_session(request()).session_id
    fake_przelewy24.pay(session_id)
    gateway.session_state(session_id)
    fake_przelewy24.transactions[session_id]["status"] = 3

    assert gateway.session_state(session_id).refunded == Decimal("204.10")


def test_a_lost_answer_is_asked_for_again_with_the_same_key(gateway, fake_przelewy24):
    asked = request()
    fake_przelewy24.loses_answers = True
    with pytest.raises(GatewayDown):
        gateway.open_session(asked)
    fake_przelewy24.loses_answers = False

    assert gateway.open_session(asked).session_id in fake_przelewy24.transactions
    assert len(fake_przelewy24.transactions) == 1


def test_a_gateway_that_cannot_be_reached_is_down():
    with pytest.raises(GatewayDown):
        Przelewy24Gateway(MERCHANT, POS, API_KEY, CRC_KEY, "http://127.0.0.1:9").session_state("x")


def test_without_the_key_that_signs_there_is_no_such_gateway(settings):
    settings.P24_MERCHANT_ID, settings.P24_CRC_KEY = "54321", ""

    with pytest.raises(NoGateway):
        named("przelewy24")


@pytest.mark.parametrize("fault", ["down", "unreachable", "refused", "wrong key"])
def test_the_keys_are_in_no_error_report(fake_przelewy24, fault, caplog):
    caplog.set_level(logging.DEBUG)
    key = "the_wrong_key_of_the_tests" if fault == "wrong key" else API_KEY
    address = "http://127.0.0.1:9" if fault == "unreachable" else fake_przelewy24.url
    gateway = Przelewy24Gateway(MERCHANT, POS, key, CRC_KEY, address)
    fake_przelewy24.is_down = fault == "down"
    asked = request()
    if fault == "refused":
        gateway.open_session(asked)
    try:
        gateway.open_session(request(key=asked.key, expires_at=asked.expires_at, lines=asked.lines[:1]))
    except (GatewayDown, GatewayRefused) as error:
        # Without the frame of this test, which knows the keys.
        reporter = ExceptionReporter(None, type(error), error, error.__traceback__.tb_next)
        report = reporter.get_traceback_html() + reporter.get_traceback_text() + str(error) + repr(error)
    else:
        pytest.fail("The gateway did not complain.")

    for secret in (key, CRC_KEY):
        assert secret not in report + caplog.text + repr(gateway)
