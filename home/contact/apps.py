"""Makes the pages known to Django."""

from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "home.contact"
