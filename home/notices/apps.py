"""Makes the pages known to Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "home.notices"
