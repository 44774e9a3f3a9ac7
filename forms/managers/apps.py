"""Makes managers' requests known to Django: their rules, their letters, their tasks."""

from django.apps import AppConfig


class ManagersConfig(AppConfig):
    name = "forms.managers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from forms.managers import actions, messages, retention, rules  # noqa: F401 - registers letters and the rule set
        from portal.desk import kinds

        retention.state()
        kinds.register(actions.TASK, _("a manager's request to decide"), "manager_request_register:inspect")
        kinds.register(actions.OBJECTION, _("a customer objects to a manager"), "manager_request_register:inspect")
