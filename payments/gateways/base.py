"""What a gateway is: a promise in seven verbs, plain values across it, and the list of those that there are."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

from payments import gateways
from payments.policies import Dispute, Outcome, WhyReturned


class GatewayFault(Exception):
    """The gateway could not be asked."""

    def __str__(self) -> str:
        return " ".join([self.__doc__ or "", *map(str, self.args)])


class GatewayDown(GatewayFault):
    """The gateway does not answer. Asking again later is safe."""


class GatewayRefused(GatewayFault):
    """The gateway refuses the request. Asking again would not help."""


class NoSuchSession(GatewayFault):
    """The gateway knows no such session."""


class BadSignature(GatewayFault):
    """The message is not signed by the gateway, or was signed too long ago."""


class NoGateway(GatewayFault):
    """There is no such gateway here, or it is not set up."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing being paid, as the payer reads it."""

    name: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class SessionRequest:
    """What we ask a gateway to collect. `key` is our payment's public id: the same key opens the same session."""

    key: str
    reference: str
    lines: tuple[Line, ...]
    currency: str
    methods: tuple[str, ...]
    expires_at: datetime
    return_url: str
    payer_email: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session that waits for the payer at `url`."""

    session_id: str
    url: str


@dataclass(frozen=True, kw_only=True)
class SessionState:
    """What the gateway says about a session when asked: the only thing that moves a payment."""

    session_id: str
    key: str
    outcome: Outcome
    amount: Decimal | None = None
    currency: str = ""
    method: str = ""
    paid_at: datetime | None = None
    gateway_payment_id: str = ""
    fee: Decimal | None = None
    dispute: Dispute = Dispute.NONE
    refunded: Decimal = Decimal("0.00")
    charged_back: Decimal | None = None  # by lost disputes; None where the gateway does not say how much
    metadata: Mapping[str, str] = field(default_factory=dict)  # as asked, where the gateway keeps it


class Movement(StrEnum):
    """What a line of a payout is about."""

    CHARGE = "charge"  # a payer's money
    REFUND = "refund"
    DISPUTE = "dispute"  # taken by a payer's bank, or given back by it
    FEE = "fee"  # the gateway's own, not of one payment
    RETURNED = "returned"  # money of an earlier payout that came back, and is sent again
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class MovementTold:
    """One line of a payout. `amount`: what the payer gave, or got back (below zero); `fee`: what the gateway kept of it."""

    movement_id: str
    kind: Movement
    amount: Decimal
    fee: Decimal = Decimal("0.00")
    gateway_payment_id: str = ""
    gateway_payout_id: str = ""  # the earlier payout whose money it is

    @property
    def net(self) -> Decimal:
        return self.amount - self.fee


@dataclass(frozen=True, kw_only=True)
class PayoutTold:
    """What a gateway has sent to the utility's bank account in one transfer.

    `returned_on`: since when the money is back at the gateway, however surely it had seemed sent; a later payout holds it.
    """

    payout_id: str
    amount: Decimal
    currency: str
    sent_on: date
    movements: tuple[MovementTold, ...] = ()
    returned_on: date | None = None
    returned_because: WhyReturned | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """A gateway's message, its signature verified. It only says where to look; the truth is asked for."""

    event_id: str
    kind: str
    session_id: str = ""
    gateway_payment_id: str = ""
    key: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


class Gateway(Protocol):
    """Raises GatewayDown, GatewayRefused, NoSuchSession or BadSignature, and nothing of its own library's."""

    @property
    def name(self) -> str: ...

    def open_session(self, request: SessionRequest) -> Session:
        """A hosted page for the payer. The same key gives the same session, however often it is asked for."""

    def session_state(self, session_id: str) -> SessionState: ...

    def end_session(self, session_id: str) -> SessionState:
        """Let nobody pay in it any more; returns what it came to, which may well be paid."""

    def sessions_since(self, moment: datetime) -> Iterable[SessionState]:
        """Every session opened since: what heals a lost answer and a restored database."""

    def refund(self, session_id: str, amount: Decimal, key: str) -> None:
        """Give money back the way it came. The same key gives it back once, however often it is asked for."""

    def payouts_since(self, moment: datetime) -> Iterable[PayoutTold]:
        """Every transfer to the utility's account since, each with the whole of what it is made of, and whether it came back."""

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """Verify and read a message. Raises BadSignature."""


Maker = Callable[[], Gateway]
_makers: dict[str, Maker] = {}


def gateway(name: str) -> Callable[[Maker], Maker]:
    """Register what makes the gateway of this name; it raises NoGateway where the installation has not set it up."""

    def register(maker: Maker) -> Maker:
        _makers[name] = maker
        return maker

    return register


@lru_cache(maxsize=1)
def load() -> None:
    """Read every file beside this one: a new gateway is a new file."""
    for module in pkgutil.iter_modules(gateways.__path__):
        importlib.import_module(f"{gateways.__name__}.{module.name}")


def named(name: str) -> Gateway:
    """The gateway of that name. Raises NoGateway."""
    load()
    if name not in _makers:
        raise NoGateway(name)
    return _makers[name]()
