"""What came from the billing system and when, what was wrong with it, and where it waits before the merge."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.exchange.staged import Staged, Touched

__all__ = ["ApiToken", "BillingDelivery", "DeliveryFault", "LeftOut", "ReceivedDelivery", "Staged", "Touched"]


def private() -> Storage:
    return storages["private"]


class BillingDelivery(models.Model):
    """One delivery and what became of it; kept for good."""

    class State(models.TextChoices):
        STAGING = "staging", _("being read")
        MERGED = "merged", _("taken over")
        REFUSED = "refused", _("refused")
        ABANDONED = "abandoned", _("broken off")
        TRIED = "tried", _("tried out")

    name = models.CharField(_("folder or file"), max_length=250)
    source = models.CharField(_("source"), max_length=20, default="billing")
    kind = models.CharField(_("kind"), max_length=10, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    as_of = models.DateTimeField(_("as of"), null=True)
    made_at = models.DateTimeField(_("made"), null=True)
    started_at = models.DateTimeField(_("import started"))
    finished_at = models.DateTimeField(_("import finished"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STAGING)
    counts = models.JSONField(_("rows"), default=dict)  # by file: new, changed, same, gone, out
    fault_counts = models.JSONField(_("faults"), default=dict)  # by weight, also those beyond the ones kept
    is_dry_run = models.BooleanField(default=False)
    differences = models.JSONField(default=dict)  # of a dry run, by file: some rows that would be otherwise
    rows_promised = models.JSONField(default=dict)  # by file, as the manifest says
    rows_read = models.JSONField(default=dict)  # by file; what is staged and committed
    read_until = models.BigIntegerField(
        null=True
    )  # the last fault of the reading, when all is read; what follows is checked anew

    class Meta:
        verbose_name = _("delivery of billing data")
        verbose_name_plural = _("deliveries of billing data")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["source", "state", "-as_of"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class DeliveryFault(models.Model):
    """One thing that was wrong, and where: file, line, sentence."""

    class Weight(models.TextChoices):
        FILE = "file", _("file fault")
        ROW = "row", _("row fault")
        DOUBT = "doubt", _("doubt")
        WARNING = "warning", _("warning")

    delivery = models.ForeignKey(BillingDelivery, models.CASCADE, related_name="faults")
    weight = models.CharField(_("kind of fault"), max_length=8, choices=Weight.choices)
    file = models.CharField(_("file"), max_length=200)
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    customer_key = models.CharField(_("customer's id in the billing system"), max_length=60, blank=True)
    sentence = models.TextField(_("what is wrong"))

    class Meta:
        verbose_name = _("fault of a delivery")
        verbose_name_plural = _("faults of deliveries")
        indexes = [models.Index(fields=["delivery", "weight", "customer_key"])]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}" if self.line else f"{self.file}: {self.sentence}"


class LeftOut(models.Model):
    """A row that was left out with its customer's others. While one is missing, nothing newer of him is taken over."""

    source = models.CharField(max_length=20)
    customer_key = models.CharField(max_length=60)
    stage = models.CharField(max_length=30)
    row_key = models.CharField(max_length=250)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "customer_key", "stage", "row_key"], name="left_out_once")
        ]

    def __str__(self) -> str:
        return f"{self.customer_key}: {self.stage} {self.row_key}"


class ApiToken(models.Model):
    """The right of a program to use the API. Only a digest of it is kept: it is shown once, when it is made."""

    name = models.CharField(_("name"), max_length=60, unique=True, help_text=_("What uses it, for example “billing”."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("allowed to"), default=list)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_on = models.DateField(_("until"), null=True, blank=True, help_text=_("That day included; empty: no end."))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ReceivedDelivery(models.Model):
    """A delivery that came through the API, from its arrival until it is taken over or refused."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        TAKING = "taking", _("being taken over")
        MERGED = "merged", _("taken over")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed in the portal")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.ForeignKey(ApiToken, models.PROTECT, related_name="received")
    idempotency_key = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    file = models.FileField(storage=private, upload_to="deliveries/", blank=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    delivery = models.ForeignKey(BillingDelivery, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "idempotency_key"], name="received_once")]

    def __str__(self) -> str:
        return f"{self.idempotency_key} ({self.state})"
