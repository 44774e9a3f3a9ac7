"""Forms to download: each keeps its address when its file is replaced."""

from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import TranslatableMixin

from portal import clock
from portal.content.folding import free_address
from portal.content.models import BasePage

LONGEST_SLUG = 80


class Download(TranslatableMixin, models.Model):
    slug = models.SlugField(
        _("end of its address"),
        max_length=LONGEST_SLUG,
        blank=True,
        help_text=_(
            "Left empty: made from the title. Stays when the file is replaced, so that links from letters keep working."
        ),
    )
    title = models.CharField(_("title"), max_length=150)
    description = models.CharField(_("what it is for"), max_length=250, blank=True)
    category = models.CharField(_("group"), max_length=80, blank=True)
    version = models.CharField(_("version"), max_length=40, blank=True)
    day = models.DateField(_("date of this version"), default=clock.today)
    document = models.ForeignKey("wagtaildocs.Document", models.PROTECT, related_name="+", verbose_name=_("file"))
    picture = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("preview")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [
        FieldPanel("title"),
        FieldPanel("description"),
        FieldPanel("document"),
        FieldRowPanel([FieldPanel("version"), FieldPanel("day")]),
        FieldRowPanel([FieldPanel("category"), FieldPanel("order")]),
        FieldPanel("picture"),
        FieldPanel("slug"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("form to download")
        verbose_name_plural = _("forms to download")
        ordering = ["category", "order", "title"]
        constraints = [models.UniqueConstraint(fields=["slug", "locale"], name="download_slug_once")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        others = Download.objects.filter(locale_id=self.locale_id).exclude(pk=self.pk)
        taken = set(others.values_list("slug", flat=True))
        self.slug = self.slug or free_address(self.title, taken, LONGEST_SLUG)
        if self.slug in taken:
            raise ValidationError(
                {"slug": _("Another form has this address. Type another one, or leave the field empty.")}
            )

    @property
    def url(self) -> str:
        return reverse("download", args=[self.slug])

    @property
    def extension(self) -> str:
        extension: str = self.document.file_extension.upper()
        return extension


class DownloadsPage(BasePage):
    """All forms by group, with version, date and size."""

    is_public = True
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    template = "downloads/downloads_page.html"

    lead = models.TextField(_("lead"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("downloads page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        forms = Download.objects.filter(locale_id=self.locale_id).select_related("document", "picture")
        forms = forms.prefetch_related("picture__renditions")
        context["groups"] = [(name, list(own)) for name, own in groupby(forms, key=lambda form: form.category)]
        return context
