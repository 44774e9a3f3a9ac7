"""Makes the templatetags of this room known to Django."""

from django.apps import AppConfig


class ReadingsConfig(AppConfig):
    name = "forms.readings"
    label = "ebok_readings"
