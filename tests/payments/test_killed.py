"""Site, worker and scheduler as processes of their own, killed at random while twenty people pay: nothing lost, nothing twice.

PostgreSQL only. The ordinary run kills a few times; `make killed` kills fifty times (EBOK_KILLS, EBOK_KILL_SEED).
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum
from django.test import Client

from payments import tasks
from payments.models import GatewayEvent, Payment
from payments.policies import PAID
from payments.reconciliation import where_it_lies
from portal import clock, jobs, money
from portal.billing import transit
from portal.billing.models import OpenItem, Transit, TransitPart
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.outbox.models import OutboxFact
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET, FakeStripe

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"],
        reason="SQLite lets one writer in at a time; processes that fight for a database are an installation's.",
    ),
]

TOP = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("EBOK_KILLS", "6"))
SEED = int(os.environ.get("EBOK_KILL_SEED", "1"))
PAYERS, BILLS = 20, 4
PAUSE = (0.3, 3.0)  # seconds between two kills
PATIENCE = 120  # seconds for a process to come up


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Processes:
    """What an installation runs, each in a group of its own, so that a kill takes all of it at once."""

    environment: dict[str, str]
    logs: Path
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def commands(self) -> dict[str, list[str]]:
        manage = [sys.executable, "manage.py"]
        site = ["-m", "gunicorn", "ebok.wsgi", "--pythonpath", "site", "--bind", f"127.0.0.1:{self.port}"]
        return {
            "site": [
                sys.executable,
                *site,
                "--worker-class",
                "gthread",
                "--workers",
                "2",
                "--threads",
                "4",
                "--preload",
            ],
            "worker": [*manage, "worker", "--interval", "0.1"],
            "scheduler": [*manage, "scheduler", "--interval", "1"],
        }

    def start(self, name: str) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.commands()[name], cwd=TOP, env=self.environment, start_new_session=True, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        process = self.running[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_one_of_the_site(self, chance: random.Random) -> None:
        """One of gunicorn's own processes in the middle of its requests; gunicorn starts another."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.running["site"].pid)], capture_output=True, text=True, check=False
        )
        children = [int(line) for line in found.stdout.split()]
        with suppress(ProcessLookupError):
            if children:
                os.kill(chance.choice(children), signal.SIGKILL)

    def wait_for_the_site(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)
        pytest.fail("The site did not come up.")


@pytest.fixture
def true_time() -> Iterator[None]:
    """The processes live in the true time, so the test does too."""
    shift = clock._shift
    clock.start_at(None)
    yield
    clock._shift = shift


@pytest.fixture
def people(true_time: None) -> list[tuple[str, str]]:
    """Who pays: a customer's public id and the cookie of its owner. They are there before the processes are."""
    found = []
    for _ in range(PAYERS):
        customer = factories.make_customer()
        owner = factories.make_owner(customer)
        for _bill in range(BILLS):
            factories.make_charge(customer, "1000.00")
        client = Client()
        client.force_login(owner)
        found.append((str(customer.public_id), client.cookies[settings.SESSION_COOKIE_NAME].value))
    return found


@pytest.fixture
def processes(fake_stripe: FakeStripe, people: list[tuple[str, str]], tmp_path: Path) -> Iterator[Processes]:
    address = urlsplit(os.environ["EBOK_TEST_DATABASE_URL"])
    started = Processes(
        os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.payments.killed_settings",
            "PYTHONPATH": f"{TOP}{os.pathsep}{TOP / 'site'}",
            "EBOK_TEST_DATABASE_URL": address._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
            "STRIPE_API_BASE": fake_stripe.url,
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        },
        tmp_path,
    )
    for name in started.commands():
        started.start(name)
    started.wait_for_the_site()
    yield started
    for name in started.running:
        started.kill(name)


