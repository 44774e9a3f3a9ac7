"""What a payment becomes when its gateway says something. Plain Python: words in, a verdict out."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Outcome(StrEnum):
    """What a gateway says of a payment session, in our words."""

    OPEN = "open"  # nobody has paid yet
    UNDER_WAY = "under_way"  # authorised or started, the money is not certain
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class Dispute(StrEnum):
    """What a gateway says of a payer's objection to a payment."""

    NONE = ""
    OPEN = "open"
    WON = "won"
    LOST = "lost"


ZERO = Decimal("0.00")
WAITING = frozenset({"created", "pending"})
NOT_PAID = frozenset({"failed", "expired", "cancelled"})
PAID = frozenset({"succeeded", "refunded_partly", "refunded", "disputed", "charged_back"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Where a payment stands and what was asked of the payer."""

    state: str
    amount: Decimal
    currency: str
    refunded: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the gateway says; the amount and currency are those it received."""

    outcome: Outcome
    amount: Decimal | None = None
    currency: str = ""
    dispute: Dispute = Dispute.NONE
    refunded: Decimal = ZERO


@dataclass(frozen=True)
class Stay:
    """Nothing changes."""


@dataclass(frozen=True)
class Wait:
    """The payer has a session and has not paid in it yet."""


@dataclass(frozen=True)
class GiveUp:
    """The money did not come; the items are free again."""

    state: str


@dataclass(frozen=True)
class Settle:
    """The money came, exactly as asked."""


@dataclass(frozen=True)
class SetAside:
    """Money came, and not what was asked: a clerk decides."""


@dataclass(frozen=True)
class Object:
    """The payer objects to a payment that was made, or the objection was decided."""

    state: str


@dataclass(frozen=True)
class GiveBack:
    """The gateway has given money back to the payer."""

    state: str


Verdict = Stay | Wait | GiveUp | Settle | SetAside | Object | GiveBack


def decide(asked: Asked, told: Told, *, gives_up: bool = False) -> Verdict:
    """What follows from the gateway's word. `gives_up`: it was the payer who ended the session.

    Money that came is never undone by a later "expired" or "failed"; "paid" counts even after the time was up.
    """
    if asked.state in PAID:
        return _after_paying(asked.state, told.dispute) or _given_back(asked, told) or Stay()
    if told.outcome is Outcome.PAID:
        is_as_asked = told.amount == asked.amount and told.currency.upper() == asked.currency
        return Settle() if is_as_asked else SetAside()
    if asked.state in NOT_PAID:
        return Stay()
    if told.outcome is Outcome.FAILED:
        return GiveUp("failed")
    if told.outcome is Outcome.EXPIRED:
        return GiveUp("cancelled" if gives_up else "expired")
    return Wait() if asked.state == "created" else Stay()


def _given_back(asked: Asked, told: Told) -> Verdict | None:
    """What a gateway gave back is only ever more than before: a late answer undoes nothing."""
    if told.refunded <= asked.refunded or asked.state not in {"succeeded", "refunded_partly"}:
        return None
    return GiveBack("refunded" if told.amount is None or told.refunded >= told.amount else "refunded_partly")


def _after_paying(state: str, dispute: Dispute) -> Verdict | None:
    if dispute is Dispute.OPEN and state in {"succeeded", "refunded_partly"}:
        return Object("disputed")
    if dispute is Dispute.WON and state == "disputed":
        return Object("succeeded")
    if dispute is Dispute.LOST and state in {"succeeded", "refunded_partly", "disputed"}:
        return Object("charged_back")
    return None


def stage(*, state: str, transit: str, is_held: bool, has_session: bool) -> str:
    """What a payer is told: the payment's state and where its money lies, in one word."""
    if transit == "booked" and state in WAITING | NOT_PAID | {"succeeded"}:
        return "booked"
    if is_held:
        return "held"
    if state == "succeeded":
        return "paid"
    if state in WAITING:
        return "waiting" if has_session else "unopened"
    return state
