"""Makes the room known to Django."""

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "portal.metering"
