"""Thousands of random steps of payers, the gateway, crashes, clerks, the import and restored databases.

The deeds are in `paying.py`, what always holds in `promises.py`; here is how often each deed is taken, and how often it must
have had an effect.
"""

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction

from portal import clock
from portal.utility.models import RuleRecord
from portal.utility.rulebook import forget
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe
from tests.payments import promises
from tests.payments.paying import Paying

# At least two thousand steps in the ordinary run; EBOK_STEPS asks for more.
STEPS = 50
SEED = int(os.environ.get("EBOK_SEED", "1"))
EXAMPLES = max(1, int(os.environ.get("EBOK_STEPS", "2200")) // STEPS)
PARTS = 4  # tests of their own: they share the cores, and a transaction of thousands of steps is slow on PostgreSQL
SECOND_LOOK = {"four_eyes_above": "5.00"}  # złoty
# What has had an effect, not what was tried; each must have happened so often in all parts together.
MUST_HAPPEN = {
    "steps": 2000,
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
    "came back": 5,
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
    "pay out": (2, lambda one, by: one.pay_out(by.crash) if by.other % 3 else one.send_back(by.which, by.crash)),
    "back up": (2, lambda one, by: one.back_up()),
    "restore": (1, lambda one, by: one.restore()),
}
WEIGHED = [name for name, (weight, _deed) in DEEDS.items() for _ in range(weight)]


def step(paying: Paying, chance: random.Random) -> None:
    name = chance.choice(WEIGHED)
    crash = chance.choice([0, 0, chance.randint(1, 30)])
    by = Chance(chance.randint(0, 20), chance.randint(0, 20), chance.random() < 0.5, crash)
    paying.trail.append(f"{name} {by}")
    DEEDS[name][1](paying, by)
    paying.ran["steps"] += 1


def in_all_parts(folders: pytest.TempPathFactory, part: int, ran: Counter[str]) -> Counter[str]:
    """What has happened in all of them, asked by whichever ends last, in whatever process; empty before that."""
    shared = folders.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else folders.getbasetemp()
    (shared / f"steps-of-part-{part}.json").write_text(json.dumps(ran))
    told = [Counter(json.loads(one.read_text())) for one in shared.glob("steps-of-part-*.json")]
    return sum(told, Counter()) if len(told) == PARTS else Counter()


@pytest.fixture
def stripe_beside(fake_stripe: FakeStripe, settings: Any) -> FakeStripe:
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    return fake_stripe


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db
def test_in_any_order_and_after_any_crash_every_grosz_lies_in_one_place(
    stripe_beside: FakeStripe, part: int, tmp_path_factory: pytest.TempPathFactory
):
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values=SECOND_LOOK)
    forget()
    ran: Counter[str] = Counter()
    for number in range(part, EXAMPLES, PARTS):
        paying = Paying(stripe_beside, ran)
        chance = random.Random(SEED + number)  # noqa: S311 - chance, not secrecy
        paying.begin()
        try:
            for _step in range(STEPS):
                step(paying, chance)
                promises.what_always_holds(paying)
            promises.all_agree_at_last(paying)
        except Exception as fault:
            fault.add_note(f"EBOK_SEED={SEED + number} EBOK_STEPS={STEPS} after:\n" + "\n".join(paying.trail[-40:]))
            raise
        finally:
            transaction.savepoint_rollback(paying.start)
    sys.stdout.write(f"\nOn {connection.vendor}: {dict(ran.most_common())}\n")
    all_of_it = in_all_parts(tmp_path_factory, part, ran)
    if all_of_it and MUST_HAPPEN["steps"] <= EXAMPLES * STEPS:
        assert {what: all_of_it[what] for what, least in MUST_HAPPEN.items() if all_of_it[what] < least} == {}
