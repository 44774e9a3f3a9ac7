"""Applications for an account, as rows."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import TermsVersion
from portal.customers.models import Customer


class Application(models.Model):
    """One person's request for an account, from the form to its end."""

    class Reason(models.TextChoices):
        NO_CAPTCHA = "no_captcha", _("sent without the check that a person fills it in")
        TAKEN_EMAIL = "taken_email", _("the e-mail has an account already")
        HAS_OWNER = "has_owner", _("the customer has an account already")
        KIND = "kind", _("customers of this kind are linked by a clerk")
        SERVICES = "services", _("the customer holds none of the services that are needed")
        CLOSED = "closed", _("the customer is closed in the billing system")
        NUMBER_TAKEN = "number_taken", _("the customer number signs somebody else in")

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("waiting for the e-mail to be confirmed")
        ACTIVE = "active", _("account works")
        TO_DECIDE = "to_decide", _("waiting for a clerk")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", _("link expired")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mode = models.CharField(_("verified by"), max_length=30)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.UNCONFIRMED)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    reason = models.CharField(_("why it waits or was refused"), max_length=20, choices=Reason.choices, blank=True)
    password = models.CharField(
        max_length=200, blank=True, help_text="Hashed, moved to the user when the e-mail is confirmed."
    )
    language = models.CharField(max_length=5, default="pl")
    proven_customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="applications")
    invoice_number = models.CharField(_("invoice number"), max_length=80, blank=True)
    terms = models.ForeignKey(TermsVersion, models.PROTECT, null=True, related_name="+")
    submission = models.UUIDField(
        unique=True, help_text="Given by the form: a second press finds the first one's application."
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="applications"
    )
    captcha_passed = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    link_expires_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email} ({self.state})"
