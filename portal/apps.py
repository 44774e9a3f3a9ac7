"""The plain pieces that have tables of their own: leases and schedules of jobs."""

from datetime import timedelta

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "eBOK"

    def import_models(self) -> None:
        from portal import jobs

        super().import_models()
        jobs.periodic("portal.jobs.reap", every=timedelta(minutes=1))
