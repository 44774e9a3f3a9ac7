"""Makes the room known to Django: how long it keeps things, the provider's events, tasks that doubtful letters leave."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "portal.notifications"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal.desk import kinds
        from portal.notifications import actions, bounces, retention  # noqa: F401 - bounces listens to the provider's events

        retention.state()
        for kind, words in (
            (actions.BOUNCED, _("an e-mail that does not work")),
            (actions.UNSURE, _("a message perhaps not sent")),
        ):
            kinds.register(kind, words, "delivery_register:inspect", right="notifications.view_delivery")
