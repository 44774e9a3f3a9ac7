"""Questions with their answers, kept by editors in the panel."""

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PreviewableMixin, RevisionMixin, TranslatableMixin

from portal.content.blocks import TEXT_FEATURES


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
        max_length=80,
        help_text=_("The end of the question's address, after #. Do not change it once letters quote it."),
    )
    answer = RichTextField(_("answer"), features=TEXT_FEATURES)
    is_top = models.BooleanField(_("on the front page"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [FieldPanel(name) for name in ("category", "question", "answer", "is_top", "order", "anchor")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = ["category__order", "category__name", "order", "question"]
        constraints = [models.UniqueConstraint(fields=["anchor", "locale"], name="faq_anchor_once")]

    def __str__(self) -> str:
        return self.question

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "faq/preview.html"
