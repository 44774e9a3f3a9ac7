"""Makes the pages known to Django."""

from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    name = "home.regulations"
