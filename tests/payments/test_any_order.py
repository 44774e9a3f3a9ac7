"""Two thousand random steps of payers, gateway, crashes, clerks and the import: no grosz is lost, none counts twice."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from payments import actions, checkout, refunds, tasks
from payments.gateways import sandbox
from payments.models import Payment, SandboxSession
from payments.policies import PAID
from payments.reconciliation import where_it_lies
from portal import clock, jobs
from portal.billing import transit
from portal.billing.models import OpenItem, Transit, TransitPart
from portal.billing.transit import book_entries
from tests import factories

EXAMPLES, STEPS = 40, 50
ZERO = Decimal("0.00")
WHICH = st.integers(0, 20)


class CrashError(Exception):
    """The process died here."""


class Paying(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.now = clock.now()
        self.customer = factories.make_customer()
        self.owner = factories.make_owner(self.customer)
        self.items = [factories.make_charge(self.customer, amount) for amount in ("135.38", "68.72")]

    def payments(self) -> list[Payment]:
        mine = Payment.objects.filter(customer=self.customer).select_related("transit", "customer")
        return list(mine.order_by("pk"))

    def one(self, which: int) -> Payment | None:
        mine = self.payments()
        return mine[which % len(mine)] if mine else None

    def session(self, which: int) -> SandboxSession | None:
        payment = self.one(which)
        return SandboxSession.objects.filter(session_id=payment.session_id).first() if payment else None

    def do(self, deed: Any, crash_after: int = 0) -> None:
        """One deed at the machine's own hour; after so many statements the process dies, once."""
        left = [crash_after]

        def dies(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            answer = execute(sql, params, many, context)
            left[0] -= 1
            if left[0] == 0:
                raise CrashError
            return answer

        refusals = (CrashError, transit.TransitRefused, checkout.CannotPay, refunds.CannotRefund)
        with clock.stopped(self.now), connection.execute_wrapper(dies), suppress(*refusals):
            deed()

    @rule(places=st.sets(st.integers(0, 1), min_size=1), half=st.booleans(), crash=st.integers(0, 40))
    def press(self, places: set[int], half: bool, crash: int) -> None:
        chosen = {
            self.items[place].public_id: Decimal("34.36") if half else self.items[place].amount for place in places
        }

        def deed() -> None:
            viewer = factories.viewer(self.owner, self.customer)
            payment = checkout.start_payment(viewer=viewer, by=self.owner, items=chosen, press=uuid4())
            checkout.open_session(payment)

        self.do(deed, crash)

    @rule()
    def pay_too_late_what_was_paid_anew(self) -> None:
        """The time of a payment is up, its items are paid anew, and then the first payer pays after all."""
        self.press({0, 1}, half=False, crash=0)
        self.now += timedelta(minutes=40)
        self.press({0, 1}, half=False, crash=0)
        for which in (-1, -2):
            self.pay(which)
            self.ask(which, crash=0)
            self.message(which, times=1, crash=0)

    @rule(which=WHICH)
    def pay(self, which: int) -> None:
        if session := self.session(which):
            self.do(lambda: sandbox.pay(session.session_id, "blik"))

    @rule(which=WHICH, end=st.sampled_from([sandbox.decline, sandbox.expire]))
    def do_not_pay(self, which: int, end: Any) -> None:
        if session := self.session(which):
            self.do(lambda: end(session.session_id))

    @rule(which=WHICH, times=st.integers(1, 3), crash=st.integers(0, 12))
    def message(self, which: int, times: int, crash: int) -> None:
        if session := self.session(which):
            with clock.stopped(self.now):
                said = sandbox.message(session)
            for _ in range(times):
                self.do(lambda: actions.receive_event(sandbox.NAME, *said), crash)

    @rule(which=WHICH, crash=st.integers(0, 40))
    def ask(self, which: int, crash: int) -> None:
        if payment := self.one(which):
            self.do(lambda: tasks.ask(payment.pk), crash)

    @rule()
    def work(self) -> None:
        self.do(jobs.run_due)

    @rule()
    def sweep(self) -> None:
        self.do(tasks.sweep)

    @rule(minutes=st.sampled_from([1, 10, 40]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(which=WHICH, part=st.booleans())
    def book(self, which: int, part: bool) -> None:
        payment = self.one(which)
        if payment is None or payment.transit.state != Transit.State.PAID:
            return
        left = payment.amount - transit.booked_amount(payment.transit)
        amount = min(left, Decimal("20.00")) if part else left
        entry = factories.make_entry(self.customer, -amount, kind="payment", reference=payment.transit.reference)
        self.do(lambda: book_entries([entry]))
        payment.transit.refresh_from_db()
        if payment.transit.state == Transit.State.BOOKED:  # the billing system closes what was paid
            for paid in payment.transit.parts.select_related("item"):
                paid.item.open_amount = max(ZERO, paid.item.open_amount - paid.amount)
                paid.item.save()

    @rule(which=WHICH, part=st.booleans(), crash=st.integers(0, 20))
    def refund(self, which: int, part: bool, crash: int) -> None:
        if (payment := self.one(which)) and (most := refunds.refundable(payment)):
            amount = min(most, Decimal("10.00")) if part else most
            self.do(lambda: refunds.ask(payment, amount=amount, reason="x", by=self.owner), crash)

    @invariant()
    def every_grosz_lies_in_one_place(self) -> None:
        for payment in self.payments() if hasattr(self, "items") else ():
            if payment.received is not None:
                lies = where_it_lies(payment, transit.booked_amount(payment.transit))
                assert lies.difference == ZERO, (payment, lies)

    @invariant()
    def nothing_is_settled_twice(self) -> None:
        for item in OpenItem.objects.filter(pk__in=[one.pk for one in getattr(self, "items", ())]):
            settled = TransitPart.objects.filter(
                item=item, transit__state__in=(Transit.State.PAID, Transit.State.BOOKED)
            ).exclude(transit__payment__state=Payment.State.REFUNDED)
            total = settled.aggregate(total=Sum("amount"))["total"] or ZERO
            assert total <= item.amount, (item, total)

    def teardown(self) -> None:
        """When everything that waits has been done, the states agree with the gateway's."""
        if not hasattr(self, "items"):
            return
        self.now += timedelta(hours=2)
        for _ in range(2):
            self.do(tasks.sweep)
            self.do(tasks.reconcile)
            self.do(jobs.run_due)
        for payment in self.payments():
            session = SandboxSession.objects.filter(idempotency_key=str(payment.public_id)).first()
            is_paid = session is not None and session.state == SandboxSession.State.PAID
            assert (payment.state in PAID) is is_paid, (payment, session and session.state)
            assert not payment.is_waiting


@pytest.mark.django_db
def test_in_any_order_and_after_any_crash_every_grosz_lies_in_one_place():
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
