"""Opening and closing clerks' tasks."""

from typing import Any
from uuid import UUID

from portal import clock
from portal.desk.models import Task


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


def close_task(task: Task, *, by: Any = None, outcome: str = "") -> None:
    task.state = Task.State.DONE
    task.done_at = clock.now()
    task.done_by = by
    task.outcome = outcome
    task.save(update_fields=["state", "done_at", "done_by", "outcome"])


def close_about(kind: str, about: str, *, outcome: str) -> None:
    """Close what resolved itself, if it is open."""
    for task in Task.objects.filter(kind=kind, about=about, state=Task.State.OPEN):
        close_task(task, outcome=outcome)
