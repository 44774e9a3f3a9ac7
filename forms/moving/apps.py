"""Makes moving from an old portal known to Django: its letter, its terms of keeping, its answer to a forgotten password."""

from django.apps import AppConfig


class MovingConfig(AppConfig):
    name = "forms.moving"

    def ready(self) -> None:
        from forms.moving import actions, messages, retention  # noqa: F401 - registers the letter
        from portal.accounts.actions import also_answered_by

        retention.state()
        also_answered_by(actions.answer)
