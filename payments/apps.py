"""Makes paying online known to Django."""

from datetime import time, timedelta

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import messages, rules  # noqa: F401 - registers the letters and the rule set
        from portal import jobs

        jobs.periodic("payments.tasks.sweep", every=timedelta(minutes=1))
        jobs.periodic("payments.tasks.reconcile", daily_at=time(5))
        jobs.periodic("payments.tasks.chase", daily_at=time(7))
