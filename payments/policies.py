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


class WhyReturned(StrEnum):
    """Why a payout came back to the gateway, by what somebody has to do about it."""

    ACCOUNT = "account"  # closed, blocked, or not as the gateway has it
    BANK = "bank"  # refused without a reason that would help
    CALLED_OFF = "called_off"  # at the gateway itself


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
    """The gateway has given money back to the payer; a dispute that runs meanwhile runs on."""

    state: str


Verdict = Stay | Wait | GiveUp | Settle | SetAside | Object | GiveBack


def decide(asked: Asked, told: Told, *, gives_up: bool = False) -> Verdict:
    """What follows from the gateway's word. `gives_up`: it was the payer who ended the session.

    Money that came is never undone by a later "expired" or "failed"; "paid" counts even after the time was up.
    """
    if asked.state in PAID:
        return _after_paying(asked, told) or _given_back(asked, told) or Stay()
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
    if told.refunded <= asked.refunded or asked.state == "refunded":
        return None
    if asked.state in {"disputed", "charged_back"}:
        return GiveBack(asked.state)
    return GiveBack(_by_what_went_back(told.refunded, told.amount))


def _by_what_went_back(refunded: Decimal, received: Decimal | None) -> str:
    if refunded == 0:
        return "succeeded"
    return "refunded" if received is None or refunded >= received else "refunded_partly"


def _after_paying(asked: Asked, told: Told) -> Verdict | None:
    if told.dispute is Dispute.OPEN and asked.state in {"succeeded", "refunded_partly"}:
        return Object("disputed")
    if told.dispute is Dispute.WON and asked.state == "disputed":
        return Object(_by_what_went_back(asked.refunded, told.amount))
    if told.dispute is Dispute.LOST and asked.state in {"succeeded", "refunded_partly", "disputed"}:
        return Object("charged_back")
    return None


def payers_fee(*, kind: str, is_guest: bool, firms_fee: Decimal) -> Decimal:
    """What the payer adds to a payment. A person bears none, whichever way he pays, and of a guest nobody knows who he is."""
    return ZERO if is_guest or kind not in {"firm", "community"} else firms_fee


def told_back(*, left_before: Decimal, left: Decimal, payers_fee: Decimal) -> Decimal:
    """How much of what went back the billing system had been told of: not of the payer's fee, which goes back last."""
    return max(ZERO, left_before - payers_fee) - max(ZERO, left - payers_fee)


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """A line of a payout beside its payment, or beside the earlier payout whose money it sends again.

    `in_all`: what all lines of this kind say of that payment or payout together. `returned`: the earlier payout's amount.
    """

    kind: str
    amount: Decimal
    fee: Decimal
    is_of_a_payment: bool
    is_known: bool = False
    received: Decimal = ZERO
    refunded: Decimal = ZERO
    payments_fee: Decimal | None = None
    in_all: Decimal = ZERO
    returned: Decimal | None = None


def trouble_with(line: LineFacts) -> str:
    """Why a line of a payout fits neither a payment nor a returned payout: unknown, amount, fee, payout or other; empty when it fits.

    Money of a dispute goes and comes while the dispute runs, so of it only the payment has to be known. Refunds reach
    a payout later than the payer, so they may come to less than what was refunded, never to more.
    """
    if line.kind == "returned":
        return "" if line.amount == line.returned == line.in_all else "payout"
    if not line.is_of_a_payment:
        return "" if line.kind == "fee" else "other"
    if not line.is_known:
        return "unknown"
    if line.kind == "charge" and not line.amount == line.received == line.in_all:
        return "amount"
    if line.kind == "charge" and line.payments_fee not in (None, line.fee):
        return "fee"
    return "amount" if line.kind == "refund" and -line.in_all > line.refunded else ""


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
