"""Makes the pages known to Django; a published version of a document is issued."""

from datetime import time
from typing import Any

from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    name = "home.regulations"

    def ready(self) -> None:
        from wagtail.signals import page_published

        from home.regulations import messages  # noqa: F401 - registers the messages
        from home.regulations.actions import announce, issue
        from home.regulations.models import RegulationPage
        from portal import jobs

        def on_publish(instance: RegulationPage, **_: Any) -> None:
            issue(instance)
            announce(instance)

        page_published.connect(on_publish, sender=RegulationPage, weak=False)
        jobs.periodic("home.regulations.tasks.remind_of_review", daily_at=time(8, 0))
