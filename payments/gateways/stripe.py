"""Stripe: its hosted Checkout, asked and answered in our words.

The secret key reaches the library and nothing else: faults leave here without the library's frames, whose variables
an error report would show.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

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
from payments.policies import Dispute, Outcome, WhyReturned
from portal import clock, money

if TYPE_CHECKING:
    import stripe
    from stripe.params.checkout import SessionCreateParams

NAME = "stripe"
TOLERANCE_SECONDS = 300
TIMEOUT_SECONDS = 10
# Everything that the state of a session depends on, in one question.
EXPANDED = "payment_intent.latest_charge.balance_transaction"
NO_MONEY_WILL_COME = {"canceled", "requires_payment_method"}
DECIDED = {"won": Dispute.WON, "warning_closed": Dispute.WON, "prevented": Dispute.WON, "lost": Dispute.LOST}

# What Stripe calls the lines of its balance; a dispute is one of several kinds of its adjustments.
MOVEMENTS = {
    "charge": Movement.CHARGE,
    "payment": Movement.CHARGE,
    "refund": Movement.REFUND,
    "payment_refund": Movement.REFUND,
    "refund_failure": Movement.REFUND,
    "payment_failure_refund": Movement.REFUND,
    "stripe_fee": Movement.FEE,
    "stripe_fx_fee": Movement.FEE,
    "tax_fee": Movement.FEE,
    "payout_failure": Movement.RETURNED,
    "payout_cancel": Movement.RETURNED,
}
# Payouts that move no more, but for one that was paid and fails days later.
ENDED = {"paid", "failed", "canceled"}
# Of its reasons, those that only whoever holds the bank account can mend.
OF_THE_ACCOUNT = {
    "account_closed",
    "account_frozen",
    "bank_account_restricted",
    "bank_ownership_changed",
    "incorrect_account_holder_address",
    "incorrect_account_holder_name",
    "incorrect_account_holder_tax_id",
    "invalid_account_number",
    "invalid_account_number_length",
    "invalid_currency",
    "no_account",
}


@contextmanager
def _our_words() -> Iterator[None]:
    """Turn the library's faults into ours; their messages may quote what was sent, so only codes are kept."""
    import stripe  # noqa: PLC0415 - half a second that only those who use it pay

    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise NoSuchSession from None
        raise GatewayRefused(error.code or "", error.param or "") from None
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise GatewayDown(type(error).__name__) from None
    except stripe.StripeError as error:
        if error.http_status is None or error.http_status >= 500 or error.http_status == 409:
            raise GatewayDown(type(error).__name__) from None
        raise GatewayRefused(type(error).__name__, error.code or "") from None


