"""Makes the room known to Django."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "portal.exchange"
