"""Work done later: asked for in the deed's own transaction, retried with back-off, never lost with a killed worker.

django-tasks keeps the queue and runs it. Added here: a job named by its dotted path and given ids only, retries,
leases with a heartbeat, a reaper for the tasks of a killed worker, and a schedule that catches up once.
"""

import importlib
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django_tasks import TaskContext, TaskResultStatus, task

from portal import clock

log = logging.getLogger("portal.jobs")

ATTEMPTS = 6
FIRST_WAIT = timedelta(seconds=10)
LEASE_SECONDS = 60
HEARTBEAT_SECONDS = 15


class Busy(Exception):
    """Another process is doing this now. Wait until it has finished."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class Lease(models.Model):
    """The sole right to do something, kept alive by its holder's heartbeat."""

    name = models.CharField(max_length=100, primary_key=True)
    holder = models.CharField(max_length=100)
    until = models.DateTimeField()

    class Meta:
        app_label = "portal"

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class ScheduledRun(models.Model):
    """When a periodic job last ran."""

    name = models.CharField(max_length=120, primary_key=True)
    last_run_at = models.DateTimeField()

    class Meta:
        app_label = "portal"

    def __str__(self) -> str:
        return self.name


# Asking for work


def later(name: str, *ids: int | str, wait: timedelta | None = None, queue: str = "default") -> None:
    """Run `name` (a dotted path) with these ids after the transaction, or after a while."""
    _enqueue(name, list(ids), attempt=1, wait=wait, queue=queue)


def _enqueue(name: str, ids: list[int | str], *, attempt: int, wait: timedelta | None, queue: str) -> None:
    # The queue's own clock is the true one, whatever day a demo pretends.
    run_after = clock.true_now() + wait if wait else None
    run.using(queue_name=queue, run_after=run_after).enqueue(name=name, ids=ids, attempt=attempt)


@task(takes_context=True)
def run(context: TaskContext, name: str, ids: list[int | str], attempt: int) -> None:
    """Run one job under a lease; on a fault ask for it again, later each time, up to ATTEMPTS times."""
    with lease(f"task:{context.task_result.id}"):
        try:
            resolve(name)(*ids)
        except Exception:
            if attempt < ATTEMPTS:
                wait = FIRST_WAIT * 4 ** (attempt - 1)
                _enqueue(name, ids, attempt=attempt + 1, wait=wait, queue=context.task_result.task.queue_name)
                log.warning("Job %s failed at attempt %s; tried again in %s.", name, attempt, wait)
            else:
                log.exception("Job %s failed at its last attempt.", name)
            raise


def resolve(name: str) -> Callable[..., object]:
    """The function behind a dotted path."""
    module, _, function = name.rpartition(".")
    found: Callable[..., object] = getattr(importlib.import_module(module), function)
    return found


# Leases


@contextmanager
def lease(name: str) -> Iterator[None]:
    """Hold the sole right to do `name`. Raises Busy when another process holds it and is alive."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    _take(name, holder)
    stop = threading.Event()
    # A test's connection lives in one thread and one transaction, where a heartbeat could not write.
    beat = (
        None if connection.in_atomic_block else threading.Thread(target=_beat, args=(name, holder, stop), daemon=True)
    )
    if beat:
        beat.start()
    try:
        yield
    finally:
        stop.set()
        if beat:
            beat.join()
        Lease.objects.filter(name=name, holder=holder).delete()


def _take(name: str, holder: str) -> None:
    moment = clock.true_now()
    until = moment + timedelta(seconds=LEASE_SECONDS)
    if Lease.objects.filter(name=name, until__lt=moment).update(holder=holder, until=until):
        return
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, until=until)
    except IntegrityError:
        raise Busy from None


def _beat(name: str, holder: str, stop: threading.Event) -> None:
    try:
        while not stop.wait(HEARTBEAT_SECONDS):
            until = clock.true_now() + timedelta(seconds=LEASE_SECONDS)
            try:
                Lease.objects.filter(name=name, holder=holder).update(until=until)
            except DatabaseError as fault:
                # A long merge on SQLite keeps everybody from writing, this heart and its rivals alike.
                log.info("The lease %s could not be renewed just now: %s", name, fault)
    finally:
        connection.close()


# Killed workers


def reap() -> int:
    """Ask again for the work of workers that died: running tasks whose lease is no longer kept alive."""
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 - models need the registry

    moment = clock.true_now()
    alive = set(Lease.objects.filter(name__startswith="task:", until__gte=moment).values_list("name", flat=True))
    dead = 0
    started_before = moment - timedelta(seconds=LEASE_SECONDS)
    for row in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=started_before):
        if f"task:{row.pk}" in alive:
            continue
        with transaction.atomic():
            taken = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.READY
            )
        dead += taken
    Lease.objects.filter(until__lt=moment - timedelta(days=1)).delete()
    return dead


# The schedule


@dataclass(frozen=True)
class Periodic:
    name: str
    every: timedelta | None
    daily_at: time | None

    def is_due(self, last: datetime | None, moment: datetime) -> bool:
        """Whether it should run now; what was missed while nothing ran is caught up once."""
        if last is None:
            return True
        if self.every is not None:
            return moment - last >= self.every
        if self.daily_at is None:
            return False
        planned = clock.at(moment.date(), self.daily_at.hour, self.daily_at.minute)
        if planned > moment:
            planned -= timedelta(days=1)
        return last < planned


_schedule: dict[str, Periodic] = {}


def periodic(name: str, *, every: timedelta | None = None, daily_at: time | None = None) -> None:
    """Let the scheduler run a job every so often, or each day at an hour in Warsaw. Called from a room's apps.py."""
    _schedule[name] = Periodic(name, every, daily_at)


def schedule() -> list[Periodic]:
    return list(_schedule.values())


def run_schedule() -> list[str]:
    """Enqueue what is due; returns the names. One scheduler process calls it every few seconds."""
    last = dict(ScheduledRun.objects.values_list("name", "last_run_at"))
    moment = clock.now()
    due = [entry.name for entry in schedule() if entry.is_due(last.get(entry.name), moment)]
    for name in due:
        with transaction.atomic():
            ScheduledRun.objects.update_or_create(name=name, defaults={"last_run_at": moment})
            later(name)
    return due


# For tests and single-process tools


def run_due(*, and_deferred: bool = False) -> int:
    """Do all the work that waits, here and now, and raise what fails; returns how many jobs ran."""
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 - models need the registry

    done = 0
    while True:
        waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
        row = (waiting if and_deferred else waiting.filter(pk__in=DBTaskResult.objects.ready().values("pk"))).first()
        if row is None:
            return done
        arguments: dict[str, Any] = row.args_kwargs["kwargs"]
        row.status = TaskResultStatus.SUCCESSFUL
        row.save(update_fields=["status"])
        if row.task_path == run.module_path:
            resolve(arguments["name"])(*arguments["ids"])
        else:  # a library's own, such as Wagtail's index of references
            row.task.func(*row.args_kwargs["args"], **arguments)
        done += 1
