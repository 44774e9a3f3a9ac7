"""Where waste is collected, in what containers, and when."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.customers.models import Contract, FromBilling
from portal.customers.scope import Scope


class CollectionPoint(FromBilling):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="collection_points")
    address = models.CharField(_("address"), max_length=200)

    access = Scope(customer="contract__customer")

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
