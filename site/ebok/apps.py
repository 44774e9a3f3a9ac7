"""The project: it composes the rooms and adds presets, demo data and processes."""

from django.apps import AppConfig


class EbokConfig(AppConfig):
    name = "ebok"
    verbose_name = "eBOK"
