"""What a manager fills in, what a clerk enters for one, and what a customer says who objects."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.storage import storages
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from forms.built.uploads import FileRefused, kind_of
from forms.managers.actions import Asked
from forms.managers.rules import ManagerRules
from forms.registration.captcha import PersonField
from portal import clock
from portal.utility.rulebook import rules

FOLDER = "mandates"


def _text(width: str = "medium", **attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"data-width": width, **attributes})


class ManagerForm(forms.Form):
    """Company, e-mail, properties and the mandate: the same on the site and on the clerk's desk."""

    press = forms.UUIDField(required=False, widget=forms.HiddenInput)
    company = forms.CharField(
        label=_("Full name of the company"),
        max_length=200,
        widget=_text(autocomplete="organization"),
        error_messages={"required": _("Type the full name of the company.")},
    )
    person = forms.CharField(
        label=_("Who will use the account"), max_length=120, required=False, widget=_text(autocomplete="name")
    )
    email = forms.EmailField(
        label=_("E-mail of the account"),
        help_text=_("You will sign in with it."),
        widget=forms.EmailInput(attrs={"data-width": "medium", "autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Type the e-mail of the account."),
            "invalid": _("Type an e-mail, for example anna@example.pl."),
        },
    )
    phone = forms.CharField(
        label=_("Phone number"), max_length=30, required=False, widget=_text("short", type="tel", autocomplete="tel")
    )
    properties = forms.CharField(
        label=_("Addresses of the properties"),
        help_text=_("One in a line. If you know the customer numbers, add them."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("List the properties that you manage.")},
    )
    mandate = forms.FileField(
        label=_("Mandate"),
        help_text=_("A resolution, a management contract or a power of attorney: PDF or picture."),
        required=False,
        error_messages={"required": _("Attach the mandate."), "empty": _("This file is empty. Choose another one.")},
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.webp"}),
    )
    mandate_until = forms.DateField(
        label=_("The mandate is valid until"),
        help_text=_("For example 31.12.2027. Leave it empty if it has no end."),
        required=False,
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d.%m.%Y", attrs={"data-width": "short", "inputmode": "numeric"}),
        error_messages={"invalid": _("Type a day, for example 31.12.2027.")},
    )
    person_check = PersonField(
        label=_("Check that a person fills this in"),
        required=False,
        challengeurl=reverse_lazy("registration_challenge"),
        maxnumber=100_000,
        hidelogo=True,
        hidefooter=True,
        auto="onsubmit",
    )

    def __init__(self, *args: Any, is_clerk: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("press", uuid4())
        self.fields["mandate"].required = rules(ManagerRules).needs_mandate and not is_clerk
        if is_clerk:
            del self.fields["person_check"]

    def clean_mandate(self) -> Any:
        upload = self.cleaned_data["mandate"]
        if upload:
            try:
                self.kind = kind_of(upload, megabytes=rules(ManagerRules).mandate_megabytes)
            except FileRefused as why:
                raise forms.ValidationError(str(why)) from why
        return upload

    def clean_mandate_until(self) -> Any:
        day = self.cleaned_data["mandate_until"]
        if day and day < clock.today():
            raise forms.ValidationError(_("The mandate ends before today. Attach a valid one."))
        return day

    def asked(self, language: str) -> Asked:
        """The answers; the document is stored before its row is written."""
        answers = self.cleaned_data
        press = answers["press"] or uuid4()
        name = ""
        if answers["mandate"]:
            name = storages["private"].save(f"{FOLDER}/{press.hex}.{self.kind}", answers["mandate"])
        return Asked(
            press=press,
            company=answers["company"],
            person=answers["person"],
            email=answers["email"],
            phone=answers["phone"],
            properties=answers["properties"],
            mandate=name,
            mandate_until=answers["mandate_until"],
            language=language,
            is_person=bool(answers.get("person_check")),
        )


class ObjectionForm(forms.Form):
    why = forms.CharField(
        label=_("Why do you object?"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CustomerNumberForm(forms.Form):
    number = forms.CharField(
        label=_("Customer number"),
        max_length=20,
        error_messages={"required": _("Type the customer's number.")},
    )


class RefusalForm(forms.Form):
    why = forms.CharField(
        label=_("Why it is refused"),
        help_text=_("The manager will read it. Say what is missing."),
        min_length=10,
        max_length=300,
        error_messages={"required": _("Say in one sentence why.")},
    )
