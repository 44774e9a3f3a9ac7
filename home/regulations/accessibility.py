"""The accessibility statement that Polish law asks of public bodies: its parts carry the ids that machines look for."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField

from portal import clock
from portal.content.blocks import TEXT_FEATURES
from portal.content.models import BasePage

REVIEWED_EVERY = timedelta(days=365)


class AccessibilityPage(BasePage):
    class Status(models.TextChoices):
        FULL = "full", _("conforms")
        PARTLY = "partly", _("conforms in part")
        NOT = "not", _("does not conform")

    is_public = True
    parent_page_types = ["home.HomePage", "regulations.RegulationsPage"]
    subpage_types: list[str] = []
    template = "regulations/accessibility_page.html"

    published_on = models.DateField(_("portal published on"), default=clock.today)
    changed_on = models.DateField(_("last important change of the portal"), default=clock.today)
    status = models.CharField(
        pgettext_lazy("accessibility", "status"), max_length=10, choices=Status.choices, default=Status.PARTLY
    )
    not_accessible = RichTextField(_("what is not accessible, and why"), blank=True, features=TEXT_FEATURES)
    assessment_url = models.URLField(
        _("analysis of a disproportionate burden"), blank=True, help_text=_("Its address, where there is one.")
    )
    prepared_on = models.DateField(_("statement prepared on"), default=clock.today)
    reviewed_on = models.DateField(_("statement reviewed on"), default=clock.today)
    auditor = models.CharField(
        _("audited by"), max_length=200, blank=True, help_text=_("Left empty: the utility assessed itself.")
    )
    keyboard = RichTextField(_("keyboard"), blank=True, features=TEXT_FEATURES)
    person = models.CharField(_("whom to write to"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Left empty: the utility's own."))
    phone = models.CharField(_("phone"), max_length=40, blank=True, help_text=_("Left empty: the utility's own."))
    procedure = RichTextField(_("how to ask and to complain"), features=TEXT_FEATURES)
    architecture = RichTextField(_("access to the building"), features=TEXT_FEATURES)
    apps = RichTextField(_("mobile applications"), blank=True, features=TEXT_FEATURES)

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("published_on"), FieldPanel("changed_on")]),
        MultiFieldPanel(
            [FieldPanel("status"), FieldPanel("not_accessible"), FieldPanel("assessment_url"), FieldPanel("keyboard")],
            heading=_("Conformity"),
        ),
        MultiFieldPanel(
            [FieldPanel("prepared_on"), FieldPanel("reviewed_on"), FieldPanel("auditor")], heading=_("This statement")
        ),
        MultiFieldPanel(
            [FieldPanel("person"), FieldPanel("email"), FieldPanel("phone"), FieldPanel("procedure")],
            heading=_("Contact"),
        ),
        FieldPanel("architecture"),
        FieldPanel("apps"),
    ]

    class Meta:
        app_label = "regulations"
        verbose_name = _("accessibility statement")
        verbose_name_plural = _("accessibility statements")

    def clean(self) -> None:
        super().clean()
        if self.status != self.Status.FULL and not self.not_accessible:
            raise ValidationError({"not_accessible": _("Say what is not accessible, and why.")})
        if self.reviewed_on < self.prepared_on:
            raise ValidationError({"reviewed_on": _("The review cannot be earlier than the statement.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["site_url"] = settings.EBOK_BASE_URL
        return context

    @property
    def review_due_on(self) -> date:
        return self.reviewed_on + REVIEWED_EVERY


def statements_due() -> models.QuerySet[AccessibilityPage]:
    """The statements that are live and were last reviewed more than a year ago."""
    found: models.QuerySet[AccessibilityPage] = AccessibilityPage.objects.live()
    return found.filter(reviewed_on__lt=clock.today() - REVIEWED_EVERY)


def review_is_due() -> bool:
    return statements_due().exists()
