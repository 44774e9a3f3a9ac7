"""What every gateway promises: the same tests for each. A new gateway adds its world to conftest.py and nothing here."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from payments.gateways.base import BadSignature, GatewayRefused, Line, NoSuchSession, SessionRequest
from payments.policies import Outcome, WhyReturned
from portal import clock
from tests.gateways.worlds import World


def request(**fields) -> SessionRequest:
    return SessionRequest(
        **{
            "key": str(uuid4()),
            "reference": "EBOK-0123456789AB",
            "lines": (
                Line(name="012345/11/2026 woda i ścieki", amount=Decimal("135.38")),
                Line(name="012345/10/2026", amount=Decimal("68.72")),
            ),
            "currency": "PLN",
            "methods": ("blik", "p24", "card"),
            "expires_at": clock.now().replace(microsecond=0) + timedelta(minutes=31),
            "return_url": "https://ebok.example/platnosci/1/?k=2",
            "payer_email": "anna@example.pl",
            "metadata": {"customer": "c", "item_1": "i 13538"},
            **fields,
        }
    )


def test_a_session_opens_with_a_page_to_pay_on(world: World):
    session = world.gateway.open_session(request())

    assert session.session_id
    assert session.url
    assert world.gateway.session_state(session.session_id).outcome is Outcome.OPEN


def test_the_same_key_opens_the_same_session(world: World):
    asked = request()

    assert world.gateway.open_session(asked) == world.gateway.open_session(asked)


def test_the_same_key_for_another_amount_is_refused(world: World):
    asked = request()
    world.gateway.open_session(asked)

    with pytest.raises(GatewayRefused):
        world.gateway.open_session(
            request(key=asked.key, expires_at=asked.expires_at, lines=(Line(name="x", amount=Decimal("5.00")),))
        )


def test_what_was_paid_is_told_to_the_grosz(world: World):
    asked = request()
    session_id = world.gateway.open_session(asked).session_id
    world.pay(session_id)
    told = world.gateway.session_state(session_id)

    assert told.outcome is Outcome.PAID
    assert (told.amount, told.currency, told.method) == (Decimal("204.10"), "PLN", "blik")
    assert told.key == asked.key
    assert told.gateway_payment_id
    assert abs(told.paid_at - clock.now()) < timedelta(minutes=1)


def test_what_was_paid_otherwise_is_told_as_it_was(world: World):
    session_id = world.gateway.open_session(request()).session_id
    world.pay_otherwise(session_id, 100, "EUR")
    told = world.gateway.session_state(session_id)

    assert (told.outcome, told.amount, told.currency) == (Outcome.PAID, Decimal("1.00"), "EUR")


def test_a_refused_payment_has_failed_or_may_be_tried_again(world: World):
    session_id = world.gateway.open_session(request()).session_id
    world.fail(session_id)

    assert world.gateway.session_state(session_id).outcome is world.refused


def test_nobody_pays_in_a_session_that_was_ended(world: World):
    session_id = world.gateway.open_session(request()).session_id

    assert world.gateway.end_session(session_id).outcome is Outcome.EXPIRED
    assert world.gateway.end_session(session_id).outcome is Outcome.EXPIRED


def test_ending_a_session_that_was_paid_tells_that_it_was(world: World):
    session_id = world.gateway.open_session(request()).session_id
    world.pay(session_id)

    assert world.gateway.end_session(session_id).outcome is Outcome.PAID


def test_a_session_ends_by_itself_when_its_time_is_up(world: World):
    session_id = world.gateway.open_session(request()).session_id
    with clock.stopped(clock.now() + timedelta(minutes=32)):
        assert world.gateway.session_state(session_id).outcome is Outcome.EXPIRED


def test_every_session_since_a_moment_is_listed(world: World):
    before = clock.now() - timedelta(minutes=1)
    asked = [request() for _ in range(5)]
    sessions = [world.gateway.open_session(one) for one in asked]
    world.pay(sessions[3].session_id)
    told = {one.session_id: one for one in world.gateway.sessions_since(before)}

    assert {one.key for one in told.values()} == {one.key for one in asked}
    assert told[sessions[3].session_id].outcome is Outcome.PAID
    assert list(world.gateway.sessions_since(clock.now() + timedelta(minutes=1))) == []


@pytest.mark.parametrize("ask", ["session_state", "end_session"])
def test_a_session_of_nobody_is_said_to_be_none(world: World, ask: str):
    with pytest.raises(NoSuchSession):
        getattr(world.gateway, ask)("cs_test_of_nobody")


# Giving back


def test_money_is_given_back_in_part_once_for_each_key_and_no_more_than_came(world: World):
    session_id = world.gateway.open_session(request()).session_id
    with pytest.raises(GatewayRefused):
        world.gateway.refund(session_id, Decimal("1.00"), "before it came")
    world.pay(session_id)
    for _ in range(2):
        world.gateway.refund(session_id, Decimal("68.72"), "one")
    assert world.gateway.session_state(session_id).refunded == Decimal("68.72")

    with pytest.raises(GatewayRefused):
        world.gateway.refund(session_id, Decimal("135.39"), "two")
    world.gateway.refund(session_id, Decimal("135.38"), "three")
    told = world.gateway.session_state(session_id)
    assert (told.outcome, told.amount, told.refunded) == (Outcome.PAID, Decimal("204.10"), Decimal("204.10"))


# Payouts


def test_a_payout_is_told_with_all_its_lines_and_they_come_to_what_was_sent(world: World):
    sessions = [world.gateway.open_session(request()).session_id for _ in range(3)]
    for session_id in sessions:
        world.pay(session_id)
    paid = [world.gateway.session_state(session_id) for session_id in sessions]
    world.gateway.refund(sessions[0], Decimal("68.72"), "one")
    with clock.stopped(clock.now() + world.pay_out()):
        (payout,) = world.gateway.payouts_since(clock.now() - timedelta(days=5))
        assert list(world.gateway.payouts_since(clock.now() + timedelta(days=3))) == []

    assert payout.currency == "PLN"
    assert sum(line.net for line in payout.movements) == payout.amount
    lines = sorted((line.kind.value, line.gateway_payment_id, line.amount) for line in payout.movements)
    charges = sorted(("charge", told.gateway_payment_id, Decimal("204.10")) for told in paid)
    assert lines == [*charges, ("refund", paid[0].gateway_payment_id, Decimal("-68.72"))]
    assert {line.fee for line in payout.movements if line.kind == "charge"} == {paid[0].fee or Decimal(0)}
    assert len({line.movement_id for line in payout.movements}) == 4


def test_a_payout_that_came_back_is_told_and_a_later_one_holds_its_money(world: World):
    if not world.tells_what_came_back:
        return
    world.pay(world.gateway.open_session(request()).session_id)
    first_day = clock.now()
    with clock.stopped(first_day + world.pay_out()) as sent:
        (before,) = world.gateway.payouts_since(sent - timedelta(days=5))
        world.send_back(before.payout_id)
    assert (before.returned_on, before.returned_because) == (None, None)
    with clock.stopped(sent + timedelta(days=2)):
        world.pay(world.gateway.open_session(request()).session_id)
        later = clock.now() + world.pay_out()
    with clock.stopped(later):
        told = {one.payout_id: one for one in world.gateway.payouts_since(first_day - timedelta(days=5))}

    after = told.pop(before.payout_id)
    assert after == replace(before, returned_on=sent.date(), returned_because=WhyReturned.ACCOUNT)
    again = [(line, one) for one in told.values() for line in one.movements if line.kind == "returned"]
    assert [(line.amount, line.gateway_payout_id) for line, _one in again] == [(before.amount, before.payout_id)]
    assert all(sum(line.net for line in one.movements) == one.amount for one in told.values())
    assert not any(one.returned_on for one in told.values())


# Messages


def test_a_message_says_where_to_look(world: World):
    asked = request()
    session_id = world.gateway.open_session(asked).session_id
    world.pay(session_id)
    message = world.message(session_id, event_id="evt_1")
    event = world.gateway.read_event(*message)

    assert (event.session_id, event.key) == (session_id, asked.key)
    assert event.event_id == world.gateway.read_event(*message).event_id
    assert event.kind
    assert event.payload


def test_a_changed_message_is_refused(world: World):
    session_id = world.gateway.open_session(request()).session_id
    body, headers = world.message(session_id)

    with pytest.raises(BadSignature):
        world.gateway.read_event(body.replace(b"session", b"sessiom", 1), headers)
    with pytest.raises(BadSignature):
        world.gateway.read_event(*world.tampered((body, headers)))


@pytest.mark.parametrize("signature", ["", "x", "t=1,v1=a", "t=x,v1=a", "1,ą", "t=1,v1=ą", ",", "t=,v1="])
def test_a_message_without_a_true_signature_is_refused(world: World, signature: str):
    session_id = world.gateway.open_session(request()).session_id
    message = world.message(session_id)

    for wrong in (signature, None):
        with pytest.raises(BadSignature):
            world.gateway.read_event(*world.resigned(message, wrong))


def test_bytes_that_are_no_text_are_refused(world: World):
    session_id = world.gateway.open_session(request()).session_id
    _body, headers = world.message(session_id)

    with pytest.raises(BadSignature):
        world.gateway.read_event(b"\xff\xfe", headers)
