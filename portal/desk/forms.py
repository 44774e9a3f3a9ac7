"""What a clerk says when a task is done."""

from django import forms
from django.utils.translation import gettext_lazy as _


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label=_("What was done"),
        help_text=_("One sentence: whoever meets the matter next will read it."),
        min_length=3,
        max_length=200,
        error_messages={"required": _("Write in one sentence what was done.")},
    )
