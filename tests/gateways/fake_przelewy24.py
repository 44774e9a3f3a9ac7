"""A small Przelewy24 of our own, over real HTTP, from the fields that its documentation names.

It refuses what they say it refuses: missing and unknown fields, fields too long, signatures that do not fit. What a
payer does on its page is done by the test: `pay`, `fail`.
"""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from portal import clock

MERCHANT, POS = 54321, 54322
API_KEY = "the_api_key_of_the_tests"
CRC_KEY = "the_crc_key_of_the_tests"
# Each field with its kind and, for text, its greatest length.
REGISTER: dict[str, tuple[type, int]] = {
    "merchantId": (int, 0),
    "posId": (int, 0),
    "sessionId": (str, 100),
    "amount": (int, 0),
    "currency": (str, 3),
    "description": (str, 1024),
    "email": (str, 50),
    "country": (str, 2),
    "language": (str, 2),
    "urlReturn": (str, 250),
    "urlStatus": (str, 250),
    "timeLimit": (int, 0),
    "channel": (int, 0),
    "waitForResult": (bool, 0),
    "transferLabel": (str, 20),
    "sign": (str, 100),
}
VERIFY: dict[str, tuple[type, int]] = {
    "merchantId": (int, 0),
    "posId": (int, 0),
    "sessionId": (str, 100),
    "amount": (int, 0),
    "currency": (str, 3),
    "orderId": (int, 0),
    "sign": (str, 100),
}
REFUND: dict[str, tuple[type, int]] = {
    "requestId": (str, 45),
    "refunds": (list, 0),
    "refundsUuid": (str, 35),
    "urlStatus": (str, 250),
}
ONE_REFUND: dict[str, tuple[type, int]] = {"orderId": (int, 0), "sessionId": (str, 100), "amount": (int, 0)}


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def sha384(**values: Any) -> str:
    signed = json.dumps(values | {"crc": CRC_KEY}, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha384(signed.encode()).hexdigest()


@dataclass
class FakePrzelewy24:
    url: str = ""
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    batches: list[dict[str, Any]] = field(default_factory=list)
    tells_batches: bool = True  # its office opens their details on request
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    is_down: bool = False
    loses_answers: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)

    # What a payer does

    def pay(self, session_id: str, amount: int | None = None, currency: str = "PLN", method: int = 154) -> None:
        """Paid, and the merchant's only once he has verified it."""
        found = self.transactions[session_id]
        received = found["amount"] if amount is None else amount
        paid = {"status": 1, "amount": received, "currency": currency, "paymentMethod": method}
        found.update(paid, orderId=secrets.randbelow(10**9) + 1, dateOfTransaction=hour(), statement="p24-Ż12")

    def notification(self, session_id: str) -> tuple[bytes, dict[str, str]]:
        """What is posted to `urlStatus`; of an unpaid one there is none, so this is what a forger would need."""
        found = self.transactions[session_id]
        said = {
            "merchantId": MERCHANT,
            "posId": POS,
            "sessionId": session_id,
            "amount": found["amount"],
            "originAmount": found["asked"],
            "currency": found["currency"],
            "orderId": found["orderId"],
            "methodId": found["paymentMethod"],
            "statement": found["statement"],
        }
        return json.dumps(said | {"sign": sha384(**said)}).encode(), {}

    def refund_notification(self, session_id: str) -> tuple[bytes, dict[str, str]]:
        said = {
            "orderId": self.transactions[session_id]["orderId"],
            "sessionId": session_id,
            "refundsUuid": "made in the panel",
            "merchantId": MERCHANT,
            "amount": 100,
            "currency": "PLN",
            "status": 0,
        }
        return json.dumps(said | {"requestId": "", "timestamp": 1, "sign": sha384(**said)}).encode(), {}

    # What is asked

    def answer(self, method: str, path: str, asked: dict[str, Any], known: str) -> tuple[int, dict[str, Any]]:
        with self.lock:
            self.asked.append((method, path, asked))
            if known != "Basic " + base64.b64encode(f"{POS}:{API_KEY}".encode()).decode():
                raise Refused(401, "Incorrect authentication")
            where = urlsplit(path)
            parts = [unquote(part) for part in where.path.removeprefix("/api/v1/").split("/")]
            match method, parts:
                case "POST", ["transaction", "register"]:
                    return 200, {"data": {"token": self._register(asked)}, "responseCode": 0}
                case "PUT", ["transaction", "verify"]:
                    self._verify(asked)
                    return 200, {"data": {"status": "success"}, "responseCode": 0}
                case "GET", ["transaction", "by", "sessionId", session_id]:
                    return 200, {"data": shown(self._one(session_id)), "responseCode": 0}
                case "POST", ["transaction", "refund"]:
                    return 201, {"data": self._refund(asked), "responseCode": 0}
                case "GET", ["refund", "by", "orderId", order]:
                    return 200, {"data": {"refunds": self._refunds_of(int(order))}, "responseCode": 0}
                case "GET", ["report", *which]:
                    return 200, self._report(parse_qs(where.query), which)
        raise Refused(404, "There is no such thing")

    def _check(self, asked: dict[str, Any], fields: dict[str, tuple[type, int]]) -> None:
        found = [f"{name} is unknown" for name in asked if name not in fields]
        for name, (kind, most) in fields.items():
            value = asked.get(name)
            if type(value) is not kind:
                found.append(f"{name} is {value!r}")
            elif most and len(asked[name]) > most:
                found.append(f"{name} is too long")
        self.wrong += found
        if found:
            raise Refused(400, "; ".join(found))

    def _register(self, asked: dict[str, Any]) -> str:
        self._check(asked, REGISTER)
        signed = {name: asked[name] for name in ("sessionId", "merchantId", "amount", "currency")}
        if asked["sign"] != sha384(**signed) or (asked["merchantId"], asked["posId"]) != (MERCHANT, POS):
            raise Refused(400, "Incorrect CRC value")
        if not 1 <= asked["timeLimit"] <= 99:
            raise Refused(400, "timeLimit")
        before = self.transactions.get(asked["sessionId"])
        if before and before["asked"] != asked["amount"]:
            raise Refused(400, "sessionId was used for another amount")
        if before is None:
            made = {
                "sessionId": asked["sessionId"],
                "status": 0,
                "amount": asked["amount"],
                "asked": asked["amount"],
                "currency": asked["currency"],
                "date": hour(),
                "dateOfTransaction": "",
                "orderId": 0,
                "paymentMethod": 0,
                "statement": "",
                "description": asked["description"],
                "clientEmail": asked["email"],
                "fee": "250",
                "token": secrets.token_hex(16).upper(),
            }
            before = self.transactions.setdefault(asked["sessionId"], made)
        return str(before["token"])

    def _verify(self, asked: dict[str, Any]) -> None:
        self._check(asked, VERIFY)
        found = self._one(asked["sessionId"])
        signed = {name: asked[name] for name in ("sessionId", "orderId", "amount", "currency")}
        if asked["sign"] != sha384(**signed):
            raise Refused(400, "Incorrect CRC value")
        if found["status"] != 1 or any(asked[name] != found[name] for name in ("amount", "currency", "orderId")):
            raise Refused(400, "Incorrect transaction")
        found["status"] = 2

    def _refund(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        self._check(asked, REFUND)
        (one,) = asked["refunds"]
        self._check(one, ONE_REFUND)
        found = self._one(one["sessionId"])
        given = sum(refund["amount"] for refund in self._refunds_of(one["orderId"]))
        known = {refund["requestId"] for refund in self.refunds}
        if found["status"] != 2 or asked["requestId"] in known or given + one["amount"] > found["amount"]:
            raise Refused(409, "The amount of refund exceeds available amount for the transaction")
        made = {"batchId": 1, "requestId": asked["requestId"], "date": hour(), "login": "", "description": ""}
        self.refunds.append(made | {"status": 1, "amount": one["amount"], "orderId": one["orderId"]})
        return [one | {"description": "", "status": True, "message": "success"}]

    def _refunds_of(self, order: int) -> list[dict[str, Any]]:
        mine = [refund for refund in self.refunds if refund["orderId"] == order]
        return [{name: value for name, value in one.items() if name != "paid_out"} for one in mine]

    def _report(self, asked: dict[str, list[str]], which: list[str]) -> dict[str, Any]:
        return self._batch(int(asked["batch"][0])) if which[0] == "batch" else self._history(asked, which[1:])

    def _history(self, asked: dict[str, list[str]], token: list[str]) -> dict[str, Any]:
        kind, after = (token[0].split("-")[0], int(token[0].split("-")[1])) if token else (asked["type"][0], 0)
        rows = self.batches if kind == "batch" else [row_of(one) for one in self.transactions.values()]
        some = rows[after : after + 2]  # short pages, so that paging is met
        following = f"{kind}-{after + 2}" if len(rows) > after + 2 else ""
        return {"data": some, "token": following, "responseCode": 0, "pageInformation": []}

    def pay_out(self) -> str:
        """All that is verified, less what was given back and what it keeps, goes to the bank account."""
        paid = [one for one in self.transactions.values() if one["status"] in (2, 3) and not one.get("batch")]
        given = [one for one in self.refunds if not one.get("paid_out")]
        number = len(self.batches) + 1
        for one in paid:
            one["batch"] = number
        for one in given:
            one["paid_out"] = number
        charges, back = sum(one["amount"] for one in paid), sum(one["amount"] for one in given)
        fees = sum(int(one["fee"]) for one in paid)
        details = {"batchId": number, "commision": fees, "charge": 0, "refund": back}
        self.batches.append(
            {
                "type": "batch",
                "amount": charges - fees - back,
                "currency": "PLN",
                "details": details | {"dateIn": hour(), "dateOut": hour()},
            }
        )
        return str(number)

    def _batch(self, number: int) -> dict[str, Any]:
        if not self.tells_batches:
            raise Refused(403, "Forbidden")
        paid = [row_of(one) for one in self.transactions.values() if one.get("batch") == number]
        given = [
            {
                "type": "refund",
                "amount": one["amount"],
                "currency": "PLN",
                "details": {
                    "refundId": place,
                    "orderId": one["orderId"],
                    "requestId": one["requestId"],
                    "status": one["status"],
                },
            }
            for place, one in enumerate(self.refunds, 1)
            if one.get("paid_out") == number
        ]
        return {"data": [{"transactions": paid, "refunds": given}], "token": "", "responseCode": 0}

    def _one(self, session_id: str) -> dict[str, Any]:
        if session_id not in self.transactions:
            raise Refused(404, "Transaction not found")
        return self.transactions[session_id]


def row_of(found: dict[str, Any]) -> dict[str, Any]:
    """As its reports hold a transaction, the number of the order spelt as they spell it."""
    names = ("sessionId", "status", "date", "dateOfTransaction", "paymentMethod", "statement")
    details = {name: found[name] for name in names} | {"ordrId": found["orderId"], "fee": int(found["fee"])}
    return {"type": "transaction", "amount": found["amount"], "currency": found["currency"], "details": details}


def shown(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in ("asked", "token", "batch")}


def hour() -> str:
    moment: datetime = clock.now().astimezone(clock.WARSAW)
    return f"{moment:%Y-%m-%d %H:%M:%S}"


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits forty milliseconds for its own body
    przelewy24: ClassVar[FakePrzelewy24]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, told = 500, {"error": "Undefined error", "code": 500}
        if not self.przelewy24.is_down:
            try:
                known = self.headers.get("Authorization", "")
                status, told = self.przelewy24.answer(self.command, self.path, json.loads(said or b"{}"), known)
            except Refused as why:
                status, told = why.status, {"error": str(why), "code": why.status}
            if self.przelewy24.loses_answers:
                status, told = 500, {"error": "Undefined error", "code": 500}
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """A test says what it has to say itself."""


class Running:
    """The fake on a free port of this machine, until stopped."""

    def __init__(self) -> None:
        self.przelewy24 = FakePrzelewy24()
        door = type("Door", (_Door,), {"przelewy24": self.przelewy24})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), door)
        self.server.daemon_threads = True
        self.przelewy24.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