@dataclass
class Payer:
    """One person with bills and a browser, who tries again when the page does not come."""

    site: str
    stripe: FakeStripe
    cookie: str
    customer: str
    chance: random.Random
    stop: threading.Event
    deeds: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def live(self) -> None:
        try:
            while not self.stop.is_set():
                self.pay_once()
        except Exception as fault:  # noqa: BLE001 - told by the test, not by a thread that ends in silence
            self.faults.append(repr(fault))

    def again_and_again(self, ask: Callable[[], requests.Response]) -> requests.Response | None:
        """As a person does whose page does not load: the same once more."""
        while not self.stop.is_set():
            try:
                answer = ask()
            except requests.RequestException as fault:
                self.deeds[f"no answer: {type(fault).__name__}"] += 1
            else:
                if answer.status_code < 500:
                    return answer
                self.deeds["a fault"] += 1
            self.stop.wait(0.3)
        return None

    def pay_once(self) -> None:
        # A browser of its own each time: connections that died with the site are nobody's to keep.
        with requests.Session() as browser:
            browser.trust_env = False
            browser.cookies.set("sessionid", self.cookie)
            chosen = self.again_and_again(
                lambda: browser.get(f"{self.site}/platnosci/zaplac/?k={self.customer}", timeout=20)
            )
            form = dict(
                re.findall(r'name="(csrfmiddlewaretoken|press|seen|k)" value="([^"]*)"', chosen.text if chosen else "")
            )
            items = re.findall(r'name="item" value="([^"]*)"', chosen.text if chosen else "")
            if not items:
                self.stop.wait(0.5)
                return
            some = self.chance.sample(items, 1)
            address = f"{self.site}/platnosci/zaplac/"
            amounts = {f"amount_{one}": "10,00" for one in some}
            posted = {**form, "item": some, "seen": "10.00", **amounts}
            headers = {"Referer": address}
            pressed = self.again_and_again(
                lambda: browser.post(address, data=posted, headers=headers, allow_redirects=False, timeout=20)
            )
            self.deeds["pressed"] += 1
        if pressed is not None and pressed.status_code == 302:
            self.at_the_gateway(pressed.headers["Location"])
        elif pressed is not None:
            self.deeds[f"answer {pressed.status_code}"] += 1

    def at_the_gateway(self, address: str) -> None:
        session_id = address.rpartition("/")[2]
        if session_id not in self.stripe.sessions:
            self.deeds["no page to pay on"] += 1
            return
        with self.stripe.lock:
            if self.stripe.sessions[session_id]["status"] != "open":
                return
            if self.chance.random() < 0.15:
                self.stripe.fail(session_id)
                self.deeds["declined"] += 1
            else:
                self.stripe.pay(session_id)
                self.deeds["paid"] += 1
            said = self.stripe.event("checkout.session.completed", session_id, f"evt_{session_id}")
        times = self.chance.choice([0, 1, 1, 1, 2, 3])  # some messages never come, some come again
        body, headers = said
        with requests.Session() as gateway:
            gateway.trust_env = False
            for _ in range(times):
                self.again_and_again(
                    lambda: gateway.post(
                        f"{self.site}/platnosci/webhook/stripe/", data=body, headers=headers, timeout=20
                    )
                )


@pytest.fixture
def payers(processes: Processes, people: list[tuple[str, str]], fake_stripe: FakeStripe) -> Iterator[list[Payer]]:
    stop = threading.Event()
    site = f"http://127.0.0.1:{processes.port}"
    yield [
        Payer(site, fake_stripe, cookie, customer, random.Random(SEED * 1000 + number), stop)  # noqa: S311 - chance, not secrecy
        for number, (customer, cookie) in enumerate(people)
    ]
    stop.set()


