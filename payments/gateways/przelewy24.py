"""Przelewy24, asked directly: a transaction is registered, paid on its page, announced by a signed message and verified.

Two things are its own. A payment belongs to the utility only once it is verified, so whoever asks about a paid one
verifies it. And nobody can end a transaction from outside: it ends by itself, at the moment that its id carries.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.urls import reverse

from payments.gateways.base import (
    BadSignature,
    Event,
    GatewayDown,
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
from payments.policies import Outcome
from portal import clock, money

NAME = "przelewy24"
TIMEOUT_SECONDS = 10
LONGEST_MINUTES = 99
LONGEST_EMAIL = 50
LONGEST_REFUND = 35  # characters of a refund's own number
# Its statuses of a transaction and of a refund.
NOT_PAID, PAID, VERIFIED, RETURNED = range(4)
REFUND_DONE, REFUND_REJECTED = 1, 4
CHANNELS = {"card": 1, "p24": 2, "blik": 8192}
# What it numbers otherwise is shown by its own name.
METHODS = {154: "blik", 181: "blik", 145: "card", 218: "card"}
# What its signatures cover, in this order.
SIGNED = {
    "register": ("sessionId", "merchantId", "amount", "currency"),
    "verify": ("sessionId", "orderId", "amount", "currency"),
    "transaction": (
        "merchantId",
        "posId",
        "sessionId",
        "amount",
        "originAmount",
        "currency",
        "orderId",
        "methodId",
        "statement",
    ),
    "refund": ("orderId", "sessionId", "refundsUuid", "merchantId", "amount", "currency", "status"),
}


ID = re.compile(r"[0-9a-f-]{36}\.[0-9]+")


def signature(kind: str, values: Mapping[str, Any], crc_key: str) -> str:
    """SHA-384 of the signed values and the key, as JSON without spaces. Raises KeyError when one is missing."""
    signed = {name: values[name] for name in SIGNED[kind]} | {"crc": crc_key}
    return hashlib.sha384(json.dumps(signed, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Przelewy24Gateway:
    merchant_id: int
    pos_id: int
    api_key: str = field(repr=False)
    crc_key: str = field(repr=False)
    api_base: str
    name: str = NAME

    def open_session(self, request: SessionRequest) -> Session:
        asked: dict[str, Any] = {
            "merchantId": self.merchant_id,
            "posId": self.pos_id,
            "sessionId": _session_id(request),
            "amount": money.to_grosze(request.amount),
            "currency": request.currency,
            "description": f"{request.reference}: {', '.join(line.name for line in request.lines)}"[:1024],
            # It writes to somebody in any case; where the payer wants no letter, to the utility.
            "email": request.payer_email
            if 0 < len(request.payer_email) <= LONGEST_EMAIL
            else settings.DEFAULT_FROM_EMAIL,
            "country": "PL",
            "language": "pl",
            "urlReturn": request.return_url,
            "urlStatus": settings.EBOK_BASE_URL.rstrip("/") + reverse("webhook", args=[NAME]),
            "timeLimit": _minutes_until(request.expires_at),
            "channel": sum(CHANNELS[method] for method in set(request.methods)),
            "transferLabel": request.reference[:20],
            "waitForResult": True,
        }
        asked["sign"] = signature("register", asked, self.crc_key)
        token = self._ask("POST", "transaction/register", asked)["data"]["token"]
        return Session(session_id=asked["sessionId"], url=f"{self.api_base}/trnRequest/{token}")

    def session_state(self, session_id: str) -> SessionState:
        try:
            return self._state(self._claimed(session_id))
        except NoSuchSession:
            if not ID.fullmatch(session_id):
                raise
            return _unpaid(session_id)  # it may know none before somebody pays: its documentation does not say

    def end_session(self, session_id: str) -> SessionState:
        """Who is on its page may still pay until its time is up: then the money is followed when it comes."""
        told = self.session_state(session_id)
        return replace(told, outcome=Outcome.EXPIRED) if told.outcome is Outcome.OPEN else told

    def sessions_since(self, moment: datetime) -> Iterable[SessionState]:
        first, last = moment.astimezone(clock.WARSAW), clock.now().astimezone(clock.WARSAW) + timedelta(days=1)
        asked = urlencode({"dateFrom": f"{first:%Y%m%d}", "dateTo": f"{last:%Y%m%d}", "type": "transaction"})
        for row in self._pages(f"report/history?{asked}"):
            told = _details(row)
            if _registered(told) < moment.replace(microsecond=0):
                continue
            # What was paid is asked for one by one: the list does not say what was given back of it.
            session_id = told["sessionId"]
            yield self.session_state(session_id) if told["status"] != NOT_PAID else _unpaid(session_id)

    def payouts_since(self, moment: datetime) -> Iterable[PayoutTold]:
        """Its batches. Their details are to be asked for at its office once; until then there are none."""
        first, last = moment.astimezone(clock.WARSAW), clock.now().astimezone(clock.WARSAW) + timedelta(days=1)
        asked = urlencode({"dateFrom": f"{first:%Y%m%d}", "dateTo": f"{last:%Y%m%d}", "type": "batch"})
        for row in self._pages(f"report/history?{asked}"):
            batch = _details(row)
            sent = _moment(batch.get("dateOut") or "")
            if sent is not None and sent >= moment.replace(microsecond=0):
                yield PayoutTold(
                    payout_id=str(batch["batchId"]),
                    amount=money.from_grosze(row["amount"]),
                    currency=row["currency"],
                    sent_on=sent.date(),
                    movements=self._movements_of(batch["batchId"]),
                )

    def _movements_of(self, batch: int) -> tuple[MovementTold, ...]:
        try:
            return tuple(self._movements(batch))
        except GatewayRefused:
            return ()  # its office has not opened them to this merchant

    def _movements(self, batch: int) -> Iterator[MovementTold]:
        path = f"report/batch/details?{urlencode({'batch': batch})}"
        for part in self._pages(path, again="report/batch/details"):
            for row in part.get("transactions") or ():
                told = _details(row)
                order = str(told.get("orderId") or told["ordrId"])  # as its documentation writes it
                amount, fee = money.from_grosze(row["amount"]), money.from_grosze(int(told.get("fee") or 0))
                yield MovementTold(
                    movement_id=f"t{order}", kind=Movement.CHARGE, amount=amount, fee=fee, gateway_payment_id=order
                )
            for row in part.get("refunds") or ():
                told = _details(row)
                yield MovementTold(
                    movement_id=f"r{told['refundId']}",
                    kind=Movement.REFUND,
                    amount=-money.from_grosze(row["amount"]),
                    gateway_payment_id=str(told["orderId"]),
                )

    def refund(self, session_id: str, amount: Decimal, key: str) -> None:
        told = self._claimed(session_id)
        if told["status"] not in (VERIFIED, RETURNED):
            raise GatewayRefused("not_paid")
        earlier = [one for one in self._refunds(told["orderId"]) if one["requestId"] == key]
        if any(one["status"] == REFUND_REJECTED for one in earlier):
            raise GatewayRefused("rejected")
        if earlier:
            return
        one = {"orderId": told["orderId"], "sessionId": session_id, "amount": money.to_grosze(amount)}
        asked = {
            "requestId": key,
            "refundsUuid": key.replace("-", "")[:LONGEST_REFUND],
            "refunds": [one],
            "urlStatus": settings.EBOK_BASE_URL.rstrip("/") + reverse("webhook", args=[NAME]),
        }
        self._ask("POST", "transaction/refund", asked)

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """Its messages have no number and no hour: the same words are the same message, and replayed it is known."""
        try:
            said = json.loads(body)
            kind = "refund" if "refundsUuid" in said else "transaction"
            true = signature(kind, said, self.crc_key)
            if not hmac.compare_digest(str(said["sign"]).encode(), true.encode()):
                raise BadSignature
            if said["merchantId"] != self.merchant_id:
                raise BadSignature
            session_id, order = str(said["sessionId"]), str(said["orderId"])
        except (ValueError, TypeError, KeyError, AttributeError):
            raise BadSignature from None
        return Event(
            event_id=true,
            kind=kind,
            session_id=session_id,
            gateway_payment_id=order,
            key=_key(session_id),
            payload=said,
        )

    # Asking

    def _transaction(self, session_id: str) -> dict[str, Any]:
        told: dict[str, Any] = self._ask("GET", f"transaction/by/sessionId/{quote(session_id, safe='')}")["data"]
        return told

    def _claimed(self, session_id: str) -> dict[str, Any]:
        told = self._transaction(session_id)
        return self._claim(told) if told["status"] == PAID else told

    def _claim(self, told: dict[str, Any]) -> dict[str, Any]:
        """Verify what it says was paid: whether that is what was asked for is decided by who asked."""
        asked = {name: told[name] for name in ("sessionId", "amount", "currency", "orderId")}
        asked |= {"merchantId": self.merchant_id, "posId": self.pos_id, "sign": signature("verify", told, self.crc_key)}
        try:
            self._ask("PUT", "transaction/verify", asked)
        except GatewayRefused:
            return self._transaction(told["sessionId"])  # somebody else of us may have been quicker
        return told | {"status": VERIFIED}

    def _refunds(self, order: int) -> list[dict[str, Any]]:
        try:
            refunds: list[dict[str, Any]] = self._ask("GET", f"refund/by/orderId/{order}")["data"]["refunds"]
        except NoSuchSession:
            return []
        return refunds

    def _pages(self, path: str, again: str = "report/history") -> Iterator[dict[str, Any]]:
        while path:
            page = self._ask("GET", path)
            yield from page["data"] if isinstance(page["data"], list) else [page["data"]]
            path = f"{again}/{quote(page['token'], safe='')}" if page.get("token") else ""

    def _state(self, told: dict[str, Any]) -> SessionState:
        session_id = told["sessionId"]
        if told["status"] == NOT_PAID:
            return _unpaid(session_id)
        if told["status"] == PAID:  # and not verified, so not ours yet
            return SessionState(session_id=session_id, key=_key(session_id), outcome=Outcome.UNDER_WAY)
        refunds = self._refunds(told["orderId"])
        given = sum(one["amount"] for one in refunds if one["status"] == REFUND_DONE)
        if told["status"] == RETURNED and not refunds:
            given = told["amount"]
        return SessionState(
            session_id=session_id,
            key=_key(session_id),
            outcome=Outcome.PAID,
            amount=money.from_grosze(told["amount"]),
            currency=told["currency"],
            method=METHODS.get(told["paymentMethod"], "p24"),
            paid_at=_moment(told.get("dateOfTransaction") or ""),
            gateway_payment_id=str(told["orderId"]),
            fee=money.from_grosze(int(told["fee"])) if str(told.get("fee", "")).isdigit() else None,
            refunded=money.from_grosze(given),
        )

    def _ask(self, method: str, path: str, asked: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            status, body = self._exchange(method, path, asked)
        except (OSError, HTTPException) as error:
            raise GatewayDown(type(error).__name__) from None
        if status == 404:
            raise NoSuchSession
        if status >= 500 or status == 429:
            raise GatewayDown(str(status))
        if status >= 300:
            raise GatewayRefused(str(status))  # without its words, which may quote what was sent
        try:
            told: dict[str, Any] = json.loads(body)
        except ValueError:
            raise GatewayDown("no JSON") from None
        return told

    def _exchange(self, method: str, path: str, asked: Mapping[str, Any] | None) -> tuple[int, bytes]:
        """The one place that holds the key in the open; nothing is raised here that a report would show."""
        address = urlsplit(self.api_base)
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
        known = base64.b64encode(f"{self.pos_id}:{self.api_key}".encode()).decode()
        headers = {"Authorization": f"Basic {known}", "Content-Type": "application/json", "Accept": "application/json"}
        try:
            connection.request(method, f"/api/v1/{path}", json.dumps(asked) if asked else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@gateway(NAME)
def from_settings() -> Przelewy24Gateway:
    """Without the key that signs there is nothing that could be trusted."""
    if not (settings.P24_CRC_KEY and settings.P24_MERCHANT_ID):
        raise NoGateway(NAME)
    return Przelewy24Gateway(
        merchant_id=int(settings.P24_MERCHANT_ID),
        pos_id=int(settings.P24_POS_ID or settings.P24_MERCHANT_ID),
        api_key=settings.P24_API_KEY,
        crc_key=settings.P24_CRC_KEY,
        api_base=settings.P24_API_BASE,
    )


# A session's id is our key and the moment at which its time is up, for it tells neither of them.


def _session_id(request: SessionRequest) -> str:
    return f"{request.key}.{int(request.expires_at.timestamp())}"


def _key(session_id: str) -> str:
    return session_id.partition(".")[0]


def _unpaid(session_id: str) -> SessionState:
    end = session_id.partition(".")[2]
    is_over = end.isdigit() and clock.now().timestamp() >= int(end)
    outcome = Outcome.EXPIRED if is_over else Outcome.OPEN
    return SessionState(session_id=session_id, key=_key(session_id), outcome=outcome)


def _minutes_until(moment: datetime) -> int:
    seconds = int((moment - clock.now()).total_seconds())
    if seconds <= 0:
        raise GatewayRefused("expires_at")
    return max(1, min(LONGEST_MINUTES, seconds // 60))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=clock.WARSAW)
    except ValueError:
        return None


def _details(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a row of its reports holds beside kind, amount and currency: one thing, which may come in a list."""
    details: Any = row["details"]
    told: Mapping[str, Any] = details[0] if isinstance(details, list) else details
    return told


def _registered(told: Mapping[str, Any]) -> datetime:
    return _moment(told.get("date", "")) or datetime.max.replace(tzinfo=UTC)
