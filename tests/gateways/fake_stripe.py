"""A small Stripe of our own, behind the real library and over real HTTP.

It holds requests to the annotations of the library and refuses what Stripe refuses; it holds its own answers to them
too. What a payer does on the hosted page is done by the test: `pay`, `fail`, `expire`, `dispute`.
"""

import json
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

import stripe
from stripe.params import BalanceTransactionListParams, DisputeListParams, PayoutListParams, RefundCreateParams
from stripe.params.checkout import SessionCreateParams, SessionExpireParams, SessionListParams, SessionRetrieveParams

from portal import clock
from tests.gateways.sdk_types import faults, from_form, typed

KEY = "sk_test_the_secret_of_the_tests"
WEBHOOK_SECRET = "whsec_of_the_tests"
DETAILS = {"card": {"country": "PL", "exp_month": 12, "exp_year": 2030, "brand": "visa", "last4": "4242"}}


class Refused(Exception):
    def __init__(self, status: int, kind: str, code: str = "", param: str = "", message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "param": param, "message": message or code}}


@dataclass
class Asked:
    method: str
    path: str
    params: dict[str, Any]
    headers: dict[str, str]


@dataclass
class FakeStripe:
    url: str = ""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    by_key: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    balance: list[dict[str, Any]] = field(default_factory=list)  # its lines, `payout` added when they are paid out
    payouts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    is_down: bool = False
    loses_answers: bool = False
    takes_seconds: float = 0  # between doing what it is asked and saying so
    refuses: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)

    # What a payer, a bank or time does

    def pay(self, session_id: str, method: str = "blik", amount: int | None = None, currency: str = "pln") -> None:
        session = self.sessions[session_id]
        received = session["amount_total"] if amount is None else amount
        intent = self._intent(session, "succeeded", received, currency)
        charge = intent["latest_charge"] = self._charge(session, intent, method)
        line = self._line("charge", "charge", received, charge, fee=250)
        charge["balance_transaction"] = {name: value for name, value in line.items() if name != "source"}
        charge["balance_transaction"]["currency"] = line["currency"] = currency
        session.update(status="complete", payment_status="paid", payment_intent=intent["id"], url=None)

    def start_slowly(self, session_id: str) -> None:
        """The payer has approved and the bank has not answered yet."""
        session = self.sessions[session_id]
        intent = self._intent(session, "processing", 0, "pln")
        session.update(status="complete", payment_status="unpaid", payment_intent=intent["id"], url=None)

    def fail(self, session_id: str) -> None:
        """The bank has said no after the page was closed."""
        session = self.sessions[session_id]
        intent = self._intent(session, "requires_payment_method", 0, "pln")
        session.update(status="complete", payment_status="unpaid", payment_intent=intent["id"], url=None)

    def expire(self, session_id: str) -> None:
        self.sessions[session_id].update(status="expired", url=None)

    def dispute(self, session_id: str, status: str = "needs_response", amount: int | None = None) -> None:
        """A dispute takes its money at once and, when it is won, brings it back."""
        intent = self.intents[self.sessions[session_id]["payment_intent"]]
        charge = intent["latest_charge"]
        charge["disputed"] = True
        before = next((one for one in self.disputes if one["payment_intent"] == intent["id"]), None)
        if before is None:
            taken = charge["amount"] - charge["amount_refunded"] if amount is None else amount
            made = self._dispute(charge, intent, taken)
            self.disputes.append(made)
            self._line("adjustment", "dispute", -taken, made)
        else:
            made = before
        if status in ("won", "warning_closed") and made["status"] != status:
            self._line("adjustment", "dispute_reversal", made["amount"], made)
        made["status"] = status

    def _dispute(self, charge: dict[str, Any], intent: dict[str, Any], taken: int) -> dict[str, Any]:
        return {
            "id": f"dp_{secrets.token_hex(8)}",
            "object": "dispute",
            "amount": taken,
            "balance_transactions": [],
            "charge": charge["id"],
            "created": now(),
            "currency": "pln",
            "enhanced_eligibility_types": [],
            "evidence": {"enhanced_evidence": {}},
            "evidence_details": {
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "enhanced_eligibility": {},
            },
            "is_charge_refundable": False,
            "livemode": False,
            "metadata": {},
            "payment_intent": intent["id"],
            "reason": "fraudulent",
            "status": "needs_response",
        }

    def pay_out(self) -> str:
        """All that is on the balance goes to the bank account."""
        waiting = [line for line in self.balance if "payout" not in line]
        made: dict[str, Any] = {
            "id": f"po_{secrets.token_hex(8)}",
            "object": "payout",
            "amount": sum(line["net"] for line in waiting),
            "arrival_date": now(),
            "automatic": True,
            "created": now(),
            "currency": "pln",
            "failure_balance_transaction": None,
            "failure_code": None,
            "livemode": False,
            "metadata": {},
            "method": "standard",
            "reconciliation_status": "completed",
            "source_type": "card",
            "status": "paid",
            "type": "bank_account",
        }
        for line in [*waiting, self._line("payout", "payout", -made["amount"], made)]:
            line["payout"] = made["id"]
        self.payouts.append(made)
        return str(made["id"])

    def fail_payout(self, payout_id: str, code: str = "account_closed", status: str = "failed") -> None:
        """The bank sends back what was paid out, or it is called off: the money is on the balance again."""
        payout = next(one for one in self.payouts if one["id"] == payout_id)
        kind = "payout_failure" if status == "failed" else "payout_cancel"
        line = self._line(kind, "payout_reversal", payout["amount"], payout)
        payout.update(status=status, failure_code=code or None, failure_balance_transaction=line["id"])

    def _line(self, kind: str, category: str, amount: int, source: dict[str, Any], fee: int = 0) -> dict[str, Any]:
        line = {
            "id": f"txn_{secrets.token_hex(10)}",
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now(),
            "balance_type": "payments",
            "created": now(),
            "currency": "pln",
            "fee": fee,
            "fee_details": [],
            "net": amount - fee,
            "reporting_category": category,
            "source": source,
            "status": "available",
            "type": kind,
        }
        self.balance.append(line)
        return line

    def event(self, kind: str, session_id: str, event_id: str = "") -> tuple[bytes, dict[str, str]]:
        """A message as Stripe posts it, signed now."""
        about = self.sessions[session_id]
        if kind.startswith("charge.dispute"):
            about = next(one for one in self.disputes if one["payment_intent"] == about["payment_intent"])
        return self.message({"id": event_id or f"evt_{secrets.token_hex(8)}", "type": kind, "data": {"object": about}})

    def message(self, said: dict[str, Any], at: int | None = None) -> tuple[bytes, dict[str, str]]:
        body = json.dumps({"object": "event", "created": now(), "livemode": False, **said})
        return body.encode(), {"Stripe-Signature": sign(body, at)}

    # What the library asks

    def answer(self, asked: Asked) -> dict[str, Any]:
        with self.lock:
            self.asked.append(asked)
            if asked.headers.get("authorization") != f"Bearer {KEY}":
                raise Refused(401, "invalid_request_error", message="Invalid API Key provided: sk_****ests")
            parts = asked.path.removeprefix("/v1/").split("/")
            match asked.method, parts:
                case "POST", ["checkout", "sessions"]:
                    return self._create(asked)
                case "POST", ["checkout", "sessions", session_id, "expire"]:
                    self._check(asked, SessionExpireParams)
                    session = self._session(session_id)
                    if session["status"] != "open":
                        raise Refused(400, "invalid_request_error", message="Only an open session can be expired.")
                    self.expire(session_id)
                    return self._shown(session, asked)
                case "GET", ["checkout", "sessions", session_id]:
                    self._check(asked, SessionRetrieveParams)
                    return self._shown(self._session(session_id), asked)
                case "GET", ["checkout", "sessions"]:
                    params = self._check(asked, SessionListParams)
                    since = params.get("created", {}).get("gte", 0)
                    found = [one for one in reversed(self.sessions.values()) if one["created"] >= since]
                    after = params.get("starting_after")
                    start = next((n + 1 for n, one in enumerate(found) if one["id"] == after), 0)
                    some = found[start : start + 2]  # short pages, so that paging is met
                    return self._list(some, asked, has_more=len(found) > start + 2)
                case "POST", ["refunds"]:
                    return self._refund(asked)
                case "GET", [name]:
                    return self._listed(name, asked)
        raise Refused(404, "invalid_request_error", message=f"Unrecognized request URL {asked.path}.")

    def _listed(self, name: str, asked: Asked) -> dict[str, Any]:
        match name:
            case "disputes":
                intent = self._check(asked, DisputeListParams)["payment_intent"]
                return self._list([one for one in self.disputes if one["payment_intent"] == intent], asked)
            case "payouts":
                return self._payouts(asked)
            case "balance_transactions":
                return self._lines(asked)
        raise Refused(404, "invalid_request_error", message=f"Unrecognized request URL {asked.path}.")

    def _payouts(self, asked: Asked) -> dict[str, Any]:
        """The newest first, as it lists everything."""
        params = self._check(asked, PayoutListParams)
        since, status = params.get("created", {}).get("gte", 0), params.get("status")
        shown = []
        for payout in reversed(self.payouts):
            if payout["created"] >= since and status in (None, payout["status"]):
                shown.append(dict(payout))
                if "data.failure_balance_transaction" in params.get("expand", []):
                    returned = next(
                        (one for one in self.balance if one["id"] == payout["failure_balance_transaction"]), None
                    )
                    shown[-1]["failure_balance_transaction"] = returned and self._shown_line(returned) | {
                        "source": payout["id"]
                    }
                self.wrong += faults(shown[-1], stripe.Payout, "answer")
        return self._list(shown, asked)

    def _shown_line(self, line: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in line.items() if name != "payout"}

    def _lines(self, asked: Asked) -> dict[str, Any]:
        params = self._check(asked, BalanceTransactionListParams)
        if not next(one for one in self.payouts if one["id"] == params["payout"])["automatic"]:
            raise Refused(400, "invalid_request_error", message="Only automatic payouts can be asked about.")
        shown = []
        for line in self.balance:
            if line.get("payout") == params["payout"]:
                shown.append(self._shown_line(line))
                self.wrong += faults(shown[-1], stripe.BalanceTransaction, "answer")
        after = next((n + 1 for n, one in enumerate(shown) if one["id"] == params.get("starting_after")), 0)
        return self._list(shown[after : after + 2], asked, has_more=len(shown) > after + 2)

    def _check(self, asked: Asked, kind: Any) -> dict[str, Any]:
        params: dict[str, Any] = typed(asked.params, kind)
        found = faults(params, kind, asked.path)
        self.wrong += found
        if found:
            raise Refused(400, "invalid_request_error", "parameter_invalid", message=" ".join(found))
        return params

    def _create(self, asked: Asked) -> dict[str, Any]:
        params = self._check(asked, SessionCreateParams)
        key = asked.headers.get("idempotency-key", "")
        if key in self.by_key:
            session_id, before = self.by_key[key]
            if before != params:
                raise Refused(400, "idempotency_error", message="The key was used with other parameters.")
            return self._shown(self.sessions[session_id], asked)
        if self.refuses:
            raise Refused(400, "invalid_request_error", "account_closed")
        ahead = params["expires_at"] - now()
        if not 30 * 60 <= ahead <= 24 * 60 * 60:
            raise Refused(400, "invalid_request_error", "parameter_invalid", "expires_at")
        total = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in params["line_items"])
        if total < 200:
            raise Refused(400, "invalid_request_error", "amount_too_small")
        session = self._new(params, total)
        self.sessions[session["id"]] = session
        if key:
            self.by_key[key] = session["id"], params
        return self._shown(session, asked)

    def _refund(self, asked: Asked) -> dict[str, Any]:
        params = self._check(asked, RefundCreateParams)
        key = asked.headers.get("idempotency-key", "")
        charge = self.intents[params["payment_intent"]]["latest_charge"]
        is_new = key not in self.by_key
        if is_new:
            disputed = [one for one in self.disputes if one["payment_intent"] == params["payment_intent"]]
            if any(one["status"] not in ("won", "warning_closed") for one in disputed):
                raise Refused(400, "invalid_request_error", "charge_disputed")
            if charge["amount_refunded"] + params["amount"] > charge["amount"]:
                raise Refused(400, "invalid_request_error", "charge_already_refunded")
            charge["amount_refunded"] += params["amount"]
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
            self.by_key[key] = f"re_{secrets.token_hex(8)}", params
        made = {
            "id": self.by_key[key][0],
            "object": "refund",
            "amount": params["amount"],
            "balance_transaction": None,
            "charge": charge["id"],
            "created": now(),
            "currency": charge["currency"],
            "metadata": params.get("metadata", {}),
            "payment_intent": params["payment_intent"],
            "reason": None,
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "succeeded",
            "transfer_reversal": None,
        }
        self.wrong += faults(made, stripe.Refund, "answer")
        if is_new:
            self._line("refund", "refund", -params["amount"], made)
        return made

    def _new(self, params: dict[str, Any], total: int) -> dict[str, Any]:
        session_id = f"cs_test_{secrets.token_hex(12)}"
        return {
            "id": session_id,
            "object": "checkout.session",
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"),
            "created": now(),
            "currency": params["line_items"][0]["price_data"]["currency"],
            "custom_fields": [],
            "custom_text": {
                "after_submit": None,
                "shipping_address": None,
                "submit": None,
                "terms_of_service_acceptance": None,
            },
            "customer_email": params.get("customer_email"),
            "expires_at": params["expires_at"],
            "livemode": False,
            "locale": params.get("locale"),
            "metadata": params.get("metadata", {}),
            "mode": params["mode"],
            "payment_intent": None,
            "payment_method_types": params["allowed_payment_method_types"],
            "payment_status": "unpaid",
            "shipping_options": [],
            "status": "open",
            "success_url": params["success_url"],
            "url": f"https://checkout.stripe.com/c/pay/{session_id}",
        }

    def _session(self, session_id: str) -> dict[str, Any]:
        if session_id not in self.sessions:
            raise Refused(404, "invalid_request_error", "resource_missing", "session")
        session = self.sessions[session_id]
        if session["status"] == "open" and session["expires_at"] <= now():
            self.expire(session_id)
        return session

    def _shown(self, session: dict[str, Any], asked: Asked) -> dict[str, Any]:
        expanded = any("payment_intent" in path for path in asked.params.get("expand", []))
        shown = dict(session)
        if expanded and session["payment_intent"]:
            shown["payment_intent"] = self.intents[session["payment_intent"]]
        self.wrong += faults(shown, stripe.checkout.Session, "answer")
        return json.loads(json.dumps(shown))  # type: ignore[no-any-return]  # what went in

    def _list(self, rows: list[dict[str, Any]], asked: Asked, *, has_more: bool = False) -> dict[str, Any]:
        shown = [self._shown(row, asked) if row["object"] == "checkout.session" else row for row in rows]
        return {"object": "list", "url": asked.path, "has_more": has_more, "data": shown}

    def _intent(self, session: dict[str, Any], status: str, received: int, currency: str) -> dict[str, Any]:
        intent = {
            "id": f"pi_{secrets.token_hex(10)}",
            "object": "payment_intent",
            "amount": session["amount_total"],
            "amount_capturable": 0,
            "amount_received": received,
            "capture_method": "automatic_async",
            "confirmation_method": "automatic",
            "created": now(),
            "currency": currency,
            "latest_charge": None,
            "livemode": False,
            "metadata": session["metadata"],
            "payment_method_types": session["payment_method_types"],
            "status": status,
        }
        self.intents[intent["id"]] = intent
        return intent

    def _charge(self, session: dict[str, Any], intent: dict[str, Any], method: str) -> dict[str, Any]:
        received, currency = intent["amount_received"], intent["currency"]
        return {
            "id": f"ch_{secrets.token_hex(10)}",
            "object": "charge",
            "amount": received,
            "amount_captured": received,
            "amount_refunded": 0,
            "balance_transaction": None,
            "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
            "captured": True,
            "created": now(),
            "currency": currency,
            "disputed": False,
            "livemode": False,
            "metadata": session["metadata"],
            "paid": True,
            "payment_intent": intent["id"],
            "payment_method_details": {"type": method, method: DETAILS.get(method, {})},
            "refunded": False,
            "status": "succeeded",
        }


