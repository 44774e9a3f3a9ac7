"""Letters an hour: worker processes and a mail server on this machine, everything real but the road."""

import os
import time

import pytest
from django.db import transaction

from portal.notifications.actions import send
from portal.notifications.models import Delivery
from tests.mail_server import mail_server
from tests.worker_process import wait_until, worker

LETTERS = int(os.environ.get("EBOK_BENCH_LETTERS", "3000"))
PLANNED = 50_000  # an hour


@pytest.mark.parametrize("workers", [1, 2])
def test_letters_an_hour(transactional_db, workers):
    with transaction.atomic():
        for number in range(LETTERS):
            send("password_changed", to=f"osoba{number}@example.pl", about="bench:1")
    with mail_server() as server:
        running = [worker(server) for _ in range(workers)]
        try:
            wait_until(lambda: len(server.taken) >= 10)  # the processes have started
            began, before = time.perf_counter(), len(server.taken)
            wait_until(lambda: not Delivery.objects.filter(state__in=["queued", "claimed"]).exists(), patience=600)
            rate = (len(server.taken) - before) / (time.perf_counter() - began)
        finally:
            for process in running:
                process.kill()
                process.wait()
    print(f"\nletters: {rate:.0f} a second with {workers} worker(s), {rate * 3600:,.0f} an hour; planned {PLANNED:,}")
    assert len(set(server.taken)) == LETTERS
    assert rate * 3600 >= PLANNED