@pytest.mark.long
def test_killed_at_random_under_twenty_payers_nothing_is_lost_and_nothing_counts_twice(
    processes: Processes, payers: list[Payer], fake_stripe: FakeStripe, settings: Any
) -> None:
    threads = [threading.Thread(target=payer.live, daemon=True) for payer in payers]
    for thread in threads:
        thread.start()
    chance, begun = random.Random(SEED), time.monotonic()  # noqa: S311 - the same
    until_some_more_have_paid(fake_stripe)
    for _ in range(KILLS):
        # On a slow machine too people pay between two kills, else nothing would be shown.
        until_some_more_have_paid(fake_stripe, 1)
        time.sleep(chance.uniform(*PAUSE))
        victim = chance.choice(["site", "one of the site", "one of the site", "worker", "worker", "scheduler"])
        processes.killed[victim] += 1
        if victim == "one of the site":
            processes.kill_one_of_the_site(chance)
            continue
        processes.kill(victim)
        processes.start(victim)
        if victim == "site":
            processes.wait_for_the_site()
    until_some_more_have_paid(fake_stripe)
    payers[0].stop.set()
    for thread in threads:
        thread.join(60)
    for name in processes.running:
        processes.kill(name)
    took = time.monotonic() - begun

    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    when_all_that_waits_is_done()
    deeds = sum((payer.deeds for payer in payers), Counter())
    paid = paid_at(fake_stripe)
    sys.stdout.write(
        f"\n{KILLS} kills in {took:.0f} s {dict(processes.killed)}; {paid} payments of {PAYERS} payers; {dict(deeds)}; "
        f"{GatewayEvent.objects.count()} messages kept\n"
    )

    assert [payer.faults for payer in payers if payer.faults] == []
    assert paid >= KILLS, deeds
    nothing_is_lost(fake_stripe)
    nothing_counts_twice()


def paid_at(stripe: FakeStripe) -> int:
    return sum(session["payment_status"] == "paid" for session in list(stripe.sessions.values()))


def until_some_more_have_paid(stripe: FakeStripe, more: int = 5) -> None:
    """The site lives, and people pay on it."""
    enough, end = paid_at(stripe) + more, time.monotonic() + PATIENCE
    while paid_at(stripe) < enough:
        assert time.monotonic() < end, "Nobody could pay for two minutes."
        time.sleep(0.2)


def when_all_that_waits_is_done() -> None:
    """An hour later, with workers that live: the sweep, the comparison, and every job."""
    with clock.stopped(clock.now() + timedelta(hours=1)):
        for _ in range(2):
            tasks.sweep()
            tasks.reconcile()
            jobs.run_due(and_deferred=True)


def nothing_is_lost(stripe: FakeStripe) -> None:
    known = {payment.session_id: payment for payment in Payment.objects.select_related("transit")}
    for session_id, session in stripe.sessions.items():
        payment = known.get(session_id)
        if session["payment_status"] != "paid":
            assert payment is None or payment.state not in PAID
            continue
        received = stripe.intents[session["payment_intent"]]["amount_received"]
        assert payment is not None, session_id
        assert (payment.state, money.to_grosze(payment.received or Decimal(0))) == ("succeeded", received), payment
        lies = where_it_lies(payment, transit.booked_amount(payment.transit))
        assert lies.difference == 0, (payment, lies)
    assert not [payment for payment in known.values() if payment.is_waiting]
    in_paid_states = Payment.objects.filter(state__in=PAID).count()
    assert in_paid_states == paid_at(stripe)


def nothing_counts_twice() -> None:
    settled = Payment.objects.filter(transit__state=Transit.State.PAID)
    facts = OutboxFact.objects.filter(kind="payment")
    assert facts.count() == facts.values("about").distinct().count() == settled.count()
    told = sum(Decimal(fact.values["amount"]) for fact in facts)
    assert told == settled.aggregate(total=Sum("amount"))["total"]
    for deed in ("payment_succeeded",):
        lines = AuditLine.objects.filter(deed=deed).values("about").annotate(count=Count("pk"))
        assert {line["count"] for line in lines} == {1}
    letters = Delivery.objects.filter(message="payment_succeeded").values("about").annotate(count=Count("pk"))
    assert {letter["count"] for letter in letters} == {1}
    for item in OpenItem.objects.all():
        parts = TransitPart.objects.filter(item=item, transit__state=Transit.State.PAID)
        assert (parts.aggregate(total=Sum("amount"))["total"] or Decimal(0)) <= item.amount
