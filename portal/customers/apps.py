"""Makes the room known to Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "portal.customers"
