"""Makes the room known to Django."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "portal.journal"
