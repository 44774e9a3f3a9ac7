"""The small forms beside registering: an answer to a clerk's question, and the wish for a letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write your answer.")},
    )


class LetterRequestForm(forms.Form):
    number = forms.CharField(
        label=_("Customer number"),
        max_length=20,
        widget=forms.TextInput(attrs={"data-width": "medium", "class": "num", "autocomplete": "off"}),
        error_messages={"required": _("Type your customer number.")},
    )
    name = forms.CharField(
        label=_("Surname or name of the customer"),
        help_text=_("As it stands on the invoice."),
        max_length=120,
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "family-name"}),
        error_messages={"required": _("Type the surname or name that stands on the invoice.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].strip = True  # type: ignore[attr-defined]  # a CharField
