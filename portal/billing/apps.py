"""Makes the room and its rules known to Django."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "portal.billing"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal.billing import bookkeeping, retention, rules, transit_booking  # noqa: F401 - rules registers the rule sets
        from portal.desk import kinds

        for kind, words in (
            (transit_booking.MATCH, _("a booking to confirm")),
            (transit_booking.UNBOOKED, _("paid and not booked")),
            (transit_booking.OVERBOOKED, _("booked more than paid")),
        ):
            kinds.register(kind, words, "payment_register:by_reference")
        retention.state()
        kinds.register(bookkeeping.QUESTION, _("figures that disagree"))
