"""Questions with their answers, kept by editors in the panel."""

from django.core.exceptions import ValidationError
from django.db import models
from django.forms import Select
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PreviewableMixin, RevisionMixin, TranslatableMixin

from portal.content.blocks import TEXT_FEATURES
from portal.content.folding import free_address

LONGEST_ANCHOR = 80

READERS_ORDER = ["category__order", "category__name", "order", "question"]


class FaqCategory(TranslatableMixin, models.Model):
    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [FieldPanel("name"), FieldPanel("order")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("group of questions")
        verbose_name_plural = _("groups of questions")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class FaqEntry(PreviewableMixin, RevisionMixin, TranslatableMixin, models.Model):
    """One question. Its anchor stays when the question is reworded, so that links from letters keep working."""

    category = models.ForeignKey(FaqCategory, models.PROTECT, related_name="entries", verbose_name=_("group"))
    question = models.CharField(_("question"), max_length=200)
    anchor = models.SlugField(
        _("anchor"),
        max_length=LONGEST_ANCHOR,
        blank=True,
        help_text=_(
            "The end of the question's address, after #. Left empty: made from the question. Do not change it once letters quote it."
        ),
    )
    answer = RichTextField(_("answer"), features=TEXT_FEATURES)
    is_top = models.BooleanField(_("on the front page"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [
        FieldPanel("category", widget=Select),
        *(FieldPanel(name) for name in ("question", "answer", "is_top", "order", "anchor")),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = READERS_ORDER
        constraints = [models.UniqueConstraint(fields=["anchor", "locale"], name="faq_anchor_once")]

    def __str__(self) -> str:
        return self.question

    def clean(self) -> None:
        super().clean()
        others = FaqEntry.objects.filter(locale_id=self.locale_id).exclude(pk=self.pk)
        taken = set(others.values_list("anchor", flat=True))
        self.anchor = self.anchor or free_address(self.question, taken, LONGEST_ANCHOR)
        if self.anchor in taken:
            raise ValidationError(
                {"anchor": _("Another question has this anchor. Type another one, or leave the field empty.")}
            )

    def times_helped(self) -> int:
        return self.help.helped if hasattr(self, "help") else 0

    def times_not(self) -> int:
        return self.help.did_not_help if hasattr(self, "help") else 0

    times_helped.short_description = _("helped")  # type: ignore[attr-defined]  # the head of the panel's column
    times_not.short_description = _("did not help")  # type: ignore[attr-defined]  # the same

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "faq/preview.html"


class FaqHelp(models.Model):
    """How often readers said that an answer helped; beside the entry, so that an older revision brings no old count."""

    entry = models.OneToOneField(FaqEntry, models.CASCADE, related_name="help")
    helped = models.PositiveIntegerField(default=0)
    did_not_help = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "faq"

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.helped}/{self.did_not_help}"
