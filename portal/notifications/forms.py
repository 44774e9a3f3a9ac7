"""What a person may choose about messages: one tick for each message and channel."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.notifications.policies import EMAIL, SMS
from portal.notifications.queries import OwnChoice

LABELS = {EMAIL: _("by e-mail"), SMS: _("by SMS")}


class ChoicesForm(forms.Form):
    """A tick `email:new_invoice` for each way that the person may open or close."""

    def __init__(self, *args: Any, choices: list[OwnChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        for choice in choices:
            for channel, is_on in ((EMAIL, choice.email), (SMS, choice.sms)):
                if is_on is not None:
                    self.fields[f"{channel}:{choice.code}"] = forms.BooleanField(
                        label=LABELS[channel], initial=is_on, required=False
                    )

    def chosen(self) -> list[tuple[str, str, bool]]:
        """Each message, channel, and whether it comes."""
        return [
            (code, channel, bool(self.cleaned_data[name]))
            for name in self.fields
            for channel, _colon, code in (name.partition(":"),)
        ]

    def groups(self) -> list[tuple[OwnChoice, list[Any]]]:
        """The messages with their ticks, for the page."""
        return [
            (choice, [self[name] for name in (f"{EMAIL}:{choice.code}", f"{SMS}:{choice.code}") if name in self.fields])
            for choice in self.choices
        ]
