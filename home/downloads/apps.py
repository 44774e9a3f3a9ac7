"""Makes the forms to download known to Django, and has their previews drawn."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class DownloadsConfig(AppConfig):
    name = "home.downloads"

    def ready(self) -> None:
        from home.downloads import actions
        from home.downloads.models import Download

        def on_form(instance: Download, **_: Any) -> None:
            actions.draw_preview(instance)

        post_save.connect(on_form, sender=Download, weak=False)
