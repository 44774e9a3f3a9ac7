"""Instructions: how a thing is done, step by step."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
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
    minutes = models.PositiveSmallIntegerField(
        _("how long it takes, minutes"),
        null=True,
        blank=True,
        help_text=_("An honest estimate for somebody who does it first."),
    )
    before = QuietStreamField(
        [("thing", blocks.CharBlock(label=_("what to have at hand"), max_length=150))],
        blank=True,
        verbose_name=_("before you start"),
        help_text=_("Things to have at hand, one in each line."),
    )
    body = QuietStreamField(text_blocks(), blank=True, verbose_name=_("text"))

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("minutes"),
        FieldPanel("before"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("instruction")
        verbose_name_plural = _("instructions")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["former"], context["next"] = self.neighbours()
        return context

    def neighbours(self) -> "tuple[InstructionPage | None, InstructionPage | None]":
        """The instruction before this one and the one after it, as their list has them. One statement."""
        if not self.path:
            return None, None
        beside = InstructionPage.objects.sibling_of(self, inclusive=True).live().order_by("path")
        row = list(beside.defer("body", "before"))
        here = next((number for number, page in enumerate(row) if page.pk == self.pk), None)
        if here is None:
            return None, None
        return (row[here - 1] if here else None), (row[here + 1] if here + 1 < len(row) else None)


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
        context["instructions"] = InstructionPage.objects.child_of(self).live().order_by("path").defer("body", "before")
        return context
