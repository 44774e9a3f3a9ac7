"""The page of questions and answers; an entry that an editor saves shows at once."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from home.faq import queries
from home.faq.entries import FaqCategory, FaqEntry
from portal.content.blocks import TEXT_FEATURES
from portal.content.folding import LONGEST_QUERY
from portal.content.models import BasePage

__all__ = ["FaqCategory", "FaqEntry", "FaqPage"]


class FaqPage(BasePage):
    is_public = True
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    template = "faq/faq_page.html"

    lead = models.TextField(_("lead"), blank=True)
    after = RichTextField(_("below the questions"), blank=True, features=TEXT_FEATURES)

    content_panels = [*BasePage.content_panels, FieldPanel("lead"), FieldPanel("after")]

    class Meta:
        verbose_name = _("questions and answers page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        asked = request.GET.get("q", "").strip()[:LONGEST_QUERY]
        thanked = request.GET.get("thanks", "")
        context |= {
            "groups": queries.groups(self.locale_id, asked),
            "asked": asked,
            "thanked": int(thanked) if thanked.isdecimal() else 0,
        }
        return context
