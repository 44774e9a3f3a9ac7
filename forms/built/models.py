"""Fields of a form as editors set them, and the forms that people filled in."""

import uuid
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.contrib.forms.models import AbstractFormField, AbstractFormSubmission

from portal import clock
from portal.content.folding import fold

STEP = "step"
FILE = "file"
WITH_CHOICES = ("dropdown", "radio", "checkboxes")


class FormField(AbstractFormField):
    """One question, or the beginning of a step: what follows it is asked on a page of its own."""

    class Kind(models.TextChoices):
        SINGLELINE = "singleline", _("one line of text")
        MULTILINE = "multiline", _("several lines of text")
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone number")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        RADIO = "radio", _("one of several answers")
        DROPDOWN = "dropdown", _("one answer from a long list")
        CHECKBOXES = "checkboxes", _("any of several answers")
        CHECKBOX = "checkbox", _("a consent to tick")
        FILE = FILE, _("attached file")
        STEP = STEP, _("– a new step begins –")

    page = ParentalKey("ebok_forms.FormPage", related_name="form_fields", on_delete=models.CASCADE)
    label = models.CharField(
        _("question"),
        max_length=255,
        help_text=_("Of a step: the heading above its questions. End it as you would say it."),
    )
    field_type = models.CharField(_("kind of answer"), max_length=16, choices=Kind.choices, default=Kind.SINGLELINE)
    field_type.required_on_save = True  # type: ignore[attr-defined]  # Wagtail's form builder looks for it
    required = models.BooleanField(_("must be answered"), default=True)
    choices = models.TextField(
        _("answers to choose from"), blank=True, help_text=_("One in each line. Only where answers are chosen.")
    )
    default_value = models.TextField(_("filled in beforehand"), blank=True)
    help_text = models.CharField(_("hint"), max_length=255, blank=True)
    only_if = models.CharField(
        _("only if this question"),
        max_length=255,
        blank=True,
        help_text=_("For a step that not everybody is asked: an earlier question, word for word."),
    )
    only_if_answer = models.CharField(
        _("was answered so"), max_length=255, blank=True, help_text=_("One of its answers, word for word.")
    )

    panels = [
        FieldPanel("field_type"),
        FieldPanel("label"),
        FieldPanel("help_text"),
        FieldPanel("required"),
        FieldPanel("choices"),
        FieldRowPanel([FieldPanel("only_if"), FieldPanel("only_if_answer")]),
    ]

    class Meta(AbstractFormField.Meta):
        verbose_name = _("question of a form")
        verbose_name_plural = _("questions of a form")

    def __str__(self) -> str:
        return self.label

    def get_field_clean_name(self) -> str:
        return fold(self.label).replace(" ", "_")[:100] or "pole"

    @property
    def name(self) -> str:
        """The key of its answers; a field that an editor has not saved yet has none of its own."""
        return str(self.clean_name or self.get_field_clean_name())

    def listed_choices(self) -> list[str]:
        return [line.strip() for line in self.choices.splitlines() if line.strip()]


class FilledForm(AbstractFormSubmission):
    """What one person answered. Ends with the term `form_answers_months` of the rules."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.UUIDField(unique=True, help_text="Given by the form: a second press finds the first one's row.")
    form_data = models.JSONField(_("answers"), encoder=DjangoJSONEncoder)
    submit_time = models.DateTimeField(_("sent"), default=clock.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    is_person = models.BooleanField(_("shown to be sent by a person"), default=False)

    class Meta:
        verbose_name = _("filled-in form")
        verbose_name_plural = _("filled-in forms")
        ordering = ["-submit_time", "-pk"]
        indexes = [models.Index(fields=["page", "submit_time"], name="filled_form_by_time")]

    def __str__(self) -> str:
        return f"{self.submit_time:%Y-%m-%d %H:%M} {self.public_id.hex[:8]}"

    def get_data(self) -> dict[str, Any]:
        return {**self.form_data, "submit_time": self.submit_time, "is_person": self.is_person}


def private() -> Storage:
    return storages["private"]


class Attachment(models.Model):
    """A file of a filled-in form; its name is the sender's, its ending what the content deserves."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    filled = models.ForeignKey(FilledForm, models.CASCADE, related_name="attachments")
    field = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    file = models.FileField(storage=private, max_length=255)

    class Meta:
        verbose_name = _("attached file")
        verbose_name_plural = _("attached files")

    def __str__(self) -> str:
        return self.name
