"""The steps of a form that an editor built, as forms that check what is answered."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from wagtail.contrib.forms.forms import BaseForm, FormBuilder, WagtailAdminFormPageForm

from forms.built.models import STEP, WITH_CHOICES, FormField
from forms.built.rules import FormRules
from forms.built.uploads import ACCEPTED, FileRefused, kind_of
from forms.registration.captcha import PersonField
from portal.utility.rulebook import rules

HONEYPOT = "website"
LONGEST_TEXT = 5000


class AttachmentField(forms.FileField):
    """A file whose content is looked at; `attached_kind` of what it gives is the ending that it deserves."""

    def clean(self, value: Any, initial: Any = None) -> Any:
        upload = super().clean(value, initial)
        if upload:
            try:
                upload.attached_kind = kind_of(upload, megabytes=rules(FormRules).largest_file_mb)
            except FileRefused as refused:
                raise ValidationError(str(refused)) from None
        return upload


class PhoneField(forms.CharField):
    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        digits = re.sub(r"[\s().-]", "", typed)
        if digits and not re.fullmatch(r"(\+|00)?\d{9,15}", digits):
            raise ValidationError(_("Type a phone number, for example 600 100 200."))
        return digits


def _of(width: str, kind: str = "text", **more: str) -> forms.TextInput:
    return forms.TextInput(attrs={"type": kind, "data-width": width} | more)


class HouseFormBuilder(FormBuilder):
    """Wagtail's builder with the house's fields: errors that say what to do, widths, files."""

    def get_field_options(self, field: FormField) -> dict[str, Any]:
        required = {
            "checkbox": _("Tick this to go on."),
            "file": _("Choose a file."),
            **dict.fromkeys(("radio", "dropdown", "checkboxes"), _("Choose an answer.")),
        }.get(field.field_type, _("Answer this question."))
        return {
            "label": field.label,
            "help_text": field.help_text,
            "required": field.required,
            "error_messages": {"required": required},
        }

    def create_singleline_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        return forms.CharField(max_length=255, widget=_of("medium"), **options)

    def create_multiline_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": "5"}), **options)

    def create_email_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        options["error_messages"]["invalid"] = _("Type an e-mail, for example anna@example.pl.")
        return forms.EmailField(widget=_of("medium", "email", autocomplete="email", spellcheck="false"), **options)

    def create_phone_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        return PhoneField(max_length=30, widget=_of("medium", "tel", autocomplete="tel"), **options)

    def create_number_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        options["error_messages"]["invalid"] = _("Type a number, for example 12 or 12,5.")
        widget = _of("short", inputmode="decimal", autocomplete="off")
        return forms.DecimalField(max_digits=15, localize=True, widget=widget, **options)

    def create_date_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        options["error_messages"]["invalid"] = _("Type a date, for example 20.11.2026.")
        options["help_text"] = options["help_text"] or _("For example 20.11.2026.")
        return forms.DateField(
            input_formats=["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"], widget=_of("short", autocomplete="off"), **options
        )

    def create_dropdown_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        choices = [("", _("Choose")), *_as_choices(field)]
        widget = forms.Select(attrs={"class": "form-select", "data-width": "medium"})
        return forms.ChoiceField(choices=choices, widget=widget, **options)

    def create_radio_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        return forms.ChoiceField(choices=_as_choices(field), widget=forms.RadioSelect, **options)

    def create_checkboxes_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        return forms.MultipleChoiceField(choices=_as_choices(field), widget=forms.CheckboxSelectMultiple, **options)

    def create_checkbox_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        return forms.BooleanField(**options)

    def create_file_field(self, field: FormField, options: dict[str, Any]) -> forms.Field:
        most = _("A PDF, a picture or a document, up to %(most)s MB.") % {"most": rules(FormRules).largest_file_mb}
        options["help_text"] = f"{options['help_text']} {most}".strip()
        return AttachmentField(widget=forms.FileInput(attrs={"accept": ACCEPTED}), **options)

    @property
    def formfields(self) -> dict[str, forms.Field]:
        return {
            field.name: self.get_create_field_function(field.field_type)(field, self.get_field_options(field))
            for field in self.fields
        }


def _as_choices(field: FormField) -> list[tuple[str, str]]:
    return [(choice, choice) for choice in field.listed_choices()]


class StepForm(BaseForm):
    """One step. The last one also asks that a person shows to be one, and carries the press's own number."""

    def __init__(
        self,
        *args: Any,
        questions: Sequence[FormField] = (),
        is_last: bool = False,
        submission: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(HouseFormBuilder(questions).formfields)
        if is_last:
            self._ask_for_a_person(submission)

    def _ask_for_a_person(self, submission: str) -> None:
        trap = forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
        self.fields[HONEYPOT] = forms.CharField(label=_("Leave this empty"), required=False, widget=trap)
        self.fields["submission"] = forms.UUIDField(required=False, initial=submission, widget=forms.HiddenInput)
        if rules(FormRules).is_captcha_on:
            self.fields["person"] = PersonField(
                label=_("Check that a person fills this in"),
                required=False,
                challengeurl=reverse_lazy("registration_challenge"),
                maxnumber=100_000,
                hidelogo=True,
                hidefooter=True,
                auto="onsubmit",
            )


# What the wizard adds to the questions: never kept as an answer.
NO_ANSWERS = frozenset({HONEYPOT, "submission", "person"})


def as_submission(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# The editor's own form


class FormPageForm(WagtailAdminFormPageForm):
    """Checks that every question can be answered and every condition be met, with a sentence at the field."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "form_fields" in self.formsets:
            rows = [row for row in self.formsets["form_fields"].forms if _is_kept(row)]
            rows.sort(key=lambda row: row.cleaned_data.get("ORDER") or 0)
            _check_choices(rows)
            _check_conditions(rows)
            if not any(row.cleaned_data.get("field_type") != STEP for row in rows):
                self.add_error(None, _("A form needs at least one question."))
        return cleaned


def _is_kept(row: Any) -> bool:
    return row.is_valid() and bool(row.cleaned_data) and not row.cleaned_data.get("DELETE")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _check_choices(rows: Iterable[Any]) -> None:
    for row in rows:
        listed = _lines(row.cleaned_data.get("choices") or "")
        if row.cleaned_data.get("field_type") in WITH_CHOICES and len(set(listed)) < 2:
            row.add_error("choices", _("Write at least two answers, each in a line of its own."))


def _check_conditions(rows: Iterable[Any]) -> None:
    earlier: dict[str, list[str]] = {}
    for row in rows:
        values = row.cleaned_data
        wanted, answer = values.get("only_if") or "", values.get("only_if_answer") or ""
        if (wanted or answer) and values.get("field_type") != STEP:
            row.add_error("only_if", _("Only a step can depend on an answer. Put a step before this question."))
        elif wanted and wanted not in earlier:
            row.add_error("only_if", _("No earlier question with answers to choose from has these words."))
        elif wanted and answer not in earlier[wanted]:
            listed = ", ".join(earlier[wanted])
            row.add_error("only_if_answer", _("Write one of its answers: %(answers)s.") % {"answers": listed})
        if values.get("field_type") in WITH_CHOICES:
            earlier[values["label"]] = _lines(values.get("choices") or "")
