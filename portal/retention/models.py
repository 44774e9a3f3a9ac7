"""Legal holds, and what each night's purge did."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LegalHold(models.Model):
    """While it lasts, nothing of this customer or person is purged: a dispute, a court, an inspection."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.UUIDField(_("customer"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    of_whom = models.CharField(_("of whom"), max_length=220)
    reason = models.CharField(_("reason"), max_length=300)
    placed_at = models.DateTimeField(_("since"))
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-placed_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(customer__isnull=False) | models.Q(user__isnull=False), name="a_hold_is_of_somebody"
            )
        ]

    def __str__(self) -> str:
        return self.of_whom


class PurgeRun(models.Model):
    """One run of the purge: what it ended, or in a dry run would have ended."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_dry = models.BooleanField(_("dry run"), default=False)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    report = models.JSONField(_("report"), default=list)

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
