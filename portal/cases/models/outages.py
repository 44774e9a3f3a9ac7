"""Where and until when something does not work, and who wants to be told."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from portal.audiences.reader import street_key
from portal.cases.policies import Buildings, BuildingsUnclear
from portal.customers.models import Customer


class Outage(ClusterableModel):
    """A failure or a planned interruption: one row drives the banner, the list, the letters and the failure form."""

    class Kind(models.TextChoices):
        FAILURE = "failure", _("failure")
        PLANNED = "planned", _("planned interruption")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FAILURE)
    title = models.CharField(_("title"), max_length=100, help_text=_("For example: No water in Lipowa Street."))
    text = models.TextField(_("text"), blank=True, help_text=_("What people should know: why, where water is brought."))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("expected until"))
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-starts_at"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end comes after the beginning.")})


class OutageStreet(Orderable):
    """A street of the area, or some of its buildings."""

    outage = ParentalKey(Outage, on_delete=models.CASCADE, related_name="streets")
    street = models.CharField(_("street"), max_length=120, help_text=_("As in addresses: ul. Lipowa."))
    buildings = models.CharField(
        _("buildings"), max_length=200, blank=True, help_text=_("1, 3a, 5-11. Left empty: the whole street.")
    )
    folded = models.CharField(max_length=120, editable=False, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("street")
        verbose_name_plural = _("streets")

    def __str__(self) -> str:
        return f"{self.street} {self.buildings}".strip()

    def clean(self) -> None:
        try:
            Buildings.of(self.buildings)
        except BuildingsUnclear:
            raise ValidationError({"buildings": _("Write building numbers as 1, 3a, 5-11.")}) from None

    def save(self, *args: object, **kwargs: object) -> None:
        self.folded = street_key(self.street)
        super().save(*args, **kwargs)


class OutageAlert(models.Model):
    """A person's consent to be told of outages at a customer's places. Withdrawn by its end."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("wish to be told of outages")
        verbose_name_plural = _("wishes to be told of outages")
        constraints = [
            models.UniqueConstraint(fields=["user", "customer"], name="one_outage_alert_a_person_and_customer")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.customer_id}"
