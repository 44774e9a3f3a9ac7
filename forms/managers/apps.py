"""Makes managers' requests known to Django: their rules, their letters, their tasks."""

from django.apps import AppConfig


class ManagersConfig(AppConfig):
    name = "forms.managers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from forms.managers import actions, messages, retention, rules  # noqa: F401 - registers letters and the rule set
        from portal.desk import kinds

        retention.state()
        for kind, words in (
            (actions.TASK, _("a manager's request to decide")),
            (actions.OBJECTION, _("a customer objects to a manager")),
        ):
            kinds.register(kind, words, "manager_request_register:inspect", right="managers.view_managerrequest")
