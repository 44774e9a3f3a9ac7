"""Makes the room known to Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "portal.customers"

    def ready(self) -> None:
        from portal.customers import retention

        retention.state()
