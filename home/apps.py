"""The pages people open; the kept map of the site follows what editors change."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = "eBOK"

    def ready(self) -> None:
        from wagtail.models import Site
        from wagtail.signals import (
            page_published,
            page_slug_changed,
            page_unpublished,
            post_page_move,
        )

        from home import navigation, portal_menu
        from home.roles import PageRole

        def reread(**_: Any) -> None:
            navigation.site_maps.forget()
            portal_menu.places.forget()

        for signal in (post_save, post_delete):
            signal.connect(reread, sender=PageRole, weak=False)
            signal.connect(reread, sender=Site, weak=False)
        for signal in (page_published, page_unpublished, post_page_move, page_slug_changed):
            signal.connect(reread, weak=False)
