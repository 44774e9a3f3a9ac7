"""Makes the room known to Django, and the kept addresses follow the page tree."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class ContentConfig(AppConfig):
    name = "portal.content"

    def ready(self) -> None:
        from wagtail.models import Site
        from wagtail.signals import page_published, page_slug_changed, post_page_move

        from portal.content import addresses, pictures

        def reread(**_: Any) -> None:
            addresses.forget()

        for signal in (post_save, post_delete):
            signal.connect(reread, sender=Site, weak=False)
        for signal in (post_page_move, page_slug_changed):
            signal.connect(reread, weak=False)

        def cut(instance: Any, **_: Any) -> None:
            pictures.cut(instance)

        page_published.connect(cut, weak=False)
