"""Makes the pages known to Django; a published version of a document is issued."""

from typing import Any

from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    name = "home.regulations"

    def ready(self) -> None:
        from wagtail.signals import page_published

        from home.regulations.actions import issue
        from home.regulations.models import RegulationPage

        def on_publish(instance: RegulationPage, **_: Any) -> None:
            issue(instance)

        page_published.connect(on_publish, sender=RegulationPage, weak=False)
