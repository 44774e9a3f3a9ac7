"""Keeps what can be searched in step with pages, questions and files."""

from datetime import time
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class SearchConfig(AppConfig):
    name = "home.search"

    def ready(self) -> None:
        from wagtail.signals import page_published, page_unpublished

        from home.downloads.models import Download
        from home.faq.entries import FaqEntry
        from home.search import actions
        from portal import jobs

        def on_page(instance: Any, **_: Any) -> None:
            actions.index_page(instance)

        def on_entry(instance: FaqEntry, **_: Any) -> None:
            actions.index_question(instance)

        def on_download(instance: Download, **_: Any) -> None:
            actions.index_download(instance)

        page_published.connect(on_page, weak=False)
        page_unpublished.connect(on_page, weak=False)
        post_save.connect(on_entry, sender=FaqEntry, weak=False)
        post_save.connect(on_download, sender=Download, weak=False)
        jobs.periodic("home.search.actions.index_everything", daily_at=time(3, 40))
