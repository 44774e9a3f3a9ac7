"""Makes the room, its rules, its jobs and what it takes from rooms below known to Django."""

from datetime import time, timedelta

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class CasesConfig(AppConfig):
    name = "portal.cases"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal import jobs
        from portal.cases import (  # noqa: F401 - registers the letters and the rule set
            actions,
            checks,
            deployment,
            messages,
            outage_queries,
            outages,
            reports,
            retention,
            rules,
        )
        from portal.content import page_cache
        from portal.desk import kinds
        from portal.desk.reports import settled_by, taken_by

        retention.state()
        jobs.periodic("portal.cases.tasks.watch", daily_at=time(6))
        jobs.periodic("portal.cases.tasks.confirm_changes", every=timedelta(minutes=5))
        jobs.periodic("portal.cases.tasks.watch_outages", every=timedelta(minutes=1))
        jobs.periodic("portal.cases.tasks.scan_again", every=timedelta(hours=1))
        jobs.periodic("portal.cases.tasks.sweep_files", daily_at=time(3))
        kinds.register(
            actions.ESCALATED, _("a case without an answer"), "case_register:inspect", right="cases.view_case"
        )
        kinds.register(checks.MALWARE, _("a file with malware"), "case_register:inspect", right="cases.view_case")
        kinds.register(checks.SILENT, _("files that nobody looks through"))
        over = _("an outage that may be over")
        kinds.register(outages.ENDING, over, "outage_register:inspect", right="cases.view_outage")
        taken_by(reports.take)
        settled_by(reports.settle)
        page_cache.changes_by(outage_queries.next_change)

        def reread(**_: object) -> None:
            outage_queries.published.forget()

        for signal in (post_save, post_delete):
            signal.connect(reread, sender="cases.Outage", weak=False)
            signal.connect(reread, sender="cases.OutageStreet", weak=False)
