"""Makes the pages known to Django."""

from django.apps import AppConfig


class DownloadsConfig(AppConfig):
    name = "home.downloads"
