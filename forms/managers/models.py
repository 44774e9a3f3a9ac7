"""Requests of property managers, and what was granted on them."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.customers.models import Customer, Delegation


def private() -> Storage:
    """Mandates lie where no address leads but a clerk's."""
    return storages["private"]


class ManagerRequest(models.Model):
    """A company asks to act for customers whose properties it manages."""

    class Way(models.TextChoices):
        FORM = "form", _("form on the site")
        EMAIL = "email", _("e-mail, entered by a clerk")

    class State(models.TextChoices):
        NEW = "new", _("to decide")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    press = models.UUIDField(unique=True, editable=False, help_text="Of the form: pressing twice makes one request.")
    way = models.CharField(_("how it came"), max_length=10, choices=Way.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.NEW)
    company = models.CharField(_("company"), max_length=200)
    person = models.CharField(_("person"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail of the account"))
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    properties = models.TextField(_("properties"), max_length=20_000)
    mandate = models.FileField(_("mandate"), storage=private, blank=True, max_length=120)
    mandate_until = models.DateField(_("mandate valid until"), null=True, blank=True)
    language = models.CharField(max_length=5, default="pl")
    is_person = models.BooleanField(default=False, help_text="The captcha was passed.")
    sent_at = models.DateTimeField(_("sent"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField(_("why refused"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("manager's request")
        verbose_name_plural = _("managers' requests")
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return self.company


class ManagerGrant(models.Model):
    """One customer granted on a request, and the customer's objection if there was one."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(ManagerRequest, models.PROTECT, related_name="grants")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    delegation = models.ForeignKey(Delegation, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    objected_at = models.DateTimeField(_("objected"), null=True, blank=True)
    objection = models.CharField(_("why the customer objects"), max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.request_id} → {self.customer_id}"
