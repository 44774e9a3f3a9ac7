"""Makes paying online known to Django."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import rules  # noqa: F401, PLC0415 - registers the rule set
