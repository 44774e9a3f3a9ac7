"""Makes the room and its rules known to Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"

    def ready(self) -> None:
        from portal.accounts import rules  # noqa: F401, PLC0415 - registers the rule sets
