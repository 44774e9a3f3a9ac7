"""Makes the room known to Django."""

from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "portal.audiences"
