"""Instructions: how a thing is done, step by step."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from portal.content.blocks import text_blocks
from portal.content.fields import QuietStreamField
from portal.content.models import BasePage


class InstructionPage(BasePage):
    is_public = True
    parent_page_types = ["instructions.InstructionIndexPage"]
    subpage_types: list[str] = []
    template = "instructions/instruction_page.html"

    lead = models.TextField(_("lead"), blank=True)
    body = QuietStreamField(text_blocks(), blank=True, verbose_name=_("text"))

    content_panels = [*BasePage.content_panels, FieldPanel("lead"), FieldPanel("body")]

    class Meta:
        verbose_name = _("instruction")
        verbose_name_plural = _("instructions")


class InstructionIndexPage(BasePage):
    is_public = True
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = ["instructions.InstructionPage"]
    template = "instructions/instruction_index_page.html"

    lead = models.TextField(_("lead"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("instructions page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["instructions"] = InstructionPage.objects.child_of(self).live().order_by("path").defer("body")
        return context
