"""The project: it composes the rooms and adds presets, demo data and processes."""

from datetime import time, timedelta

from django.apps import AppConfig


class EbokConfig(AppConfig):
    name = "ebok"
    verbose_name = "eBOK"

    def ready(self) -> None:
        from portal import jobs

        jobs.periodic("ebok.tasks.publish_scheduled", every=timedelta(minutes=1))
        jobs.periodic("ebok.tasks.tidy", daily_at=time(3, 30))
