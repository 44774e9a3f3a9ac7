"""Opening and closing clerks' tasks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from portal import clock, jobs
from portal.desk import kinds
from portal.desk.models import Task
from portal.desk.reports import Report, takers

AT_A_TIME = 1_000


def open_task(kind: str, *, about: str, title: str, body: str = "", customer: UUID | None = None) -> Task:
    """A task about a thing, opened once: a second call while it is open refreshes its words."""
    task, is_new = Task.objects.get_or_create(
        kind=kind,
        about=about,
        state=Task.State.OPEN,
        defaults={"title": title, "body": body, "customer": customer, "opened_at": clock.now()},
    )
    if not is_new and (task.title, task.body) != (title, body):
        task.title, task.body = title, body
        task.save(update_fields=["title", "body"])
    return task


@dataclass(frozen=True)
class NewTask:
    about: str
    title: str
    body: str = ""
    customer: UUID | None = None


def open_tasks(kind: str, found: Iterable[NewTask]) -> None:
    """Tasks about many things that nobody has looked at yet, in a statement for many. What is open keeps its words."""
    Task.objects.bulk_create(
        [
            Task(
                kind=kind, about=one.about, title=one.title, body=one.body, customer=one.customer, opened_at=clock.now()
            )
            for one in found
        ],
        batch_size=AT_A_TIME,
        ignore_conflicts=True,
    )


def report(what: Report) -> None:
    """Tell the office for a customer: as a case with its deadline, or as a task where no cases are taken."""
    if any(taker(what) for taker in takers()):
        return
    open_task(what.kind, about=what.about, title=what.subject, body=what.text, customer=what.customer)


class AlreadyDone(Exception):
    """Somebody has marked this task as done already."""

    def __str__(self) -> str:
        return _("Somebody has marked this task as done already.")


def close_task(task: Task, *, by: Any = None, outcome: str = "") -> None:
    """Mark a task as done. Of two clerks at once the first one's words stay. Raises AlreadyDone."""
    done = {"state": Task.State.DONE, "done_at": clock.now(), "done_by": by, "outcome": outcome}
    if not Task.objects.filter(pk=task.pk, state=Task.State.OPEN).update(**done):
        raise AlreadyDone
    for name, value in done.items():
        setattr(task, name, value)
    kind = kinds.registered().get(task.kind)
    if kind is not None and kind.when_done:
        jobs.later(kind.when_done, task.pk)


def close_about(kind: str, about: str, *, outcome: str) -> None:
    """Close what resolved itself, if it is open."""
    Task.objects.filter(kind=kind, about=about, state=Task.State.OPEN).update(
        state=Task.State.DONE, done_at=clock.now(), outcome=outcome
    )