def now() -> int:
    return int(clock.now().timestamp())


def sign(body: str, at: int | None = None, secret: str = WEBHOOK_SECRET) -> str:
    return stripe.WebhookSignature.generate_signature_header(body, secret, at)


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits forty milliseconds for its own body
    stripe: ClassVar[FakeStripe]

    def do_GET(self) -> None:
        self._answer(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

    def _answer(self, form: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, urlsplit(self.path).path, from_form(form), headers)
        status, said = 200, {}
        if self.stripe.is_down:
            status, said = 500, {"error": {"type": "api_error", "message": "Down."}}
        else:
            try:
                said = self.stripe.answer(asked)
            except Refused as why:
                status, said = why.status, why.body
            if self.stripe.loses_answers:
                status, said = 500, {"error": {"type": "api_error", "message": "Lost."}}
        time.sleep(self.stripe.takes_seconds)
        body = json.dumps(said).encode()
        with suppress(OSError):  # whoever asked may have gone
            self._say(status, body)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Stripe-Should-Retry", "false")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """A test says what it has to say itself."""


class Running:
    """The fake on a free port of this machine, until stopped."""

    def __init__(self) -> None:
        self.stripe = FakeStripe()
        door = type("Door", (_Door,), {"stripe": self.stripe})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), door)
        self.server.daemon_threads = True
        self.stripe.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
