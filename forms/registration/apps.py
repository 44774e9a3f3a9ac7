"""Makes registration known to Django."""

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "forms.registration"

    def ready(self) -> None:
        from forms.registration import rules  # noqa: F401, PLC0415 - registers the rule set
