"""Two real worker processes write and send letters by a real mail server, and one of them is killed half-way."""

import os
from datetime import timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from portal import clock, jobs
from portal.desk.models import Task
from portal.notifications.actions import send
from portal.notifications.models import Delivery
from tests.factories import make_charge, make_customer, make_owner
from tests.mail_server import MailServer, mail_server
from tests.worker_process import wait_until, worker

LETTERS = int(os.environ.get("EBOK_TEST_LETTERS", "200"))


def ended() -> bool:
    return not Delivery.objects.filter(state__in=["queued", "claimed"]).exists()


def kill_one_half_way(server: MailServer, letters: int) -> None:
    """Two workers begin; one is killed in the midst of it, time passes, the other goes on to the end."""
    doomed, other = worker(server), worker(server)
    try:
        wait_until(lambda: len(server.taken) >= letters // 2)
        doomed.kill()
        doomed.wait()
        # The dead one may have taken a job and not yet its letter: that one is queued until the job is given back.
        wait_until(lambda: not DBTaskResult.objects.filter(status="READY").exists())
        _let_time_pass()
        jobs.reap()
        wait_until(lambda: Delivery.objects.count() == letters and ended())
    finally:
        for process in (doomed, other):
            process.kill()
            process.wait()


@pytest.mark.long
def test_every_new_invoice_is_written_about_once_though_a_worker_is_killed(transactional_db):
    today = clock.true_now().date()  # the workers live by the true time, and an old invoice is no news
    with transaction.atomic():
        for number in range(LETTERS):
            customer = make_customer(number=f"{number:06d}")
            make_owner(customer, email=f"osoba{number}@example.pl")
            days = {"issued_on": today, "due_on": today + timedelta(days=14)}
            make_charge(customer, "135.38", number=f"{number:06d}/11/2026", **days)
        jobs.later("portal.billing.tasks.announce_new")
    with mail_server(slowness=0.001) as server:
        kill_one_half_way(server, LETTERS)
    rows = Delivery.objects.values_list("message_id", "recipient", "state", "attempts")
    assert len({row[0] for row in rows}) == len({row[1] for row in rows}) == len(rows) == LETTERS
    assert all(attempts >= 1 for *_row, attempts in rows), "claimed before it is sent"
    unsure = {row[0] for row in rows if row[2] == "unsure"}
    assert {row[2] for row in rows} <= {"sent", "unsure"}
    assert Task.objects.filter(kind="mail_unsure").count() == len(unsure), "a clerk decides of what was caught"
    assert set(server.taken) | unsure == {row[0] for row in rows}
    assert len(server.taken) == len(set(server.taken)), "no letter left twice"


def test_what_must_arrive_goes_again_under_the_same_message_id(transactional_db):
    with transaction.atomic():
        for number in range(LETTERS):
            send("password_changed", to=f"osoba{number}@example.pl", about="test:1")
    with mail_server(slowness=0.005) as server:
        kill_one_half_way(server, LETTERS)
    rows = Delivery.objects.values_list("message_id", "state")
    assert {state for _id, state in rows} == {"sent"}
    assert set(server.taken) == {message_id for message_id, _state in rows}
    assert len(server.taken) - len(set(server.taken)) <= 1, "only what was caught may arrive twice, as one letter"


def _let_time_pass() -> None:
    """Eleven minutes: claims and leases of a worker that died have run out."""
    earlier = clock.true_now() - timedelta(minutes=11)
    Delivery.objects.filter(state="claimed").update(claimed_at=earlier)
    DBTaskResult.objects.filter(status="RUNNING").update(started_at=earlier)
    jobs.Lease.objects.filter(name__startswith="task:").update(until=earlier)
