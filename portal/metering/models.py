"""Meters on service points, and their readings."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.customers.models import Customer, FromBilling, ServicePoint
from portal.customers.scope import Partial, Scope


def private() -> Storage:
    """Where customers' photos lie: no address leads there but through a view behind access."""
    return storages["private"]


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
    seals = models.CharField(_("seals"), max_length=120, blank=True, default="")

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
        WITHDRAWN = "withdrawn", _("taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings")
    external_id = models.CharField(_("id in the billing system"), max_length=60, null=True, blank=True)  # noqa: DJ001 - unique where present
    value = models.DecimalField(_("register value, m³"), max_digits=12, decimal_places=3)
    read_on = models.DateField(_("date"))
    read_at = models.DateTimeField(_("moment"), null=True, blank=True, help_text="Of a meter that is read by the hour.")
    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.BOOKED)

    access = Scope(customer="meter__point__customer", point="meter__point", partial=Partial.ANY)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["external_id"], name="reading_from_billing_once")]
        indexes = [
            models.Index(fields=["meter", "-read_on"]),
            models.Index(
                fields=["meter", "read_at"], condition=models.Q(read_at__isnull=False), name="readings_by_the_hour"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} m³, {self.read_on}"


class Submission(models.Model):
    """How a reading came through the portal, and what became of it. A row of its own: the import writes readings whole."""

    class Channel(models.TextChoices):
        PORTAL = "portal", _("in the portal")
        GUEST = "guest", _("without signing in")
        SPREADSHEET = "spreadsheet", _("from a spreadsheet")

    reading = models.OneToOneField(MeterReading, models.PROTECT, related_name="submission")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )
    submitted_at = models.DateTimeField(_("given"))
    channel = models.CharField(_("how"), max_length=12, choices=Channel.choices, default=Channel.PORTAL)
    reasons = models.JSONField(_("why it is checked"), default=list)
    explanation = models.CharField(_("what the customer says"), max_length=300, blank=True)
    photo = models.FileField(_("photo"), storage=private, blank=True, max_length=120)
    compared = models.JSONField(
        default=dict, help_text="What the value was compared with: the last booked one, the usual use."
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decision = models.CharField(_("what the clerk says"), max_length=300, blank=True)
    booked_as = models.CharField(
        _("booked as"), max_length=60, blank=True, help_text="Id of the billing system's own row of the same reading."
    )

    class Meta:
        verbose_name = _("submitted reading")
        verbose_name_plural = _("submitted readings")
        constraints = [
            models.UniqueConstraint(
                fields=["booked_as"], condition=~models.Q(booked_as=""), name="a_reading_is_booked_once"
            )
        ]
        indexes = [models.Index(fields=["submitted_at"])]

    def __str__(self) -> str:
        return f"{self.reading_id}, {self.submitted_at:%Y-%m-%d}"


class ClosedWindow(models.Model):
    """A window whose missing readings were looked for: done once, whenever the scheduler comes to it."""

    closes = models.DateField(unique=True)
    closed_at = models.DateTimeField()
    missed_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.closes)


class MissedWindow(models.Model):
    """A customer who gave no reading in a window, what followed, and how a clerk undid it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="missed_windows")
    closes = models.DateField(_("last day of the window"))
    happened_at = models.DateTimeField(_("when"))
    is_blocking = models.BooleanField(_("blocked"), default=False)
    months_before = models.JSONField(
        default=dict, help_text="Billing period of each contract before, by its public id."
    )
    lifted_at = models.DateTimeField(_("undone"), null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_because = models.CharField(_("why it was undone"), max_length=200, blank=True)
    open_from = models.DateField(_("readings are taken again from"), null=True, blank=True)

    access = Scope(customer="customer")

    class Meta:
        verbose_name = _("missed window")
        verbose_name_plural = _("missed windows")
        ordering = ["-happened_at"]
        constraints = [models.UniqueConstraint(fields=["customer", "closes"], name="a_window_is_missed_once")]

    def __str__(self) -> str:
        return f"{self.customer_id}, {self.closes:%d.%m.%Y}"


class WaterAlert(models.Model):
    """Something unusual that a meter's readings say, and what was compared. Found once for a kind and a last day."""

    class Kind(models.TextChoices):
        UNUSUAL = "unusual", _("unusual use")
        LEAK = "leak", _("possible leak")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="alerts")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    first = models.DateField(_("from"))
    last = models.DateField(_("to"))
    compared = models.JSONField(
        default=dict, help_text="What was compared: use, usual use, or the least of the nights."
    )
    found_at = models.DateTimeField(_("found"))

    access = Scope(customer="meter__point__customer", point="meter__point", partial=Partial.ANY)

    class Meta:
        verbose_name = _("water alert")
        verbose_name_plural = _("water alerts")
        ordering = ["-found_at"]
        constraints = [models.UniqueConstraint(fields=["meter", "kind", "last"], name="an_alert_is_found_once")]

    def __str__(self) -> str:
        return f"{self.kind}, {self.last:%d.%m.%Y}"


class AlertConsent(models.Model):
    """A person who asked to be written to when a customer's water looks unusual."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="alert_consents")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="alert_consents")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="one_alert_consent_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.customer_id}"


class Pulse(models.Model):
    """When the portal was last seen alive: one row."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Downtime(models.Model):
    """Hours in which people could not reach the portal: measured by its pulse, or stated by the office."""

    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"))
    is_measured = models.BooleanField(_("measured"), default=False)
    because = models.CharField(_("why"), max_length=200, blank=True)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("downtime")
        verbose_name_plural = _("downtimes")
        ordering = ["-began_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__gt=models.F("began_at")), name="downtime_ends_after_it_began"
            )
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%d.%m.%Y %H:%M} – {self.ended_at:%d.%m.%Y %H:%M}"
