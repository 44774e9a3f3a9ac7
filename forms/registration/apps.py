"""Makes registration known to Django: its rules, its messages, its daily job."""

from datetime import time, timedelta

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "forms.registration"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from forms.registration import messages, retention, rules  # noqa: F401 - registers the messages and the rule set
        from portal import jobs
        from portal.desk import kinds

        retention.state()
        look, decide = "registration.view_application", "registration.change_application"
        kinds.register("application", _("an application to decide"), "application_register:inspect", right=look)
        letter = _("a letter with a code to post")
        kinds.register("letter_code", letter, "application_register:code_letter", right=decide)
        jobs.periodic("forms.registration.tasks.close_late_applications", daily_at=time(3, 20))
        jobs.periodic("forms.registration.tasks.remind", daily_at=time(9, 30))
        jobs.periodic("forms.registration.tasks.forget_passwords", every=timedelta(minutes=10))
