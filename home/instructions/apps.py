"""Makes the pages known to Django."""

from django.apps import AppConfig


class InstructionsConfig(AppConfig):
    name = "home.instructions"