@dataclass(frozen=True)
class StripeGateway:
    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_base: str
    name: str = NAME

    @property
    def _api(self) -> "stripe.StripeClient":
        return client(self.secret_key, self.api_base)

    def open_session(self, request: SessionRequest) -> Session:
        with _our_words():
            opened = self._api.v1.checkout.sessions.create(_asked(request), {"idempotency_key": request.key})
        return Session(session_id=opened.id, url=opened.url or "")

    def session_state(self, session_id: str) -> SessionState:
        with _our_words():
            return self._state(self._api.v1.checkout.sessions.retrieve(session_id, {"expand": [EXPANDED]}))

    def end_session(self, session_id: str) -> SessionState:
        try:
            with _our_words():
                self._api.v1.checkout.sessions.expire(session_id)
        except GatewayRefused:
            pass  # it is complete or expired already, which the next line tells
        return self.session_state(session_id)

    def sessions_since(self, moment: datetime) -> Iterable[SessionState]:
        with _our_words():
            found = self._api.v1.checkout.sessions.list(
                {"created": {"gte": int(moment.timestamp())}, "limit": 100, "expand": [f"data.{EXPANDED}"]}
            )
            return [self._state(session) for session in found.auto_paging_iter()]

    def refund(self, session_id: str, amount: Decimal, key: str) -> None:
        with _our_words():
            session = self._api.v1.checkout.sessions.retrieve(session_id)
            intent: Any = session.payment_intent
            if not intent:
                raise GatewayRefused("not_paid")
            self._api.v1.refunds.create(
                {"payment_intent": str(intent), "amount": money.to_grosze(amount), "metadata": {"refund": key}},
                {"idempotency_key": key},
            )

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> Event:
        import stripe  # noqa: PLC0415 - half a second that only those who use it pay

        signature = headers.get("Stripe-Signature", "")
        try:
            stripe.WebhookSignature.verify_header(body, signature, self.webhook_secret, TOLERANCE_SECONDS)
            said = json.loads(body)
            about = said["data"]["object"]
            return Event(event_id=said["id"], kind=said["type"], payload=said, **_whereabouts(about))
        except (stripe.SignatureVerificationError, ValueError, TypeError, KeyError, AttributeError):
            raise BadSignature from None

    def _state(self, session: "stripe.checkout.Session") -> SessionState:
        intent: Any = session.payment_intent
        charge = getattr(intent, "latest_charge", None)
        outcome = _outcome(session, intent)
        known = SessionState(session_id=session.id, key=session.client_reference_id or "", outcome=outcome)
        if outcome is not Outcome.PAID:
            return known
        received = intent.amount_received if intent is not None else session.amount_total or 0
        paid_at = getattr(charge, "created", None) or session.created
        return replace(
            known,
            amount=money.from_grosze(received),
            currency=(getattr(intent, "currency", None) or session.currency or "").upper(),
            method=_method(charge),
            paid_at=datetime.fromtimestamp(paid_at, tz=UTC),
            gateway_payment_id=getattr(intent, "id", ""),
            fee=_fee(charge),
            refunded=money.from_grosze(getattr(charge, "amount_refunded", 0) or 0),
            metadata=dict(session.metadata.to_dict()) if session.metadata else {},
            **(self._disputed(intent.id) if getattr(charge, "disputed", False) else {}),
        )

    def _disputed(self, intent_id: str) -> dict[str, Any]:
        """How it stands, and what lost ones took: a payer may dispute a part, and a payment more than once."""
        found = self._api.v1.disputes.list({"payment_intent": intent_id, "limit": 100}).data
        stand = {DECIDED.get(one.status, Dispute.OPEN) for one in found} or {Dispute.OPEN}
        lost = sum(one.amount for one in found if DECIDED.get(one.status) is Dispute.LOST)
        worst = next(one for one in (Dispute.OPEN, Dispute.LOST, Dispute.WON) if one in stand)
        return {"dispute": worst, "charged_back": money.from_grosze(lost) if worst is Dispute.LOST else None}

    def payouts_since(self, moment: datetime) -> Iterable[PayoutTold]:
        """Those that have left Stripe or never will, and whose lines it has finished counting."""
        since, expanded = int(moment.timestamp()), ["data.failure_balance_transaction"]
        with _our_words():
            found = self._api.v1.payouts.list({"created": {"gte": since}, "expand": expanded, "limit": 100})
            counted = [one for one in found.auto_paging_iter() if one.reconciliation_status != "in_progress"]
            return [self._payout(one) for one in counted if one.status in ENDED]

    def _payout(self, payout: "stripe.Payout") -> PayoutTold:
        returned_on = None if payout.status == "paid" else _returned_on(payout)
        return PayoutTold(
            payout_id=payout.id,
            amount=money.from_grosze(payout.amount),
            currency=payout.currency.upper(),
            sent_on=datetime.fromtimestamp(payout.arrival_date, tz=UTC).date(),
            movements=tuple(self._movements(payout)),
            returned_on=returned_on,
            returned_because=None if returned_on is None else _why_returned(payout),
        )

    def _movements(self, payout: "stripe.Payout") -> Iterator[MovementTold]:
        """All but what the payout itself did to the balance. What it sent on somebody's demand it does not take apart."""
        if not payout.automatic:
            return
        lines = self._api.v1.balance_transactions.list({"payout": payout.id, "expand": ["data.source"], "limit": 100})
        for line in lines.auto_paging_iter():
            if line.type != "payout" and getattr(line.source, "id", "") != payout.id:
                yield _movement(line)


