"""The pages people open; the kept map of the site follows what editors change."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save

# What public pages draw besides themselves: a change of any is seen at once.
SAID_ON_PUBLIC_PAGES = (
    "home.PageRole",
    "faq.FaqEntry",
    "faq.FaqCategory",
    "downloads.Download",
    "utility.Utility",
    "utility.Department",
    "utility.ContactTopic",
    "utility.TariffGroup",
    "utility.WasteStream",
    "utility.RuleRecord",
    "wagtailcore.Site",
    "wagtaildocs.Document",
    "wagtailimages.Image",
)

# What opens to a person who has not accepted the terms in force, beside the pages of invoices and messages.
OPEN_WITHOUT_TERMS = (
    "billing:invoice",
    "billing:invoice_pdf",
    "billing:invoice_xml",
    "billing:document_file",
    "payments:*",
    "cases:*",
    "customers:customers",
    "account_close*",
    "notification_open",  # only leads on
    "unsubscribe",
)


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = "eBOK"

    def ready(self) -> None:
        from wagtail.models import Page, Site
        from wagtail.signals import (
            page_published,
            page_slug_changed,
            page_unpublished,
            post_page_move,
        )

        from home import navigation, portal_menu
        from home.notices.queries import live, urgent
        from home.roles import PageRole
        from portal.accounts import terms_gate
        from portal.content import page_cache

        terms_gate.open_without_terms(*OPEN_WITHOUT_TERMS)

        def draw_again(**_: Any) -> None:
            page_cache.renew()

        def reread(**_: Any) -> None:
            navigation.site_maps.forget()
            navigation.translations.forget()
            portal_menu.places.forget()
            urgent.forget()
            live.forget()

        for signal in (post_save, post_delete):
            signal.connect(reread, sender=PageRole, weak=False)
            signal.connect(reread, sender=Site, weak=False)
        for signal in (page_published, page_unpublished, post_page_move, page_slug_changed):
            signal.connect(reread, weak=False)
            signal.connect(draw_again, weak=False)
        post_delete.connect(reread, sender=Page, weak=False)
        for row in SAID_ON_PUBLIC_PAGES:
            for signal in (post_save, post_delete):
                signal.connect(draw_again, sender=row, weak=False)
        post_delete.connect(draw_again, sender=Page, weak=False)
