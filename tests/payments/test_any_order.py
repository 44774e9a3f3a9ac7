"""Thousands of random steps of payers, the gateway, crashes, clerks, the import and restored databases.

The gateway is the small Stripe of ours: it lives beside the database, so it remembers what a restored one has forgotten.
"""

import os
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from payments import actions, checkout, events, refunds, tasks
from payments.gateways.base import GatewayFault
from payments.models import Payment, Refund
from payments.policies import PAID
from payments.reconciliation import where_it_lies
from portal import clock, jobs, money
from portal.billing import transit
from portal.billing.models import LedgerEntry, OpenItem, Transit, TransitPart
from portal.billing.transit import book_entries
from portal.desk.models import Task
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe

# At least two thousand steps in the ordinary run; EBOK_STEPS asks for more.
STEPS = 50
EXAMPLES = max(1, int(os.environ.get("EBOK_STEPS", "2400")) // STEPS)
ZERO = Decimal("0.00")
WHICH = st.integers(0, 20)
CRASH = st.sampled_from([0, 0, 0, *range(1, 40)])
RAN: Counter[str] = Counter()
MUST_HAPPEN = {"press", "pay", "decline", "message", "sweep", "import", "refund", "dispute", "restore"}


class CrashError(Exception):
    """The process died here."""


@dataclass
class Billing:
    """The billing system beside us: what it has booked, under our references; a restored portal is told again."""

    booked: list[tuple[str, Decimal, str]] = field(default_factory=list)

    def of(self, reference: str) -> Decimal:
        return sum((amount for one, amount, _key in self.booked if one == reference), ZERO)


class Paying(RuleBasedStateMachine):
    stripe: FakeStripe  # set by the test

    @initialize()
    def begin(self) -> None:
        for kept in (self.stripe.sessions, self.stripe.intents, self.stripe.disputes, self.stripe.by_key):
            kept.clear()
        self.start = transaction.savepoint()
        self.now = clock.now()
        self.customer = factories.make_customer()
        self.owner = factories.make_owner(self.customer)
        self.clerk = factories.make_staff()
        self.items = [factories.make_charge(self.customer, amount) for amount in ("135.38", "68.72")]
        self.billing = Billing()
        self.kept = transaction.savepoint()

    # Who is meant

    def payments(self) -> list[Payment]:
        return list(Payment.objects.select_related("transit", "customer").order_by("pk"))

    def one(self, which: int) -> Payment | None:
        mine = self.payments()
        return mine[which % len(mine)] if mine else None

    def session(self, which: int) -> str:
        """One of the gateway's own sessions, whether or not we still know of it."""
        known = list(self.stripe.sessions)
        return known[which % len(known)] if known else ""

    def do(self, deed: Any, crash_after: int = 0) -> None:
        """One deed at the machine's own hour; after so many statements the process dies, once."""
        left = [crash_after]

        def dies(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            answer = execute(sql, params, many, context)
            left[0] -= 1
            if left[0] == 0:
                RAN["crash"] += 1
                raise CrashError
            return answer

        waiting = list(DBTaskResult.objects.filter(status=TaskResultStatus.READY).values_list("pk", flat=True))
        refusals = (CrashError, transit.TransitRefused, checkout.CannotPay, refunds.CannotRefund, GatewayFault)
        with clock.stopped(self.now), connection.execute_wrapper(dies), suppress(*refusals):
            deed()
        if left[0] <= 0 < crash_after:
            # A lone statement that was executed before the process died is there: no transaction was around it.
            transaction.set_rollback(False)
            # What the dead worker had taken is given to another one.
            DBTaskResult.objects.filter(pk__in=waiting).update(status=TaskResultStatus.READY)

    # Payers

    @rule(places=st.sets(st.integers(0, 1), min_size=1), part=st.booleans(), crash=CRASH)
    def press(self, places: set[int], part: bool, crash: int) -> None:
        RAN["press"] += 1
        chosen = {
            self.items[place].public_id: Decimal("34.36") if part else self.items[place].amount for place in places
        }

        def deed() -> None:
            viewer = factories.viewer(self.owner, self.customer)
            payment = checkout.start_payment(viewer=viewer, by=self.owner, items=chosen, press=uuid4())
            checkout.open_session(payment)

        self.do(deed, crash)

    @rule(places=st.sets(st.integers(0, 1), min_size=1), part=st.booleans(), told=st.booleans(), crash=CRASH)
    def press_and_pay(self, places: set[int], part: bool, told: bool, crash: int) -> None:
        """What most payers do; now and then nobody is told of it."""
        known = set(self.stripe.sessions)
        self.press(places, part, crash=0)
        for session_id in [session for session in self.stripe.sessions if session not in known]:
            RAN["pay"] += 1
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card")
                said = self.stripe.event("checkout.session.completed", session_id, f"evt_{session_id}_completed")
            if told:
                RAN["message"] += 1
                self.do(lambda said=said: events.receive_event("stripe", *said), crash)  # type: ignore[misc]  # said is bound
                self.do(jobs.run_due, crash)

    @rule(which=WHICH, otherwise=st.sampled_from([None, None, None, 100]))
    def pay(self, which: int, otherwise: int | None) -> None:
        """Until the time is up, as at the gateway itself; now and then another amount arrives."""
        RAN["pay"] += 1
        session_id = self.session(which)
        if session_id and self.stripe.sessions[session_id]["status"] == "open":
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card", amount=otherwise)

    @rule(which=WHICH)
    def pay_too_late(self, which: int) -> None:
        """It had expired, and the money came all the same."""
        RAN["pay too late"] += 1
        session_id = self.session(which)
        if session_id and self.stripe.sessions[session_id]["status"] == "expired":
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card")

    @rule(which=WHICH)
    def decline(self, which: int) -> None:
        RAN["decline"] += 1
        session_id = self.session(which)
        if session_id and self.stripe.sessions[session_id]["status"] == "open":
            with clock.stopped(self.now):
                self.stripe.fail(session_id)

    @rule(which=WHICH, crash=CRASH)
    def give_up(self, which: int, crash: int) -> None:
        RAN["give up"] += 1
        if payment := self.one(which):
            self.do(lambda: actions.end_payment(payment, gives_up=True), crash)

    @rule(first=st.booleans())
    def pay_anew_what_was_paid_too_late(self, first: bool) -> None:
        """The time of a payment is up, its items are paid anew, and the first payer pays after all, before or after."""
        RAN["pay anew"] += 1
        for _ in range(2):
            known = set(self.stripe.sessions)
            self.press({0, 1}, part=False, crash=0)
            made = [session for session in self.stripe.sessions if session not in known]
            self.now += timedelta(minutes=40)
            self.sweep(crash=0)
            for session_id in made[: 1 if first else 0]:
                with clock.stopped(self.now):
                    self.stripe.pay(session_id, "card")

    # The gateway

    @rule(which=WHICH, kind=st.sampled_from(["completed", "expired", "async_payment_failed"]), crash=CRASH)
    def message(self, which: int, kind: str, crash: int) -> None:
        """In any order and as often as it comes: the number of the message is that of its kind."""
        RAN["message"] += 1
        if session_id := self.session(which):
            with clock.stopped(self.now):
                said = self.stripe.event(f"checkout.session.{kind}", session_id, f"evt_{session_id}_{kind}")
            self.do(lambda: events.receive_event("stripe", *said), crash)

    @rule(which=WHICH, status=st.sampled_from(["needs_response", "won", "lost"]))
    def dispute(self, which: int, status: str) -> None:
        RAN["dispute"] += 1
        session_id = self.session(which)
        session = self.stripe.sessions.get(session_id)
        if not session or session["payment_status"] != "paid" or self.decided(session):
            return
        with clock.stopped(self.now):
            self.stripe.dispute(session_id, status)
            said = self.stripe.event("charge.dispute.updated", session_id)
        self.do(lambda: events.receive_event("stripe", *said))

    def decided(self, session: dict[str, Any]) -> bool:
        mine = [one for one in self.stripe.disputes if one["payment_intent"] == session["payment_intent"]]
        return any(one["status"] in ("won", "lost") for one in mine)

    # Ourselves

    @rule(which=WHICH, crash=CRASH)
    def ask(self, which: int, crash: int) -> None:
        RAN["ask"] += 1
        if payment := self.one(which):
            self.do(lambda: tasks.ask(payment.pk), crash)

    @rule(crash=CRASH)
    def work(self, crash: int) -> None:
        RAN["work"] += 1
        self.do(jobs.run_due, crash)

    @rule(crash=CRASH)
    def sweep(self, crash: int) -> None:
        RAN["sweep"] += 1
        self.do(tasks.sweep, crash)
        self.do(jobs.run_due, crash)

    @rule(minutes=st.sampled_from([1, 10, 40]))
    def time_passes(self, minutes: int) -> None:
        RAN["time"] += 1
        self.now += timedelta(minutes=minutes)

    @rule(which=WHICH, part=st.booleans(), crash=CRASH)
    def book(self, which: int, part: bool, crash: int) -> None:
        """The billing system books, all at once or in parts, and delivers all that it has booked, again and again."""
        payment = self.one(which)
        if payment and payment.transit.state == Transit.State.PAID:
            left = payment.amount - self.billing.of(payment.transit.reference)
            amount = min(left, Decimal("20.00")) if part else left
            if amount > 0:
                self.billing.booked.append((payment.transit.reference, amount, uuid4().hex))
        self.deliver(crash)

    @rule(crash=CRASH)
    def deliver(self, crash: int) -> None:
        RAN["import"] += 1
        known = set(LedgerEntry.objects.values_list("external_id", flat=True))

        def deed() -> None:
            with transaction.atomic():
                entries = [
                    factories.make_entry(
                        self.customer, -amount, kind="payment", reference=reference, external_id=key, source="test"
                    )
                    for reference, amount, key in self.billing.booked
                    if key not in known
                ]
                book_entries(entries)
                self.state_open_amounts()

        self.do(deed, crash)

    def state_open_amounts(self) -> None:
        """An item is open by what was not booked for it: a payment's parts in turn, as the billing system pleases."""
        left = {item.pk: item.amount for item in self.items}
        for one in Transit.objects.order_by("pk"):
            booked = transit.booked_amount(one)
            for part in one.parts.order_by("pk"):
                paid = min(booked, part.amount)
                booked -= paid
                if part.item_id in left:
                    left[part.item_id] -= paid
        for item, amount in left.items():
            OpenItem.objects.filter(pk=item).update(open_amount=max(ZERO, amount))

    @rule(which=WHICH, part=st.booleans(), crash=CRASH)
    def refund(self, which: int, part: bool, crash: int) -> None:
        RAN["refund"] += 1
        if (payment := self.one(which)) and (most := refunds.refundable(payment)):
            amount = min(most, Decimal("10.00")) if part else most
            self.do(lambda: refunds.ask(payment, amount=amount, reason="x", by=self.clerk), crash)

    # Backups

    @rule()
    def back_up(self) -> None:
        RAN["back up"] += 1
        self.kept = transaction.savepoint()

    @rule()
    def restore(self) -> None:
        """The database is lost, and put back as it was at the last backup. The gateway and billing know better."""
        RAN["restore"] += 1
        transaction.savepoint_rollback(self.kept)

    # What always holds

    @invariant()
    def is_counted(self) -> None:
        RAN["steps"] += 1

    @invariant()
    def every_grosz_lies_in_one_place(self) -> None:
        for payment in self.payments() if hasattr(self, "kept") else ():
            if payment.received is not None:
                lies = where_it_lies(payment, transit.booked_amount(payment.transit))
                assert lies.difference == ZERO, (payment, lies)
                assert min(vars(lies).values()) >= ZERO, (payment, lies)

    @invariant()
    def nothing_is_settled_twice(self) -> None:
        gone = (Payment.State.REFUNDED, Payment.State.CHARGED_BACK)
        for item in OpenItem.objects.all() if hasattr(self, "kept") else ():
            settled = TransitPart.objects.filter(
                item=item, transit__state__in=(Transit.State.PAID, Transit.State.BOOKED)
            ).exclude(transit__payment__state__in=gone)
            total = settled.aggregate(total=Sum("amount"))["total"] or ZERO
            assert total <= item.amount, (item, total)

    @invariant()
    def no_more_goes_back_than_came(self) -> None:
        for intent in self.stripe.intents.values() if hasattr(self, "kept") else ():
            charge = intent["latest_charge"]
            assert not charge or charge["amount_refunded"] <= charge["amount"]

    def teardown(self) -> None:
        if not hasattr(self, "kept"):
            return
        try:
            self.all_agree_at_last()
        finally:
            transaction.savepoint_rollback(self.start)

    def all_agree_at_last(self) -> None:
        """When all that waits has been done, states and amounts agree with the gateway's own."""
        self.now += timedelta(hours=1)
        for _ in range(2):
            self.deliver(crash=0)
            self.sweep(crash=0)
            self.do(tasks.reconcile)
            self.do(tasks.look_back)
            self.do(jobs.run_due)
            self.now += timedelta(minutes=10)
        known = {str(payment.public_id): payment for payment in self.payments()}
        received, unknown = 0, Task.objects.filter(kind=events.UNKNOWN).count()
        for session in self.stripe.sessions.values():
            payment = known.pop(session["client_reference_id"], None)
            is_paid = session["payment_status"] == "paid"
            if payment is None:
                assert not is_paid or unknown, session
                continue
            assert (payment.state in PAID) is is_paid, (payment, session["status"])
            assert not payment.is_waiting
            if is_paid:
                charge = self.stripe.intents[session["payment_intent"]]["latest_charge"]
                received += charge["amount"]
                assert money.to_grosze(payment.received or ZERO) == charge["amount"], payment
                assert money.to_grosze(payment.refunded) <= charge["amount_refunded"], payment
                self.agrees_on_disputes(payment, session)
        assert not any(payment.state in PAID for payment in known.values())
        lying = [where_it_lies(one, transit.booked_amount(one.transit)) for one in self.payments() if one.received]
        assert sum(money.to_grosze(one.received) for one in lying) == received
        assert not Refund.objects.filter(state=Refund.State.SENDING).exists()

    def agrees_on_disputes(self, payment: Payment, session: dict[str, Any]) -> None:
        mine = [one for one in self.stripe.disputes if one["payment_intent"] == session["payment_intent"]]
        if any(one["status"] == "lost" for one in mine) and payment.refunded < (payment.received or ZERO):
            assert payment.state == Payment.State.CHARGED_BACK, payment


@pytest.fixture
def stripe_beside(fake_stripe: FakeStripe, settings: Any) -> FakeStripe:
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    return fake_stripe


@pytest.mark.django_db
def test_in_any_order_and_after_any_crash_every_grosz_lies_in_one_place(stripe_beside: FakeStripe):
    Paying.stripe = stripe_beside
    RAN.clear()
    run_state_machine_as_test(
        Paying,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stdout.write(f"\nOn {connection.vendor}: {dict(RAN.most_common())}\n")
    assert RAN["steps"] >= 2000, RAN
    assert not MUST_HAPPEN - set(RAN)
