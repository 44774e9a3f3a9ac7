"""The audit line: who did what to whom, and when. Written in the deed's own transaction, never changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditLine(models.Model):
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.CharField(
        _("who"), max_length=120, help_text="Who, in words: a person's name, the import, the gateway."
    )
    deed = models.CharField(_("deed"), max_length=60)
    about = models.CharField(_("about"), max_length=80, help_text="What it is about: kind:public id.")
    customer = models.UUIDField(
        _("customer"), null=True, blank=True, help_text="Public id of the customer whose data it touches."
    )
    facts = models.JSONField(_("facts"), default=dict)

    class Meta:
        verbose_name = _("audit line")
        verbose_name_plural = _("journal")
        indexes = [models.Index(fields=["customer", "at"]), models.Index(fields=["about"])]

    def __str__(self) -> str:
        return f"{self.at:%d.%m.%Y %H:%M} {self.by}: {self.deed} ({self.about})"