@gateway(NAME)
def from_settings() -> StripeGateway:
    """Webhooks are answered, with a refusal, wherever a secret is set; asking needs the key as well."""
    if not settings.STRIPE_WEBHOOK_SECRET:
        raise NoGateway(NAME)
    return StripeGateway(settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def client(secret_key: str, api_base: str) -> "stripe.StripeClient":
    """Kept, with its open connections. Asking again after a fault is safe: every creation carries a key."""
    import stripe  # noqa: PLC0415 - half a second that only those who use it pay

    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_base},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def _asked(request: SessionRequest) -> "SessionCreateParams":
    metadata = {**request.metadata, "payment": request.key, "reference": request.reference}
    asked: SessionCreateParams = {
        "mode": "payment",
        "locale": "pl",
        "allowed_payment_method_types": list(request.methods),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency.lower(),
                    "unit_amount": money.to_grosze(line.amount),
                    "product_data": {"name": line.name},
                },
            }
            for line in request.lines
        ],
        "adaptive_pricing": {"enabled": False},  # we ask for złoty and compare with złoty
        "client_reference_id": request.key,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": request.reference},
        "expires_at": int(request.expires_at.timestamp()),
        "success_url": f"{request.return_url}&session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": request.return_url,
    }
    if request.payer_email:
        asked["customer_email"] = request.payer_email
    return asked


def _outcome(session: "stripe.checkout.Session", intent: Any) -> Outcome:
    if session.status == "expired":
        return Outcome.EXPIRED
    if session.status != "complete":
        return Outcome.OPEN
    if session.payment_status == "paid":
        return Outcome.PAID
    return Outcome.FAILED if getattr(intent, "status", "") in NO_MONEY_WILL_COME else Outcome.UNDER_WAY


def _method(charge: Any) -> str:
    details = getattr(charge, "payment_method_details", None)
    return str(getattr(details, "type", "") or "")


def _fee(charge: Any) -> Decimal | None:
    booked = getattr(charge, "balance_transaction", None)
    fee = getattr(booked, "fee", None)
    return None if fee is None else money.from_grosze(fee)


def _movement(line: "stripe.BalanceTransaction") -> MovementTold:
    is_dispute = line.type == "adjustment" and line.reporting_category.startswith("dispute")
    kind = Movement.DISPUTE if is_dispute else MOVEMENTS.get(line.type, Movement.OTHER)
    is_of_a_payout = kind is Movement.RETURNED
    return MovementTold(
        movement_id=line.id,
        kind=kind,
        amount=money.from_grosze(line.amount),
        fee=money.from_grosze(line.fee),
        gateway_payment_id=str(getattr(line.source, "payment_intent", "") or ""),
        gateway_payout_id=str(getattr(line.source, "id", "")) if is_of_a_payout else "",
    )


def _returned_on(payout: "stripe.Payout") -> date:
    """When its money was on the balance again; where that is not told, the day on which it is asked."""
    created = getattr(payout.failure_balance_transaction, "created", None)
    return clock.today() if created is None else datetime.fromtimestamp(created, tz=clock.WARSAW).date()


def _why_returned(payout: "stripe.Payout") -> WhyReturned:
    if payout.status == "canceled":
        return WhyReturned.CALLED_OFF
    return WhyReturned.ACCOUNT if payout.failure_code in OF_THE_ACCOUNT else WhyReturned.BANK


def _whereabouts(about: Mapping[str, Any]) -> dict[str, str]:
    """Which session, payment or key a message is about, whatever kind of thing it tells of."""
    if about.get("object") == "checkout.session":
        return {
            "session_id": str(about["id"]),
            "gateway_payment_id": str(about.get("payment_intent") or ""),
            "key": str(about.get("client_reference_id") or ""),
        }
    is_intent = about.get("object") == "payment_intent"
    intent = about.get("id") if is_intent else about.get("payment_intent")
    metadata = about.get("metadata") or {}
    return {"gateway_payment_id": str(intent or ""), "key": str(metadata.get("payment", ""))}
