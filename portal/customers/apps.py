"""Makes the room known to Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "portal.customers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal.accounts import leaving
        from portal.customers import (  # noqa: F401 - messages and rules register themselves
            billing_period,
            invitations,
            messages,
            retention,
            rules,
        )
        from portal.desk import kinds

        kinds.register(billing_period.ASKED, _("another billing period asked for"))
        leaving.when_closed(invitations.end_all_of)
        retention.state()
