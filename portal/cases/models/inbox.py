"""What the office writes of its own accord, and the inboxes it lies in."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.audiences.blocks import AudienceField
from portal.customers.models import Customer
from portal.customers.scope import Partial, Scope


class OfficeMessage(models.Model):
    """One text of the office: to one customer, or to those of a segment after a second clerk's look."""

    class State(models.TextChoices):
        DRAFT = "draft", _("waits for a second clerk")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("not sent")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("text"))
    file = models.CharField(max_length=120, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file_type = models.CharField(max_length=80, blank=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    audience = AudienceField()
    counted = models.PositiveIntegerField(_("how many"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(_("written"))
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("message of the office")
        verbose_name_plural = _("messages of the office")
        ordering = ["-written_at"]

    def __str__(self) -> str:
        return self.subject


class InboxItem(models.Model):
    """A message in one customer's inbox."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(OfficeMessage, models.PROTECT, related_name="items")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()

    # What is written to a customer concerns the whole of it.
    access = Scope(customer="customer", partial=Partial.NONE)

    class Meta:
        verbose_name = _("message in an inbox")
        verbose_name_plural = _("messages in inboxes")
        ordering = ["-arrived_at", "-pk"]
        indexes = [models.Index(fields=["customer", "arrived_at"])]
        constraints = [models.UniqueConstraint(fields=["message", "customer"], name="a_message_lies_once_in_an_inbox")]

    def __str__(self) -> str:
        return f"{self.message_id} → {self.customer_id}"


class InboxMark(models.Model):
    """What one person did with a message: several people read one customer's inbox."""

    item = models.ForeignKey(InboxItem, models.CASCADE, related_name="marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    read_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mark in an inbox")
        verbose_name_plural = _("marks in inboxes")
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="one_mark_a_person_and_message")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.item_id}"


class CopyWish(models.Model):
    """A person wants a copy of the inbox's messages by e-mail."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("wish for copies by e-mail")
        verbose_name_plural = _("wishes for copies by e-mail")

    def __str__(self) -> str:
        return f"{self.user_id}"
