"""The forms of cases: a topic's own form, a line in a thread, a failure reported by anybody, the way back to it."""

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.cases import files, letters
from portal.cases.files import FileRefused, KeptFile
from portal.cases.models import CaseTopic, TopicQuestion
from portal.cases.models.cases import private
from portal.cases.rules import CaseRules
from portal.customers.models import ServicePoint
from portal.utility.rulebook import rules

SALT = "cases.file"
KEPT_SECONDS = 24 * 60 * 60
LONGEST_TEXT = 5000
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
YES_NO = (("yes", gettext_lazy("yes")), ("no", gettext_lazy("no")))


def one_line(value: str) -> None:
    """What stands in a letter's head must not begin a second line there."""
    if any(sign in value for sign in "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
        raise ValidationError(_("Write this in one line."))


def not_ours(value: str) -> None:
    if letters.is_our_own(value):
        raise ValidationError(_("This is our own address, and our letter would come back to us. Give yours."))


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.Field):
    """Several files at once. What was accepted is kept when something else of the form must be put right."""

    widget = SeveralFiles(attrs={"accept": files.ACCEPT})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label=gettext_lazy("Photos or PDFs"), **kwargs)


class WithFiles(forms.Form):
    """A form that files go with; `kept_files` are those already in private storage, `tickets` what the form carries."""

    attachments = FilesField()

    def __init__(self, *args: Any, sender: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sender = sender  # whose files these are: a user's key, or a guest's session
        self.kept_files: list[KeptFile] = []
        limits = rules(CaseRules)
        self.fields["attachments"].help_text = _(
            "JPG, PNG, WebP or PDF; at most %(count)s files, %(most)s MB each. We remove the place and time from photos."
        ) % {"count": limits.attachments_most, "most": limits.attachment_megabytes}

    @property
    def tickets(self) -> list[tuple[str, str]]:
        """For hidden fields: the file's name, and the signed word for it."""
        return [
            (one.name, signing.dumps([self.sender, one.path, one.name, one.content_type, one.size], salt=SALT))
            for one in self.kept_files
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        limits = rules(CaseRules)
        self.kept_files = self._redeemed()
        uploads: list[UploadedFile] = self.files.getlist("attachments") if self.files else []
        if len(uploads) + len(self.kept_files) > limits.attachments_most:
            self.add_error(
                "attachments", _("At most %(count)s files go with one message.") % {"count": limits.attachments_most}
            )
            return cleaned
        for upload in uploads:
            try:
                self.kept_files.append(files.keep(upload, megabytes=limits.attachment_megabytes))
            except FileRefused as why:
                self.add_error("attachments", str(why))
        return cleaned

    def _redeemed(self) -> list[KeptFile]:
        found: list[KeptFile] = []
        sent = self.data.getlist("kept") if hasattr(self.data, "getlist") else []
        for ticket in sent[: rules(CaseRules).attachments_most]:
            try:
                owner, *about = signing.loads(ticket, salt=SALT, max_age=KEPT_SECONDS)
            except (signing.BadSignature, ValueError):
                continue
            one = KeptFile(*about)
            if owner == self.sender and private().exists(one.path) and one.path not in {old.path for old in found}:
                found.append(one)
        return found


def text_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write what it is about.")},
    )


class LineForm(WithFiles):
    """The next line of a thread."""

    text = text_field(gettext_lazy("Your message"))
    field_order = ["text", "attachments"]


class CaseForm(WithFiles):
    """A topic's form: the place, the topic's own questions, the matter, files."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=120,
        validators=[one_line],
        error_messages={"required": gettext_lazy("Say in a few words what it is about.")},
    )
    text = text_field(gettext_lazy("What it is about"))

    def __init__(
        self, *args: Any, topic: CaseTopic, places: list[ServicePoint], is_partial: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.topic = topic
        self.places = {str(place.public_id): place for place in places}
        if places and (is_partial or len(places) > 1):
            choices = [(key, str(place)) for key, place in self.places.items()]
            if not is_partial:
                choices.insert(0, ("", _("no place in particular")))
            self.fields["point"] = forms.ChoiceField(label=_("Which place"), choices=choices, required=is_partial)
        self.questions = list(topic.questions.order_by("sort_order", "pk"))
        for question in self.questions:
            self.fields[f"question-{question.pk}"] = _field(question)
        asked = [f"question-{question.pk}" for question in self.questions]
        self.order_fields(["subject", "point", *asked, "text", "attachments"])

    @property
    def point(self) -> ServicePoint | None:
        chosen = self.cleaned_data.get("point", "")
        if "point" not in self.fields and len(self.places) == 1:
            return next(iter(self.places.values()))
        return self.places.get(chosen)

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """The questions that were answered, with words as they were said."""
        given = ((question, self.cleaned_data.get(f"question-{question.pk}")) for question in self.questions)
        return tuple((question.label, _said(value)) for question, value in given if value not in (None, ""))


def _said(value: Any) -> str:
    if hasattr(value, "strftime"):
        return f"{value:%d.%m.%Y}"
    return {"yes": _("yes"), "no": _("no")}.get(str(value), str(value))


def _field(question: TopicQuestion) -> forms.Field:
    words: dict[str, Any] = {"label": question.label, "help_text": question.help_text, "required": question.is_required}
    kinds = TopicQuestion.Kind
    if question.kind == kinds.LONG_TEXT:
        return forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **words)
    if question.kind == kinds.NUMBER:
        return forms.DecimalField(max_digits=14, decimal_places=3, localize=True, **words)
    if question.kind == kinds.DAY:
        wrong = {"invalid": _("Write the day as 20.11.2026.")}
        return forms.DateField(widget=DAY, input_formats=["%Y-%m-%d", "%d.%m.%Y"], error_messages=wrong, **words)
    if question.kind == kinds.YES_NO:
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **words)
    return forms.CharField(max_length=200, validators=[one_line], **words)


def name_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        validators=[one_line],
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Give your name: we must know whom we answer.")},
    )


def email_field(help_text: Any) -> forms.EmailField:
    return forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        validators=[not_ours],
        help_text=help_text,
        error_messages={"invalid": gettext_lazy("Write the e-mail as name@example.pl.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def phone_field(help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=30,
        validators=[one_line],
        required=False,
        help_text=help_text,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "data-width": "medium"}),
    )


class GuestForm(CaseForm):
    """A topic's form for somebody without an account."""

    name = name_field(required=True)
    email = email_field(
        gettext_lazy("We write there when we answer. Without it, come back with the number and signature.")
    )
    phone = phone_field()
    customer_number = forms.CharField(
        label=gettext_lazy("Customer number"),
        max_length=30,
        validators=[one_line],
        required=False,
        help_text=gettext_lazy("If you have it at hand: it stands on every invoice."),
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, topic: CaseTopic, **kwargs: Any) -> None:
        super().__init__(*args, topic=topic, places=[], is_partial=False, **kwargs)
        asked = [f"question-{question.pk}" for question in self.questions]
        whose = ["name", "customer_number", "email", "phone"]
        self.order_fields(["subject", *asked, "text", "attachments", *whose])

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        number = self.cleaned_data.get("customer_number", "")
        return (*super().answers, *(((_("Customer number"), number),) if number else ()))


class FailureForm(WithFiles):
    """A failure reported by anybody: where, what, and how to reach who reports it."""

    street = forms.CharField(
        label=gettext_lazy("Street"),
        max_length=100,
        validators=[one_line],
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
        error_messages={"required": gettext_lazy("Say in which street it is.")},
    )
    building = forms.CharField(
        label=gettext_lazy("Building"),
        help_text=gettext_lazy("The number, or the nearest one."),
        max_length=20,
        validators=[one_line],
        required=False,
        widget=forms.TextInput(attrs={"data-width": "tiny"}),
    )
    text = text_field(gettext_lazy("What you see"))
    name = name_field(required=False)
    phone = phone_field(gettext_lazy("Our crew calls when it does not find the place."))
    email = email_field(gettext_lazy("We will write what becomes of it."))
    field_order = ["street", "building", "text", "attachments", "phone", "email", "name"]

    @property
    def place(self) -> str:
        return f"{self.cleaned_data['street']} {self.cleaned_data['building']}".strip()


class FollowForm(forms.Form):
    """The way back to a case that was sent without an account."""

    number = forms.CharField(
        label=gettext_lazy("Number of the case"),
        help_text=gettext_lazy("For example S/2026/000123."),
        max_length=30,
        error_messages={"required": gettext_lazy("Give the number of the case.")},
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )
    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        help_text=gettext_lazy("Ten letters and figures from the confirmation."),
        max_length=30,
        error_messages={"required": gettext_lazy("Give the signature.")},
        widget=forms.TextInput(attrs={"data-width": "medium", "autocomplete": "off"}),
    )


# At the desk


class OfficeForm(WithFiles):
    """What a clerk sends into a thread."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT * 2,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": gettext_lazy("Write the text.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["text", "attachments", "version"]
