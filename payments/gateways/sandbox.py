"""The sandbox: a gateway that lives in our own database, so that a demo and the tests pay without money."""

import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from payments.gateways.base import (
    BadSignature,
    Event,
    GatewayRefused,
    Movement,
    MovementTold,
    NoGateway,
    NoSuchSession,
    PayoutTold,
    Session,
    SessionRequest,
    SessionState,
    gateway,
)
from payments.policies import Outcome, WhyReturned
from portal import clock, money
from portal.moneyfield import GroszeField

NAME = "sandbox"
SIGNATURE = "Sandbox-Signature"
TOLERANCE = timedelta(minutes=5)


class SandboxSession(models.Model):
    """A payment session of the sandbox: what a real gateway would keep on its side."""

    class State(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        DECLINED = "declined"
        EXPIRED = "expired"

    session_id = models.CharField(max_length=60, unique=True)
    idempotency_key = models.CharField(max_length=80, unique=True)
    amount = GroszeField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=250)
    lines = models.JSONField(default=list)
    methods = models.JSONField(default=list)
    metadata = models.JSONField(default=dict)
    return_url = models.URLField(max_length=600)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    method = models.CharField(max_length=20, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    refunds = models.JSONField(default=dict)  # grosze and day, by the key of the refund
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "payments"

    def __str__(self) -> str:
        return self.session_id


class SandboxReturn(models.Model):
    """A payout of the sandbox that the bank account did not take."""

    payout_id = models.CharField(max_length=60, unique=True)
    returned_on = models.DateField()

    class Meta:
        app_label = "payments"

    def __str__(self) -> str:
        return self.payout_id


OUTCOMES = {
    SandboxSession.State.OPEN: Outcome.OPEN,
    SandboxSession.State.PAID: Outcome.PAID,
    SandboxSession.State.DECLINED: Outcome.FAILED,
    SandboxSession.State.EXPIRED: Outcome.EXPIRED,
}


class SandboxGateway:
    name = NAME

    def open_session(self, request: SessionRequest) -> Session:
        asked = {
            "amount": request.amount,
            "currency": request.currency,
            "description": request.reference,
            "lines": [[line.name, str(line.amount)] for line in request.lines],
            "methods": list(request.methods),
            "metadata": dict(request.metadata),
            "return_url": request.return_url,
            "expires_at": request.expires_at,
        }
        session, is_new = SandboxSession.objects.get_or_create(
            idempotency_key=request.key,
            defaults=asked | {"session_id": f"sbx_{secrets.token_urlsafe(16)}", "created_at": clock.now()},
        )
        if not is_new and any(getattr(session, name) != value for name, value in asked.items()):
            msg = "The same key was used for another session."
            raise GatewayRefused(msg)
        return Session(session_id=session.session_id, url=reverse("payments:sandbox", args=[session.session_id]))

    def session_state(self, session_id: str) -> SessionState:
        session = _find(session_id)
        if session.state == SandboxSession.State.OPEN and session.expires_at <= clock.now():
            session = _move(session_id, SandboxSession.State.EXPIRED)
        return _state(session)

    def end_session(self, session_id: str) -> SessionState:
        return _state(_move(session_id, SandboxSession.State.EXPIRED))

    def sessions_since(self, moment: datetime) -> Iterable[SessionState]:
        since = SandboxSession.objects.filter(created_at__gte=moment).order_by("created_at")
        return [_state(session) for session in since]

    def refund(self, session_id: str, amount: Decimal, key: str) -> None:
        with transaction.atomic():
            session = SandboxSession.objects.select_for_update().filter(session_id=session_id).first()
            if session is None:
                raise NoSuchSession(session_id)
            given = {key: [money.to_grosze(amount), clock.today().isoformat()], **session.refunds}
            is_paid = session.state == SandboxSession.State.PAID
            if not is_paid or _given(given) > money.to_grosze(money.round_half_up(session.amount)):
                msg = "More than was paid."
                raise GatewayRefused(msg)
            session.refunds = given
            session.save(update_fields=["refunds"])

    def payouts_since(self, moment: datetime) -> Iterable[PayoutTold]:
        """Each day's money is sent the next morning, without any fee; what came back, with that of the day on which it did."""
        first = moment.astimezone(clock.WARSAW).date()
        return [told for day, told in _payouts() if first <= day < clock.today()]

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> Event:
        stamp, _, signature = headers.get(SIGNATURE, "").partition(",")
        if not hmac.compare_digest(signature.encode(), _sign(stamp, body).encode()):
            raise BadSignature
        if abs(clock.now().timestamp() - int(stamp)) > TOLERANCE.total_seconds():
            raise BadSignature
        said = json.loads(body)
        return Event(
            event_id=said["id"], kind=said["type"], session_id=said["session"], key=said["payment"], payload=said
        )


@gateway(NAME)
def sandbox() -> SandboxGateway:
    # Where real money is taken nobody may pay with a press of a button.
    if settings.EBOK_GATEWAY != NAME:
        raise NoGateway(NAME)
    return SandboxGateway()


# The gateway's own side: what its hosted page does


def pay(session_id: str, method: str) -> SandboxSession:
    """The payer approves. In the sandbox an expired session can be paid too, as happens at real gateways."""
    session = _find(session_id)
    if session.state in (SandboxSession.State.OPEN, SandboxSession.State.EXPIRED):
        SandboxSession.objects.filter(pk=session.pk).update(
            state=SandboxSession.State.PAID, method=method, paid_at=clock.now()
        )
    return _find(session_id)


def decline(session_id: str) -> SandboxSession:
    return _move(session_id, SandboxSession.State.DECLINED)


def expire(session_id: str) -> SandboxSession:
    return _move(session_id, SandboxSession.State.EXPIRED)


def send_back(payout_id: str) -> None:
    """The bank account does not take the payout."""
    SandboxReturn.objects.create(payout_id=payout_id, returned_on=clock.today())


def message(session: SandboxSession, kind: str = "", event_id: str = "") -> tuple[bytes, dict[str, str]]:
    """A signed message about a session, as it would be posted to our webhook."""
    said = {
        "id": event_id or f"sbxevt_{secrets.token_urlsafe(12)}",
        "type": kind or f"session.{session.state}",
        "session": session.session_id,
        "payment": session.idempotency_key,
    }
    body = json.dumps(said).encode()
    stamp = str(int(clock.now().timestamp()))
    return body, {SIGNATURE: f"{stamp},{_sign(stamp, body)}"}


def _sign(stamp: str, body: bytes) -> str:
    signed = stamp.encode() + b"." + body
    return salted_hmac("payments.sandbox", signed, algorithm="sha256").hexdigest()


def _find(session_id: str) -> SandboxSession:
    found = SandboxSession.objects.filter(session_id=session_id).first()
    if found is None:
        raise NoSuchSession(session_id)
    return found


def _move(session_id: str, state: str) -> SandboxSession:
    """Only an open session moves."""
    SandboxSession.objects.filter(session_id=session_id, state=SandboxSession.State.OPEN).update(state=state)
    return _find(session_id)


def _given(refunds: Mapping[str, list[Any]]) -> int:
    return sum(grosze for grosze, _day in refunds.values())


def _movements(session: SandboxSession) -> Iterator[tuple[date, MovementTold]]:
    number = f"pay_{session.pk}"
    if session.paid_at:
        paid_on = session.paid_at.astimezone(clock.WARSAW).date()
        amount = money.round_half_up(session.amount)
        yield (
            paid_on,
            MovementTold(movement_id=number, kind=Movement.CHARGE, amount=amount, gateway_payment_id=number),
        )
    for key, (grosze, day) in session.refunds.items():
        amount = -money.from_grosze(grosze)
        told = MovementTold(movement_id=key, kind=Movement.REFUND, amount=amount, gateway_payment_id=number)
        yield date.fromisoformat(day), told


def _payouts() -> list[tuple[date, PayoutTold]]:
    """Every payout with the day whose money it is, the oldest first."""
    lines: dict[tuple[date, str], list[MovementTold]] = {}
    for session in SandboxSession.objects.filter(state=SandboxSession.State.PAID).order_by("pk"):
        for day, told in _movements(session):
            lines.setdefault((day, session.currency), []).append(told)
    numbers = {f"sbxpo_{day:%Y%m%d}_{currency}": (day, currency) for day, currency in lines}
    returned = dict(SandboxReturn.objects.values_list("payout_id", "returned_on"))
    # In the order in which they came back: what is sent again may come back again.
    for number, day in sorted(returned.items(), key=lambda one: one[1]):
        _day, currency = numbers[number]
        again = MovementTold(
            movement_id=f"back_{number}",
            kind=Movement.RETURNED,
            amount=_net(lines[numbers[number]]),
            gateway_payout_id=number,
        )
        lines.setdefault((day, currency), []).append(again)
        numbers[f"sbxpo_{day:%Y%m%d}_{currency}"] = day, currency
    return [
        (
            day,
            PayoutTold(
                payout_id=number,
                amount=_net(lines[day, currency]),
                currency=currency,
                sent_on=day + timedelta(days=1),
                movements=tuple(lines[day, currency]),
                returned_on=returned.get(number),
                returned_because=WhyReturned.ACCOUNT if number in returned else None,
            ),
        )
        for number, (day, currency) in sorted(numbers.items())
    ]


def _net(lines: Iterable[MovementTold]) -> Decimal:
    return sum((one.net for one in lines), Decimal("0.00"))


def _state(session: SandboxSession) -> SessionState:
    is_paid = session.state == SandboxSession.State.PAID
    return SessionState(
        session_id=session.session_id,
        key=session.idempotency_key,
        outcome=OUTCOMES[SandboxSession.State(session.state)],
        amount=money.round_half_up(session.amount) if is_paid else None,
        currency=session.currency if is_paid else "",
        method=session.method,
        paid_at=session.paid_at,
        gateway_payment_id=f"pay_{session.pk}" if is_paid else "",
        refunded=money.from_grosze(_given(session.refunds)),
        metadata=session.metadata,
    )
