"""What somebody beside a meter types who has not signed in: whose it is, which it is, what it shows."""

from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from forms.registration.captcha import PersonField
from portal import clock
from portal.metering import dial, sentences
from portal.metering.forms import DAY

LONGEST_DIAL = 9  # digits; how many this meter has is told to nobody who does not know it


class GuestReadingForm(forms.Form):
    number = forms.CharField(
        label=_("Customer number"),
        max_length=20,
        help_text=_("It is printed on every invoice."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type the customer number.")},
    )
    meter = forms.CharField(
        label=_("Number of the meter"),
        max_length=40,
        help_text=_("It is on the dial or on the ring around it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type the number of the meter.")},
    )
    value = forms.CharField(
        label=_("Reading"),
        max_length=40,
        help_text=_("The black figures, without the red ones."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "short"}),
        error_messages={"required": _("Type the black figures of the dial, for example 504.")},
    )
    read_on = forms.DateField(
        label=_("Day of the reading"),
        initial=clock.today,
        widget=DAY,
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": _("Write the day as 20.11.2026."), "required": _("Write the day as 20.11.2026.")},
    )
    person = PersonField(
        label=_("Check that a person fills this in"),
        required=False,
        challengeurl=reverse_lazy("registration_challenge"),
        maxnumber=100_000,
        hidelogo=True,
        hidefooter=True,
        auto="onsubmit",
    )

    def clean_value(self) -> Decimal:
        read = dial.read(self.cleaned_data["value"], LONGEST_DIAL)
        if not isinstance(read, Decimal):
            raise forms.ValidationError(sentences.fault(read, LONGEST_DIAL))
        return read

    @property
    def is_person(self) -> bool:
        """Whether the check was passed; without it a clerk looks at the reading."""
        cleaned: dict[str, Any] = self.cleaned_data
        return bool(cleaned.get("person"))
