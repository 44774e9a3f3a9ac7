from decimal import Decimal

import pytest

from payments.policies import (
    NOT_PAID,
    PAID,
    WAITING,
    Asked,
    Dispute,
    GiveUp,
    Object,
    Outcome,
    SetAside,
    Settle,
    Stay,
    Told,
    Wait,
    decide,
    stage,
)

STATES = sorted(WAITING | NOT_PAID | PAID)


def decided(
    state: str, outcome: Outcome, *, dispute: Dispute = Dispute.NONE, amount="100.00", currency="PLN", gives_up=False
):
    asked = Asked(state=state, amount=Decimal("100.00"), currency="PLN")
    told = Told(outcome=outcome, amount=Decimal(amount), currency=currency, dispute=dispute)
    return decide(asked, told, gives_up=gives_up)


@pytest.mark.parametrize("state", sorted(WAITING | NOT_PAID))
def test_money_that_came_settles_a_payment_that_waited_or_was_given_up(state):
    assert decided(state, Outcome.PAID) == Settle()


@pytest.mark.parametrize("state", sorted(PAID))
@pytest.mark.parametrize("outcome", Outcome)
def test_nothing_that_comes_late_undoes_a_paid_payment(state, outcome):
    assert decided(state, outcome) == Stay()


@pytest.mark.parametrize(
    ("amount", "currency"), [("1.00", "PLN"), ("100.01", "PLN"), ("100.00", "EUR"), ("100.00", "")]
)
@pytest.mark.parametrize("state", sorted(WAITING | NOT_PAID))
def test_another_amount_or_currency_is_set_aside(state, amount, currency):
    assert decided(state, Outcome.PAID, amount=amount, currency=currency) == SetAside()


def test_the_currency_is_compared_whatever_its_case():
    assert decided("pending", Outcome.PAID, currency="pln") == Settle()


@pytest.mark.parametrize(
    ("state", "outcome", "gives_up", "verdict"),
    [
        ("created", Outcome.OPEN, False, Wait()),
        ("created", Outcome.UNDER_WAY, False, Wait()),
        ("pending", Outcome.OPEN, False, Stay()),
        ("pending", Outcome.UNDER_WAY, False, Stay()),
        ("pending", Outcome.FAILED, False, GiveUp("failed")),
        ("pending", Outcome.EXPIRED, False, GiveUp("expired")),
        ("pending", Outcome.EXPIRED, True, GiveUp("cancelled")),
        ("created", Outcome.EXPIRED, True, GiveUp("cancelled")),
        ("expired", Outcome.FAILED, False, Stay()),
        ("cancelled", Outcome.EXPIRED, False, Stay()),
        ("failed", Outcome.OPEN, False, Stay()),
    ],
)
def test_where_a_payment_goes_without_money(state, outcome, gives_up, verdict):
    assert decided(state, outcome, gives_up=gives_up) == verdict


@pytest.mark.parametrize(
    ("state", "dispute", "verdict"),
    [
        ("succeeded", Dispute.OPEN, Object("disputed")),
        ("refunded_partly", Dispute.OPEN, Object("disputed")),
        ("disputed", Dispute.OPEN, Stay()),
        ("disputed", Dispute.WON, Object("succeeded")),
        ("disputed", Dispute.LOST, Object("charged_back")),
        ("succeeded", Dispute.LOST, Object("charged_back")),
        ("succeeded", Dispute.WON, Stay()),
        ("charged_back", Dispute.OPEN, Stay()),
        ("refunded", Dispute.OPEN, Stay()),
    ],
)
def test_where_a_dispute_leads(state, dispute, verdict):
    assert decided(state, Outcome.PAID, dispute=dispute) == verdict


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("dispute", Dispute)
def test_hearing_the_same_twice_is_hearing_it_once(state, outcome, dispute):
    for _ in range(3):
        verdict = decided(state, outcome, dispute=dispute)
        state = {Settle: "succeeded", SetAside: "succeeded", Wait: "pending"}.get(
            type(verdict), getattr(verdict, "state", state)
        )

    assert decided(state, outcome, dispute=dispute) == Stay()


@pytest.mark.parametrize(
    ("state", "transit", "is_held", "has_session", "told"),
    [
        ("created", "held", False, False, "unopened"),
        ("pending", "held", False, True, "waiting"),
        ("succeeded", "paid", False, True, "paid"),
        ("succeeded", "booked", False, True, "booked"),
        ("pending", "booked", False, True, "booked"),
        ("succeeded", "released", True, True, "held"),
        ("succeeded", "booked", True, True, "booked"),
        ("expired", "released", False, True, "expired"),
        ("refunded", "booked", False, True, "refunded"),
        ("disputed", "paid", False, True, "disputed"),
    ],
)
def test_what_the_payer_is_told(state, transit, is_held, has_session, told):
    assert stage(state=state, transit=transit, is_held=is_held, has_session=has_session) == told
