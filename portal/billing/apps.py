"""Makes the room and its rules known to Django."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "portal.billing"

    def ready(self) -> None:
        from portal.billing import rules  # noqa: F401, PLC0415 - registers the rule sets
