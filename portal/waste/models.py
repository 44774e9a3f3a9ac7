"""Where waste is collected, in what containers, and when."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.customers.models import Contract, Customer, FromBilling, ServicePoint
from portal.customers.scope import Partial, Scope


class CollectionPoint(FromBilling):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="collection_points")
    point = models.ForeignKey(
        ServicePoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="collection_points",
        help_text="Whose place it is; without one it is of the whole contract.",
    )
    address = models.CharField(_("address"), max_length=200)

    access = Scope(customer="contract__customer", point="point", partial=Partial.ANY)

    class Meta(FromBilling.Meta):
        verbose_name = _("waste collection point")
        verbose_name_plural = _("waste collection points")

    def __str__(self) -> str:
        return self.address


class Container(models.Model):
    point = models.ForeignKey(CollectionPoint, models.CASCADE, related_name="containers")
    stream = models.CharField(_("waste stream"), max_length=40)
    litres = models.PositiveIntegerField(_("volume, litres"))
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["point", "stream", "litres"], name="one_row_a_container_kind")]

    def __str__(self) -> str:
        return f"{self.stream} {self.litres} l × {self.count}"


class Pickup(models.Model):
    point = models.ForeignKey(CollectionPoint, models.CASCADE, related_name="pickups")
    stream = models.CharField(_("waste stream"), max_length=40)
    day = models.DateField(_("day"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["point", "stream", "day"], name="one_pickup_a_day")]

    def __str__(self) -> str:
        return f"{self.stream} {self.day}"


class PickupReminder(models.Model):
    """A person who asked to be told the evening before a customer's waste is collected."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="pickup_reminders")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="pickup_reminders")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="one_pickup_reminder_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.customer_id}"
