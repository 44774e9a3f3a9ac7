"""Makes paying online known to Django."""

from datetime import time, timedelta

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from payments import (  # noqa: F401 - registers the letters and the rule set
            actions,
            events,
            messages,
            payouts,
            reconciliation,
            refunds,
            retention,
            rules,
        )
        from portal import jobs
        from portal.desk import kinds

        retention.state()
        jobs.periodic("payments.tasks.sweep", every=timedelta(minutes=1))
        jobs.periodic("payments.tasks.look_back", every=timedelta(minutes=10))
        jobs.periodic("payments.tasks.reconcile", daily_at=time(5))
        jobs.periodic("payments.tasks.chase", daily_at=time(7))
        jobs.periodic("payments.tasks.read_payouts", daily_at=time(6))
        kinds.register(actions.HELD, _("a payment to decide on"), "payment_register:inspect")
        kinds.register(actions.DISPUTED, _("a disputed payment"), "payment_register:inspect")
        kinds.register(refunds.TO_APPROVE, _("a refund to approve"), "payment_register:of_refund")
        kinds.register(refunds.NOT_GIVEN, _("a refund that the gateway refused"), "payment_register:of_refund")
        look = "payments.view_payout"
        kinds.register(payouts.DIFFERS, _("a payout that does not fit"), "payout_register:inspect", right=look)
        kinds.register(payouts.RETURNED, _("a payout that came back"), "payout_register:inspect", right=look)
        add_up = _("online payments that do not add up")
        kinds.register(reconciliation.DIFFERS, add_up, "payment_register:of_day", right=refunds.RIGHT)
        kinds.register(events.UNKNOWN, _("a payment that the portal does not know"))
