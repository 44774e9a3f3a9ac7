"""The two pages that compose all the others: the front page, and the portal page of signed-in people."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.url_routing import RouteResult

from home import routing
from home.faq.queries import top
from home.front_blocks import TaskBlock
from home.notices.queries import current_notices
from home.roles import PageRole
from portal.content.fields import QuietStreamField
from portal.content.models import BasePage

__all__ = ["HomePage", "PageRole"]

NEWS_ON_FRONT = 4


class HomePage(BasePage):
    """The front page: the tasks people come for, what is in force now, the questions asked most."""

    is_public = True
    max_count = 2  # one for each language
    parent_page_types = ["wagtailcore.Page"]
    template = "home/home_page.html"

    lead = models.TextField(_("lead"), blank=True)
    tasks = QuietStreamField([("task", TaskBlock())], blank=True, verbose_name=_("tasks"), max_num=6)
    notices_heading = models.CharField(_("heading above the notices"), max_length=60, blank=True)
    faq_heading = models.CharField(_("heading above the questions"), max_length=60, blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("tasks"),
        MultiFieldPanel([FieldPanel("notices_heading"), FieldPanel("faq_heading")], heading=_("Headings")),
    ]

    class Meta:
        verbose_name = _("front page")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if path_components:
            return routing.route(self.url_path, request, path_components)
        result: RouteResult = super().route(request, path_components)
        return result

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        notices = list(current_notices()[: NEWS_ON_FRONT * 2])
        context["standing_out"] = [notice for notice in notices if notice.stands_out]
        context["news"] = [notice for notice in notices if not notice.stands_out][:NEWS_ON_FRONT]
        context["top_questions"] = top(self.locale_id)
        return context
