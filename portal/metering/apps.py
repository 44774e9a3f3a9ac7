"""Makes the room, its rules and its jobs known to Django."""

from datetime import time, timedelta

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "portal.metering"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal import jobs
        from portal.desk import kinds
        from portal.metering import actions, downtime, messages, retention, rules  # noqa: F401 - registers the letters and the rule set

        retention.state()
        jobs.periodic("portal.metering.tasks.close_window", daily_at=time(0))
        jobs.periodic("portal.metering.tasks.remind", daily_at=time(9))
        jobs.periodic("portal.metering.tasks.follow_up", every=timedelta(minutes=5))
        jobs.periodic("portal.metering.tasks.beat", every=downtime.BEAT)
        jobs.periodic("portal.metering.tasks.watch", daily_at=time(6))
        jobs.periodic("portal.metering.tasks.sweep_photos", daily_at=time(3))
        look = "metering.view_meterreading"
        kinds.register(actions.TO_CHECK, _("a reading to check"), "reading_register:inspect", right=look)
