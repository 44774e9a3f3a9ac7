"""Makes the room known to Django, and its publisher to the scheduler."""

from datetime import timedelta

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "portal.outbox"

    def ready(self) -> None:
        from portal import jobs

        jobs.periodic("portal.outbox.tasks.publish", every=timedelta(minutes=1))
