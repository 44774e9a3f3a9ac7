"""A customer's consent to e-invoices, every consent that came before it, and what became of each withdrawal."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import TermsVersion
from portal.customers.models import Contract, Customer
from portal.customers.scope import Partial, Scope


class EInvoiceConsent(models.Model):
    """One consent: to which version, to which address, from when. It is ended, never changed or deleted.

    Without a contract it covers the whole customer. It is confirmed once: when the billing system says the same.
    """

    class Channel(models.TextChoices):
        PORTAL = "portal", _("in the portal")
        REGISTRATION = "registration", _("when registering")
        FORM_A = "form_a", _("on paper")

    class End(models.TextChoices):
        WITHDRAWN = "withdrawn", _("withdrawn")
        ADDRESS_CHANGED = "address_changed", _("another e-mail address")
        NEW_TERMS = "new_terms", _("given anew")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="e_invoice_consents")
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="e_invoice_consents", verbose_name=_("contract")
    )
    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="+", verbose_name=_("version of the terms"))
    email = models.EmailField(_("address of the e-invoices"))
    starts_on = models.DateField(_("from"))
    channel = models.CharField(_("how"), max_length=12, choices=Channel.choices, default=Channel.PORTAL)
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("taken over by billing"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ending = models.CharField(_("how it ended"), max_length=16, choices=End.choices, blank=True)

    access = Scope(customer="customer", partial=Partial.NONE)

    class Meta:
        verbose_name = _("consent to e-invoices")
        verbose_name_plural = _("consents to e-invoices")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(contract__isnull=True, ended_at__isnull=True),
                name="one_consent_a_customer",
            ),
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(ended_at__isnull=True), name="one_consent_a_contract"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.email}"

    @property
    def told_as(self) -> str:
        """What the fact for the billing system is about."""
        return f"e_invoice:{self.public_id}:on"


class EInvoiceWithdrawal(models.Model):
    """A customer went back to paper: from a consent, or, without one, from what the office had arranged.

    It waits until the billing system says the same, once, or until a consent given anew has taken its place.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="e_invoice_withdrawals")
    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="e_invoice_withdrawals",
        verbose_name=_("contract"),
    )
    consent = models.OneToOneField(
        EInvoiceConsent, models.PROTECT, null=True, blank=True, related_name="withdrawal", verbose_name=_("consent")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"))
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed by billing"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("replaced by a new consent"), null=True, blank=True)

    access = Scope(customer="customer", partial=Partial.NONE)

    class Meta:
        verbose_name = _("withdrawal from e-invoices")
        verbose_name_plural = _("withdrawals from e-invoices")
        ordering = ["-withdrawn_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(contract__isnull=True, confirmed_at__isnull=True, replaced_at__isnull=True),
                name="one_waiting_withdrawal_a_customer",
            ),
            models.UniqueConstraint(
                fields=["contract"],
                condition=models.Q(confirmed_at__isnull=True, replaced_at__isnull=True),
                name="one_waiting_withdrawal_a_contract",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.withdrawn_at:%Y-%m-%d}"

    @property
    def told_as(self) -> str:
        """What the fact for the billing system is about."""
        return f"e_invoice:{(self.consent or self).public_id}:off"

    @property
    def is_waiting(self) -> bool:
        return self.confirmed_at is None and self.replaced_at is None
