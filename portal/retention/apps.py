"""Makes the room, its rules and its nightly job known to Django."""

from datetime import time

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "portal.retention"

    def ready(self) -> None:
        from portal import jobs
        from portal.retention import below, rules  # noqa: F401 - rules registers the rule set

        below.state()
        jobs.periodic("portal.retention.tasks.purge_by_night", daily_at=time(2, 30))
