"""Meters on service points, and their readings."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.customers.models import FromBilling, ServicePoint
from portal.customers.scope import Partial, Scope


class Meter(FromBilling):
    class Role(models.TextChoices):
        MAIN = "main", _("main meter")
        DEDUCT = "deduct", _("garden meter")
        SUB = "sub", _("sub-meter")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    point = models.ForeignKey(ServicePoint, models.PROTECT, related_name="meters")
    serial_number = models.CharField(_("serial number"), max_length=40)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MAIN)
    digits = models.PositiveSmallIntegerField(_("digits of the dial"), default=5)
    installed_on = models.DateField(_("installed"), null=True, blank=True)
    removed_on = models.DateField(_("removed"), null=True, blank=True)
    verification_valid_until = models.DateField(_("verification valid until"), null=True, blank=True)
    is_remote = models.BooleanField(_("read remotely"), default=False)

    access = Scope(customer="point__customer", point="point", partial=Partial.ANY)

    class Meta(FromBilling.Meta):
        verbose_name = _("meter")
        verbose_name_plural = _("meters")

    def __str__(self) -> str:
        return self.serial_number


class MeterReading(models.Model):
    class Source(models.TextChoices):
        ACTUAL = "actual", _("read by us")
        ESTIMATED = "estimated", _("estimated")
        CUSTOMER = "customer", _("given by the customer")
        REMOTE = "remote", _("read remotely")
        CHECK = "check", _("check reading")

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        TO_CHECK = "to_check", _("being checked")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        EXPORTED = "exported", _("sent to billing")
        BOOKED = "booked", _("booked")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings")
    external_id = models.CharField(_("id in the billing system"), max_length=60, null=True, blank=True)  # noqa: DJ001 - unique where present
    value = models.DecimalField(_("register value, m³"), max_digits=12, decimal_places=3)
    read_on = models.DateField(_("date"))
    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.BOOKED)

    access = Scope(customer="meter__point__customer", point="meter__point", partial=Partial.ANY)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["external_id"], name="reading_from_billing_once")]
        indexes = [models.Index(fields=["meter", "-read_on"])]

    def __str__(self) -> str:
        return f"{self.value} m³, {self.read_on}"
