"""Work done later: in the transaction that asked, again after a fault, and after a killed worker."""

from datetime import time, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal import clock, jobs
from portal.desk.models import Task
from tests.factories import moment

pytestmark = pytest.mark.django_db


def leave_a_task(number: int) -> None:
    Task.objects.create(kind="job", about=str(number), title="Left by a job", opened_at=clock.now())


def fail(_number: int) -> None:
    msg = "This job fails."
    raise RuntimeError(msg)


LEAVE = f"{__name__}.leave_a_task"
FAIL = f"{__name__}.fail"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests are imported by path, so a dotted name of this module is not found otherwise.
    import sys  # noqa: PLC0415 - one use

    monkeypatch.setitem(sys.modules, __name__, sys.modules[leave_a_task.__module__])


def test_a_job_asked_for_is_done() -> None:
    jobs.later(LEAVE, 7)

    assert jobs.run_due() == 1
    assert Task.objects.get(kind="job").about == "7"


def test_a_job_of_a_transaction_that_failed_is_never_done() -> None:
    with transaction.atomic():
        jobs.later(LEAVE, 7)
        transaction.set_rollback(True)

    assert jobs.run_due() == 0


def test_a_job_for_later_waits() -> None:
    jobs.later(LEAVE, 7, wait=timedelta(hours=1))

    assert jobs.run_due() == 0
    assert jobs.run_due(and_deferred=True) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_asks_again_for_a_job_that_failed() -> None:
    jobs.later(FAIL, 7)

    call_command("worker", once=True)

    failed = DBTaskResult.objects.get(status=TaskResultStatus.FAILED)
    again = DBTaskResult.objects.get(status=TaskResultStatus.READY)
    assert failed.args_kwargs["kwargs"]["attempt"] == 1
    assert again.args_kwargs["kwargs"]["attempt"] == 2
    assert again.run_after > clock.true_now()


def test_the_work_of_a_killed_worker_is_asked_for_again() -> None:
    jobs.later(LEAVE, 7)
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=clock.true_now() - timedelta(minutes=5))

    assert jobs.reap() == 1
    assert jobs.run_due() == 1


def test_the_work_of_a_living_worker_is_left_alone() -> None:
    jobs.later(LEAVE, 7)
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=clock.true_now() - timedelta(minutes=5))
    row = DBTaskResult.objects.get()

    with jobs.lease(f"task:{row.pk}"):
        assert jobs.reap() == 0


def test_a_lease_is_held_by_one() -> None:
    with jobs.lease("import"), pytest.raises(jobs.Busy) as refusal, jobs.lease("import"):
        pass

    assert str(refusal.value).endswith(".")


def test_a_lease_whose_holder_died_can_be_taken() -> None:
    jobs.Lease.objects.create(name="import", holder="dead", until=clock.true_now() - timedelta(seconds=1))

    with jobs.lease("import"):
        assert jobs.Lease.objects.get(name="import").holder != "dead"


@pytest.mark.parametrize(
    ("last", "now", "is_due"),
    [
        (None, "2026-11-20 10:00", True),
        ("2026-11-20 02:00", "2026-11-20 10:00", False),
        ("2026-11-19 02:00", "2026-11-20 01:59", False),
        ("2026-11-19 02:00", "2026-11-20 02:00", True),
        ("2026-11-15 02:00", "2026-11-20 10:00", True),  # five missed nights are caught up once
    ],
)
def test_a_daily_job_is_due_once_a_day(last: str | None, now: str, is_due: bool) -> None:
    entry = jobs.Periodic("nightly", None, time(2, 0))

    assert entry.is_due(moment(last) if last else None, moment(now)) is is_due


def test_the_schedule_asks_once_for_what_is_due() -> None:
    first = jobs.run_schedule()
    second = jobs.run_schedule()

    assert "portal.jobs.reap" in first
    assert second == []
