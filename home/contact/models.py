"""How to reach the utility: its departments come from the panel's register, the rest is the editors' text."""

from datetime import datetime
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from home.contact.hours import Opening, opening
from portal import clock
from portal.content.blocks import text_blocks
from portal.content.fields import QuietStreamField
from portal.content.models import BasePage
from portal.utility.models import ContactTopic, Department


class ContactPage(BasePage):
    is_public = True
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    template = "contact/contact_page.html"

    lead = models.TextField(_("lead"), blank=True)
    body = QuietStreamField(text_blocks(), blank=True, verbose_name=_("text"))

    content_panels = [*BasePage.content_panels, FieldPanel("lead"), FieldPanel("body")]

    class Meta:
        verbose_name = _("contact page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["departments"] = self.departments
        context["topics"] = ContactTopic.objects.filter(locale_id=self.locale_id).select_related("department")
        return context

    @cached_property
    def departments(self) -> list[tuple[Department, Opening | None]]:
        """Each with how it stands at this moment."""
        now = clock.now()
        everything = Department.objects.all()
        own = [one for one in everything if one.locale_id == self.locale_id]
        # A language into which nobody has put them: as they are called in the first one.
        return [(one, opening(one.hours, now)) for one in own or everything]

    def fresh_until(self) -> datetime | None:
        return min(
            (stands.changes_at for _one, stands in self.departments if stands and stands.changes_at), default=None
        )
