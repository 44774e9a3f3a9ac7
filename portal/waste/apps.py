"""Makes the room and its jobs known to Django."""

from datetime import time

from django.apps import AppConfig


class WasteConfig(AppConfig):
    name = "portal.waste"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal import jobs
        from portal.desk import kinds
        from portal.waste import actions, messages, retention  # noqa: F401 - registers the letters

        retention.state()
        jobs.periodic("portal.waste.tasks.remind", daily_at=time(18))
        kinds.register(actions.MISSED, _("waste not collected"))
