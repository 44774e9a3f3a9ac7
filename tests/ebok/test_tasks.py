"""What the scheduler does for the frameworks."""

from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ebok import tasks
from portal import clock, jobs

pytestmark = pytest.mark.django_db


def test_every_periodic_job_can_be_found() -> None:
    for entry in jobs.schedule():
        assert callable(jobs.resolve(entry.name)), entry.name


def test_jobs_done_long_ago_are_forgotten_and_waiting_ones_kept() -> None:
    jobs.later("ebok.tasks.tidy")
    jobs.later("ebok.tasks.tidy")
    old = DBTaskResult.objects.order_by("pk").first()
    assert old is not None
    DBTaskResult.objects.filter(pk=old.pk).update(
        status=TaskResultStatus.SUCCESSFUL, finished_at=clock.true_now() - timedelta(days=30)
    )

    tasks.tidy()

    assert DBTaskResult.objects.count() == 1
