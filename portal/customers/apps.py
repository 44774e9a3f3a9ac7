"""Makes the room known to Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "portal.customers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal.customers import billing_period, retention, rules  # noqa: F401 - rules registers the rule set
        from portal.desk import kinds

        kinds.register(billing_period.ASKED, _("another billing period asked for"))
        retention.state()
