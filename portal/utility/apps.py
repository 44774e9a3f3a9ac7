"""The utility's own data; here the clock of a demo or a test is set, once."""

from datetime import datetime
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_delete, post_save


class UtilityConfig(AppConfig):
    name = "portal.utility"
    verbose_name = "Utility"

    def ready(self) -> None:
        from portal import clock
        from portal.utility import identity, rulebook

        if settings.EBOK_DEMO and settings.EBOK_NOW:
            clock.start_at(datetime.fromisoformat(settings.EBOK_NOW))

        def reread(**_: Any) -> None:
            rulebook.forget()

        def reread_identity(**_: Any) -> None:
            identity.forget()

        for signal in (post_save, post_delete):
            signal.connect(reread, sender="utility.RuleRecord", weak=False)
            signal.connect(reread_identity, sender="utility.Utility", weak=False)
