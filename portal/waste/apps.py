"""Makes the room known to Django."""

from django.apps import AppConfig


class WasteConfig(AppConfig):
    name = "portal.waste"
