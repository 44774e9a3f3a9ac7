"""Makes forms that editors build known to Django: their rules, their message, how long answers are kept, the sweep."""

from datetime import time
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete


class BuiltFormsConfig(AppConfig):
    name = "forms.built"

    def ready(self) -> None:
        from forms.built import messages, retention, rules  # noqa: F401 - registers the message and the rule set
        from forms.built.models import Attachment
        from portal import jobs
        from portal.retention.files import forget_file

        def drop_file(instance: Any, **_: Any) -> None:
            forget_file(instance.file)

        retention.state()
        post_delete.connect(drop_file, sender=Attachment, weak=False)
        jobs.periodic("forms.built.tasks.sweep_waiting_files", daily_at=time(3, 25))
