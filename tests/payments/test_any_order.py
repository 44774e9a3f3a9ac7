"""Thousands of random steps of payers, the gateway, crashes, clerks, the import and restored databases.

The gateway is the small Stripe of ours: it lives beside the database, so it remembers what a restored one has forgotten.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Callable
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

from payments import actions, checkout, events, guests, held, payouts, reconciliation, refunds, tasks
from payments.gateways.base import GatewayFault
from payments.models import GatewayEvent, Payment, Payout, PayoutLine, Refund
from payments.policies import PAID
from payments.reconciliation import where_it_lies
from portal import clock, jobs, money
from portal.billing import transit
from portal.billing.models import LedgerEntry, OpenItem, Transit, TransitPart
from portal.billing.transit import book_entries
from portal.desk.models import Task
from portal.outbox.models import OutboxFact
from portal.utility.models import RuleRecord
from portal.utility.rulebook import forget
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe

# At least two thousand steps in the ordinary run; EBOK_STEPS asks for more.
STEPS = 50
SEED = int(os.environ.get("EBOK_SEED", "1"))
EXAMPLES = max(1, int(os.environ.get("EBOK_STEPS", "2200")) // STEPS)
ZERO = Decimal("0.00")
SECOND_LOOK = {"four_eyes_above": "5.00"}  # złoty
RAN: Counter[str] = Counter()
# What has had an effect, not what was tried; each must have happened so often.
MUST_HAPPEN = {
    "pressed": 100,
    "pressed by a guest": 5,
    "paid": 80,
    "paid another amount": 10,
    "paid too late": 10,
    "declined": 10,
    "message kept": 100,
    "message repeated": 30,
    "swept": 100,
    "booked": 10,
    "booked in part": 10,
    "refunded": 20,
    "approved": 1,
    "disputed": 10,
    "dispute lost": 5,
    "held": 5,
    "kept on account": 3,
    "paid out": 10,
    "restored": 10,
    "crash": 50,
}


@dataclass(frozen=True)
class Chance:
    """What is left to chance in a step: who or what is meant, how, and after which statement the process dies."""

    which: int
    other: int
    flag: bool
    crash: int

    @property
    def places(self) -> set[int]:
        return {self.which % 4, self.other % 4} if self.flag else {self.which % 4}

    def of(self, *choices: Any) -> Any:
        return choices[self.other % len(choices)]


# How often each is taken, and what it takes of chance.
DEEDS: dict[str, tuple[int, Callable[["Paying", Chance], None]]] = {
    "press": (5, lambda one, by: one.press(by.places, part=by.of(True, True, True, False), crash=by.crash)),
    "press as a guest": (1, lambda one, by: one.press_as_a_guest(by.which % 4, by.crash)),
    "press and pay": (
        5,
        lambda one, by: one.press_and_pay(by.places, by.of(True, True, True, False), by.flag, by.crash),
    ),
    "pay": (4, lambda one, by: one.pay(by.which, by.of(None, 100))),
    "pay too late": (2, lambda one, by: one.pay_too_late(by.which)),
    "decline": (2, lambda one, by: one.decline(by.which)),
    "give up": (1, lambda one, by: one.give_up(by.which, by.crash)),
    "pay anew": (1, lambda one, by: one.pay_anew_what_was_paid_too_late(by.flag)),
    "message": (
        3,
        lambda one, by: one.message(by.which, by.of("completed", "expired", "async_payment_failed"), by.crash),
    ),
    "message again": (2, lambda one, by: one.message_again(by.which, by.of(1, 2, 3), by.crash)),
    "dispute": (2, lambda one, by: one.dispute(by.which, by.of("needs_response", "won", "lost"), by.flag)),
    "ask": (1, lambda one, by: one.ask(by.which, by.crash)),
    "work": (2, lambda one, by: one.work(by.crash)),
    "sweep": (2, lambda one, by: one.sweep(by.crash)),
    "time": (2, lambda one, by: one.time_passes(by.of(1, 10, 40))),
    "book": (3, lambda one, by: one.book(by.which, by.flag, by.crash)),
    "deliver": (1, lambda one, by: one.deliver(by.crash)),
    "refund": (3, lambda one, by: one.refund(by.which, by.flag, by.crash)),
    "decide": (2, lambda one, by: one.decide_a_refund(by.which, by.flag, by.crash)),
    "keep": (2, lambda one, by: one.keep_on_account(by.which, by.crash)),
    "pay out": (2, lambda one, by: one.pay_out(by.crash)),
    "back up": (2, lambda one, by: one.back_up()),
    "restore": (1, lambda one, by: one.restore()),
}
WEIGHED = [name for name, (weight, _deed) in DEEDS.items() for _ in range(weight)]


class CrashError(Exception):
    """The process died here."""


@dataclass
class Billing:
    """The billing system beside us: what it has booked, under our references; a restored portal is told again."""

    booked: list[tuple[str, Decimal, str]] = field(default_factory=list)

    def of(self, reference: str) -> Decimal:
        return sum((amount for one, amount, _key in self.booked if one == reference), ZERO)


class Paying:
    def __init__(self, stripe: FakeStripe) -> None:
        self.stripe = stripe
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

    def step(self, chance: random.Random) -> None:
        name = chance.choice(WEIGHED)
        crash = chance.choice([0, 0, chance.randint(1, 30)])
        by = Chance(chance.randint(0, 20), chance.randint(0, 20), chance.random() < 0.5, crash)
        self.trail.append(f"{name} {by}")
        DEEDS[name][1](self, by)
        RAN["steps"] += 1

    def what_always_holds(self) -> None:
        self.every_grosz_lies_in_one_place()
        self.nothing_is_settled_twice()
        self.the_billing_system_is_told_what_is_left_and_no_more()
        self.what_is_held_is_a_clerks_task_and_nothing_else_is()
        self.no_more_goes_back_than_came()

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

    def press(self, places: set[int], part: bool, crash: int) -> None:
        chosen = {
            self.items[place].public_id: Decimal("34.36") if part else self.items[place].amount for place in places
        }

        def deed() -> None:
            viewer = factories.viewer(self.owner, self.customer)
            payment = checkout.start_payment(viewer=viewer, by=self.owner, items=chosen, press=uuid4())
            RAN["pressed"] += 1
            checkout.open_session(payment)

        self.do(deed, crash)

    def press_as_a_guest(self, place: int, crash: int) -> None:
        invoice = self.items[place].entry.invoice_id

        def deed() -> None:
            left = guests.left_to_pay(invoice)
            payment = guests.start(invoice_id=invoice, amount=left, email="x@example.pl", press=uuid4())
            RAN["pressed by a guest"] += 1
            checkout.open_session(payment)

        self.do(deed, crash)

    def press_and_pay(self, places: set[int], part: bool, told: bool, crash: int) -> None:
        """What most payers do; now and then nobody is told of it."""
        known = set(self.stripe.sessions)
        self.press(places, part, crash=0)
        for session_id in [session for session in self.stripe.sessions if session not in known]:
            RAN["paid"] += 1
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card")
                said = self.stripe.event("checkout.session.completed", session_id, f"evt_{session_id}_completed")
            if told:
                self.do(lambda said=said: self.receive(said), crash)  # type: ignore[misc]  # said is bound
                self.do(jobs.run_due, crash)

    def pay(self, which: int, otherwise: int | None) -> None:
        """Until the time is up, as at the gateway itself; now and then another amount arrives."""
        if session_id := self.session(which, "open"):
            RAN["paid another amount" if otherwise else "paid"] += 1
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card", amount=otherwise)

    def pay_too_late(self, which: int) -> None:
        """It had expired, and the money came all the same."""
        if session_id := self.session(which, "expired"):
            RAN["paid too late"] += 1
            with clock.stopped(self.now):
                self.stripe.pay(session_id, "card")

    def decline(self, which: int) -> None:
        if session_id := self.session(which, "open"):
            RAN["declined"] += 1
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
        RAN["message kept" if GatewayEvent.objects.count() > known else "message repeated"] += 1

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
        RAN["dispute lost" if status == "lost" else "disputed"] += 1
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
        RAN["swept"] += 1
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
                RAN["booked in part" if part else "booked"] += 1
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
            RAN["refunded"] += 1
            amount = min(most, Decimal("10.00")) if part else most
            self.do(lambda: refunds.ask(payment, amount=amount, reason="x", by=self.clerk), crash)

    def decide_a_refund(self, which: int, yes: bool, crash: int) -> None:
        waiting = list(Refund.objects.filter(state=Refund.State.ASKED).order_by("pk"))
        if waiting:
            RAN["approved"] += yes
            deed = refunds.approve if yes else refunds.refuse
            self.do(lambda: deed(waiting[which % len(waiting)], by=self.second), crash)

    def keep_on_account(self, which: int, crash: int) -> None:
        """A clerk decides about money that was held."""
        if waiting := [payment for payment in self.payments() if payment.is_held_for_clerk]:
            RAN["held"] += 1
            payment = waiting[which % len(waiting)]
            RAN["kept on account"] += held.may_accept(payment)
            with suppress(held.CannotAccept):
                self.do(lambda: held.accept_on_account(payment, by=self.clerk), crash)

    def pay_out(self, crash: int) -> None:
        """The gateway sends what it has to the bank, and we read of it."""
        if any("payout" not in line for line in self.stripe.balance):
            RAN["paid out"] += 1
            with clock.stopped(self.now):
                self.stripe.pay_out()
        self.do(tasks.read_payouts, crash)

    # Backups

    def back_up(self) -> None:
        self.kept = transaction.savepoint()

    def restore(self) -> None:
        """The database is lost, and put back as it was at the last backup. The gateway and billing know better."""
        RAN["restored"] += 1
        transaction.savepoint_rollback(self.kept)

    # What always holds

    def every_grosz_lies_in_one_place(self) -> None:
        for payment in self.payments():
            if payment.received is not None:
                lies = where_it_lies(payment, transit.booked_amount(payment.transit))
                assert lies.difference == ZERO, (payment, lies)
                assert min(vars(lies).values()) >= ZERO, (payment, lies)

    def nothing_is_settled_twice(self) -> None:
        gone = (Payment.State.REFUNDED, Payment.State.CHARGED_BACK)
        for item in OpenItem.objects.all():
            settled = TransitPart.objects.filter(
                item=item, transit__state__in=(Transit.State.PAID, Transit.State.BOOKED)
            ).exclude(transit__payment__state__in=gone)
            total = settled.aggregate(total=Sum("amount"))["total"] or ZERO
            assert total <= item.amount, (item, total)

    def the_billing_system_is_told_what_is_left_and_no_more(self) -> None:
        """Reckoned from what it was told and from nothing of the payment's own."""
        for payment in self.payments():
            facts = OutboxFact.objects.filter(about__startswith=f"payment:{payment.transit.reference}")
            told = [(fact.kind, Decimal(fact.values["amount"])) for fact in facts]
            came = [amount for kind, amount in told if kind == "payment"]
            left_again = sum((amount for kind, amount in told if kind != "payment"), ZERO)
            assert len(came) <= 1, told
            if came:
                assert came[0] - left_again == payment.left, (payment, told)
            elif payment.received is not None:
                assert payment.is_held_for_clerk or payment.left == 0, payment

    def what_is_held_is_a_clerks_task_and_nothing_else_is(self) -> None:
        tasks_of = set(Task.objects.filter(kind=actions.HELD, state="open").values_list("about", flat=True))
        assert tasks_of == {f"payment:{one.public_id}" for one in self.payments() if one.is_held_for_clerk}

    def no_more_goes_back_than_came(self) -> None:
        for intent in self.stripe.intents.values():
            charge = intent["latest_charge"]
            assert not charge or charge["amount_refunded"] <= charge["amount"]

    def all_agree_at_last(self) -> None:
        """When all that waits has been done, states and amounts agree with the gateway's own."""
        self.now += timedelta(hours=1)
        with clock.stopped(self.now):
            self.stripe.pay_out()
        for _ in range(2):
            self.deliver(crash=0)
            self.sweep(crash=0)
            self.do(tasks.reconcile)
            self.do(tasks.look_back)
            self.do(jobs.run_due)
            self.do(tasks.read_payouts)
            self.now += timedelta(minutes=10)
        known = {str(payment.public_id): payment for payment in self.payments()}
        received = 0
        for session in self.stripe.sessions.values():
            payment = known.pop(session["client_reference_id"], None)
            is_paid = session["payment_status"] == "paid"
            if payment is None:
                assert not is_paid, session
                continue
            assert (payment.state in PAID) is is_paid, (payment, session["status"])
            assert not payment.is_waiting
            if is_paid:
                charge = self.stripe.intents[session["payment_intent"]]["latest_charge"]
                received += charge["amount"]
                self.agrees(payment, charge)
        assert not any(payment.state in PAID for payment in known.values())
        lying = [where_it_lies(one, transit.booked_amount(one.transit)) for one in self.payments() if one.received]
        assert sum(money.to_grosze(one.received) for one in lying) == received
        assert not Refund.objects.filter(state=Refund.State.SENDING).exists()
        self.all_of_it_is_at_the_bank()

    def agrees(self, payment: Payment, charge: dict[str, Any]) -> None:
        """To the grosz with what the gateway says of it."""
        mine = [one for one in self.stripe.disputes if one["payment_intent"] == charge["payment_intent"]]
        lost = sum(one["amount"] for one in mine if one["status"] == "lost")
        assert money.to_grosze(payment.received or ZERO) == charge["amount"], payment
        assert money.to_grosze(payment.refunded) == charge["amount_refunded"], payment
        assert money.to_grosze(payment.charged_back) == lost, payment
        assert (payment.state == Payment.State.CHARGED_BACK) is bool(lost), payment
        assert (payment.state == Payment.State.DISPUTED) is any(one["status"] == "needs_response" for one in mine)

    def all_of_it_is_at_the_bank(self) -> None:
        sent = sum(one["amount"] for one in self.stripe.payouts)
        assert sum(money.to_grosze(one.amount) for one in Payout.objects.all()) == sent
        assert not PayoutLine.objects.exclude(trouble="").exists()
        assert not Task.objects.filter(kind__in=(payouts.DIFFERS, reconciliation.DIFFERS), state="open").exists()
        charges = PayoutLine.objects.filter(kind="charge").aggregate(total=Sum("amount"))["total"] or ZERO
        assert charges == sum((one.received or ZERO for one in self.payments()), ZERO)


@pytest.fixture
def stripe_beside(fake_stripe: FakeStripe, settings: Any) -> FakeStripe:
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    return fake_stripe


@pytest.mark.long
@pytest.mark.django_db
def test_in_any_order_and_after_any_crash_every_grosz_lies_in_one_place(stripe_beside: FakeStripe):
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values=SECOND_LOOK)
    forget()
    RAN.clear()
    for number in range(EXAMPLES):
        paying = Paying(stripe_beside)
        chance = random.Random(SEED + number)  # noqa: S311 - chance, not secrecy
        paying.begin()
        try:
            for _step in range(STEPS):
                paying.step(chance)
                paying.what_always_holds()
            paying.all_agree_at_last()
        except Exception as fault:
            fault.add_note(f"EBOK_SEED={SEED + number} EBOK_STEPS={STEPS} after:\n" + "\n".join(paying.trail[-40:]))
            raise
        finally:
            transaction.savepoint_rollback(paying.start)
    sys.stdout.write(f"\nOn {connection.vendor}: {dict(RAN.most_common())}\n")
    if RAN["steps"] < 2000:
        return  # asked for by EBOK_STEPS, to look at one seed
    assert {what: RAN[what] for what, least in MUST_HAPPEN.items() if RAN[what] < least} == {}
