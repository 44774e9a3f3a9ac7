"""Makes the room known to Django, and its nightly jobs to the scheduler."""

from datetime import time, timedelta

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "portal.exchange"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal import jobs
        from portal.desk import kinds
        from portal.exchange import doubts, freshness, leaving_out, managers, retention

        retention.state()
        jobs.periodic("portal.exchange.tasks.sweep_originals", daily_at=time(3, 10))
        jobs.periodic("portal.exchange.tasks.check_balances", daily_at=time(3, 30))
        jobs.periodic("portal.exchange.tasks.take_dropped", every=timedelta(minutes=1))
        jobs.periodic("portal.exchange.tasks.take_left_behind", every=timedelta(minutes=5))
        jobs.periodic("portal.exchange.tasks.check_freshness", every=timedelta(minutes=30))
        kinds.register(freshness.TASK, _("old figures"))
        kinds.register(leaving_out.TASK, _("left out of the import"))
        kinds.register(doubts.TASK, _("doubtful data of an import"), when_done="portal.exchange.doubts.looked_at")
        kinds.register(managers.TASK, _("a manager without an account"))
