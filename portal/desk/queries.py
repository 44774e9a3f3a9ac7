"""Questions about clerks' tasks."""

from django.db.models import Case, IntegerField, QuerySet, Value, When

from portal.desk.models import Task


def tasks() -> QuerySet[Task]:
    """All tasks: the open ones first, the oldest of them on top; then the done ones, the latest on top."""
    is_done = Case(When(state=Task.State.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    waiting_since = Case(When(state=Task.State.OPEN, then="opened_at"))
    return Task.objects.order_by(is_done, waiting_since, "-done_at", "pk")


def open_tasks() -> QuerySet[Task]:
    """The oldest first."""
    return Task.objects.filter(state=Task.State.OPEN).order_by("opened_at", "pk")
