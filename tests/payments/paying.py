"""What happens to payments in the random steps: each deed of a payer, the gateway, a clerk, billing, a crash, a backup.

The gateway is the small Stripe of ours: it lives beside the database, so it remembers what a restored one has forgotten.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from payments import actions, checkout, events, guests, held, refunds, tasks
from payments.gateways.base import GatewayFault
from payments.models import GatewayEvent, Payment, Refund
from portal import clock, jobs
from portal.billing import transit
from portal.billing.models import LedgerEntry, OpenItem, Transit
from portal.billing.transit import book_entries
from tests import factories
from tests.gateways.fake_stripe import FakeStripe

ZERO = Decimal("0.00")


class CrashError(Exception):
    """The process died here."""


@dataclass
class Billing:
    """The billing system beside us: what it has booked, under our references; a restored portal is told again."""

    booked: list[tuple[str, Decimal, str]] = field(default_factory=list)

    def of(self, reference: str) -> Decimal:
        return sum((amount for one, amount, _key in self.booked if one == reference), ZERO)


class Paying:
    """Payers, the gateway, clerks, billing and backups beside one database; `ran` counts what has had an effect."""

    def __init__(self, stripe: FakeStripe, ran: Counter[str]) -> None:
        self.stripe, self.ran = stripe, ran
        self.trail: list[str] = []

    def begin(self) -> None:
        fake = self.stripe
        for kept in (fake.sessions, fake.intents, fake.disputes, fake.by_key, fake.balance, fake.payouts):
            kept.clear()
        self.start = transaction.savepoint()
        self.now = clock.now()
        self.customer = factories.make_customer()
        self.owner = factories.make_owner(self.customer)
        self.clerk, self.second = factories.make_staff(), factories.make_staff()
        amounts = ("135.38", "68.72", "900.00", "2500.00")
        self.items = [factories.make_charge(self.customer, amount) for amount in amounts]
        self.billing = Billing()
        self.said: list[tuple[bytes, dict[str, str]]] = []
        self.kept = transaction.savepoint()

    # Who is meant

    def payments(self) -> list[Payment]:
        return list(Payment.objects.select_related("transit", "customer").order_by("pk"))

    def one(self, which: int, fits: Callable[[Payment], Any] = lambda payment: True) -> Payment | None:
        mine = [payment for payment in self.payments() if fits(payment)]
        return mine[which % len(mine)] if mine else None

    def session(self, which: int, *statuses: str) -> str:
        """One of the gateway's own sessions, whether or not we still know of it."""
        known = [key for key, one in self.stripe.sessions.items() if not statuses or one["status"] in statuses]
        return known[which % len(known)] if known else ""

    def do(self, deed: Any, crash_after: int = 0) -> None:
        """One deed at the machine's own hour; after so many statements the process dies, once."""
        left = [crash_after]

        def dies(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            answer = execute(sql, params, many, context)
            left[0] -= 1
            if left[0] == 0:
                self.ran["crash"] += 1
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

    def press(self, places: set[int], part: bool, crash: int) -> None:
        chosen = {
            self.items[place].public_id: Decimal("34.36") if part else self.items[place].amount for place in places
        }

        def deed() -> None:
            viewer = factories.viewer(self.owner, self.customer)
            payment = checkout.start_payment(viewer=viewer, by=self.owner, items=chosen, press=uuid4())
            self.ran["pressed"] += 1
            checkout.open_session(payment)

        self.do(deed, crash)

    def press_as_a_guest(self, place: int, crash: int) -> None:
        invoice = self.items[place].entry.invoice_id

        def deed() -> None:
            left = guests.left_to_pay(invoice)
            payment = guests.start(invoice_id=invoice, amount=left, email="x@example.pl", press=uuid4())
            self.ran["pressed by a guest"] += 1
            checkout.open_session(payment)

        self.do(deed, crash)

    def press_and_pay(self, places: set[int], part: bool, told: bool, crash: int) -> None:
        """What most payers do; now and then nobody is told of it."""
        known = set(self.stripe.sessions)
        self.press(places, part, crash=0)
        for session_id in [session for session in self.stripe.sessions if session not in known]:
            self.ran["paid"] += 1
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card")
                said = self.stripe.event("checkout.session.completed", session_id, f"evt_{session_id}_completed")
            if told:
                self.do(lambda said=said: self.receive(said), crash)  # type: ignore[misc]  # said is bound
                self.do(jobs.run_due, crash)

    def pay(self, which: int, otherwise: int | None) -> None:
        """Until the time is up, as at the gateway itself; now and then another amount arrives."""
        if session_id := self.session(which, "open"):
            self.ran["paid another amount" if otherwise else "paid"] += 1
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card", amount=otherwise)

    def pay_too_late(self, which: int) -> None:
        """It had expired, and the money came all the same."""
        if session_id := self.session(which, "expired"):
            self.ran["paid too late"] += 1
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card")

    def decline(self, which: int) -> None:
        if session_id := self.session(which, "open"):
            self.ran["declined"] += 1
            with clock.stopped(self.now):
                self.stripe.fail(session_id)

    def give_up(self, which: int, crash: int) -> None:
        if payment := self.one(which):
            self.do(lambda: actions.end_payment(payment, gives_up=True), crash)

    def pay_anew_what_was_paid_too_late(self, first: bool) -> None:
        """The time of a payment is up, its items are paid anew, and the first payer pays after all, before or after."""
        for _ in range(2):
            known = set(self.stripe.sessions)
            self.press({0, 3}, part=False, crash=0)
            made = [session for session in self.stripe.sessions if session not in known]
            self.now += timedelta(minutes=40)
            self.sweep(crash=0)
            for session_id in made[: 1 if first else 0]:
                with clock.stopped(self.now):
                    self.stripe.pay(session_id, "card")

    # The gateway

    def message(self, which: int, kind: str, crash: int) -> None:
        """In any order and as often as it comes: the number of the message is that of its kind."""
        if session_id := self.session(which):
            with clock.stopped(self.now):
                said = self.stripe.event(f"checkout.session.{kind}", session_id, f"evt_{session_id}_{kind}")
            self.do(lambda: self.receive(said), crash)

    def message_again(self, which: int, times: int, crash: int) -> None:
        """The gateway sends what it has sent already, however long ago."""
        for _ in range(times if self.said else 0):
            self.do(lambda: self.receive(self.said[which % len(self.said)]), crash)

    def receive(self, said: tuple[bytes, dict[str, str]]) -> None:
        known = GatewayEvent.objects.count()
        if said not in self.said:
            self.said.append(said)
        events.receive_event("stripe", *said)
        self.ran["message kept" if GatewayEvent.objects.count() > known else "message repeated"] += 1

    def dispute(self, which: int, status: str, part: bool) -> None:
        """Of all that is left with us, or of a part of it."""
        session_id = self.session(which, "complete")
        session = self.stripe.sessions.get(session_id)
        if not session or session["payment_status"] != "paid" or self.decided(session):
            return
        charge = self.stripe.intents[session["payment_intent"]]["latest_charge"]
        left = charge["amount"] - charge["amount_refunded"]
        if not left:
            return
        self.ran["dispute lost" if status == "lost" else "disputed"] += 1
        with clock.stopped(self.now):
            self.stripe.dispute(session_id, status, amount=min(left, 1000) if part else left)
            said = self.stripe.event("charge.dispute.updated", session_id)
        self.do(lambda: self.receive(said))

    def decided(self, session: dict[str, Any]) -> bool:
        mine = [one for one in self.stripe.disputes if one["payment_intent"] == session["payment_intent"]]
        return any(one["status"] in ("won", "lost") for one in mine)

    # Ourselves

    def ask(self, which: int, crash: int) -> None:
        if payment := self.one(which):
            self.do(lambda: tasks.ask(payment.pk), crash)

    def work(self, crash: int) -> None:
        self.do(jobs.run_due, crash)

    def sweep(self, crash: int) -> None:
        self.ran["swept"] += 1
        self.do(tasks.sweep, crash)
        self.do(jobs.run_due, crash)

    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def book(self, which: int, part: bool, crash: int) -> None:
        """The billing system books, all at once or in parts, and delivers all that it has booked, again and again."""
        if payment := self.one(which, lambda one: one.transit.state == Transit.State.PAID):
            left = payment.transit.amount - self.billing.of(payment.transit.reference)
            amount = min(left, Decimal("20.00")) if part else left
            if amount > 0:
                self.ran["booked in part" if part else "booked"] += 1
                self.billing.booked.append((payment.transit.reference, amount, uuid4().hex))
        self.deliver(crash)

    def deliver(self, crash: int) -> None:
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

    def refund(self, which: int, part: bool, crash: int) -> None:
        if payment := self.one(which, refunds.refundable):
            most = refunds.refundable(payment)
            self.ran["refunded"] += 1
            amount = min(most, Decimal("10.00")) if part else most
            self.do(lambda: refunds.ask(payment, amount=amount, reason="x", by=self.clerk), crash)

    def decide_a_refund(self, which: int, yes: bool, crash: int) -> None:
        waiting = list(Refund.objects.filter(state=Refund.State.ASKED).order_by("pk"))
        if waiting:
            self.ran["approved"] += yes
            deed = refunds.approve if yes else refunds.refuse
            self.do(lambda: deed(waiting[which % len(waiting)], by=self.second), crash)

    def keep_on_account(self, which: int, crash: int) -> None:
        """A clerk decides about money that was held."""
        if waiting := [payment for payment in self.payments() if payment.is_held_for_clerk]:
            self.ran["held"] += 1
            payment = waiting[which % len(waiting)]
            self.ran["kept on account"] += held.may_accept(payment)
            with suppress(held.CannotAccept):
                self.do(lambda: held.accept_on_account(payment, by=self.clerk), crash)

    def pay_out(self, crash: int) -> None:
        """The gateway sends what it has to the bank, and we read of it."""
        if any("payout" not in line for line in self.stripe.balance):
            self.ran["paid out"] += 1
            with clock.stopped(self.now):
                self.stripe.pay_out()
        self.do(tasks.read_payouts, crash)

    def send_back(self, which: int, crash: int) -> None:
        """The gateway sends what it has, the bank account does not take a payout that had arrived, and we read of it."""
        self.pay_out(crash=0)
        if arrived := [one for one in self.stripe.payouts if one["status"] == "paid"]:
            self.ran["came back"] += 1
            with clock.stopped(self.now):
                self.stripe.fail_payout(arrived[which % len(arrived)]["id"])
        self.do(tasks.read_payouts, crash)

    # Backups

    def back_up(self) -> None:
        self.kept = transaction.savepoint()

    def restore(self) -> None:
        """The database is lost, and put back as it was at the last backup. The gateway and billing know better."""
        self.ran["restored"] += 1
        transaction.savepoint_rollback(self.kept)
