"""The frameworks' own periodic work, done by our scheduler."""

from datetime import timedelta

from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from portal import clock

KEPT = timedelta(days=14)


def publish_scheduled() -> None:
    """Pages whose day has come, or gone."""
    call_command("publish_scheduled", verbosity=0)


def tidy() -> None:
    """Sessions that ended, and jobs that were done long ago."""
    call_command("clearsessions", verbosity=0)
    long_ago = clock.true_now() - KEPT
    DBTaskResult.objects.finished().filter(finished_at__lt=long_ago).delete()
