"""Makes the forms known to Django, under a label that django.forms does not claim."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "forms"
    label = "ebok_forms"
