"""Which page does what for the rest of the house: `/go/dashboard/` leads to the page that holds that role."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class Role(models.TextChoices):
    DASHBOARD = "dashboard", _("Dashboard")
    DOCUMENTS = "documents", _("Documents")
    READINGS = "readings", _("Readings")
    MESSAGES = "messages", _("Messages")
    CONTRACT = "contract", _("Contract")
    PROFILE = "profile", _("My data")
    REGISTRATION = "registration", _("Registration")
    NOTICES = "notices", _("Notices")
    FAQ = "faq", _("Questions and answers")
    INSTRUCTIONS = "instructions", _("Instructions")
    DOWNLOADS = "downloads", _("Forms to download")
    CONTACT = "contact", _("Contact")
    REGULATIONS = "regulations", _("Regulations")
    PRIVACY = "privacy", _("Privacy")
    ACCESSIBILITY = "accessibility", _("Accessibility statement")


class PageRole(models.Model):
    """One page for one role; its translations serve the other languages."""

    role = models.CharField(_("role"), max_length=30, choices=Role.choices, unique=True)
    page = models.ForeignKey(Page, models.CASCADE, related_name="roles", verbose_name=_("page"))

    class Meta:
        app_label = "home"
        verbose_name = _("role of a page")
        verbose_name_plural = _("roles of pages")
        ordering = ["role"]

    def __str__(self) -> str:
        return self.get_role_display()
