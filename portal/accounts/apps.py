"""Makes the room known to Django: its rules, its messages, and the audit line of each sign-in."""

from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from portal.accounts import messages, retention, rules  # noqa: F401 - registers the messages and the rule sets
        from portal.accounts.actions import record_sign_in
        from portal.accounts.policies import device
        from portal.accounts.queries import agreed_to_marketing
        from portal.notifications import consents

        consents.register(agreed_to_marketing)

        def on_sign_in(user: Any, request: Any = None, **_: Any) -> None:
            facts = {"device": device(request.META.get("HTTP_USER_AGENT", ""))} if request is not None else {}
            record_sign_in(user, **facts)

        retention.state()
        user_logged_in.connect(on_sign_in, weak=False)
