"""Makes the pages known to Django."""

from django.apps import AppConfig


class FaqConfig(AppConfig):
    name = "home.faq"
