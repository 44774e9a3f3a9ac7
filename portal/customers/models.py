"""Customers, their contracts and service points, and who may act for them."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.content.folding import fold
from portal.customers.scope import Partial, Scope


class FromBilling(models.Model):
    """A row that the billing system owns: keyed by (source, external id) as text, so leading zeros stay."""

    source = models.CharField(max_length=20, default="billing", editable=False)
    external_id = models.CharField(_("id in the billing system"), max_length=60)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="%(app_label)s_%(class)s_from_billing")
        ]


class Customer(FromBilling):
    """The party to contracts: a person, a firm or a housing community."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        FIRM = "firm", _("firm")
        COMMUNITY = "community", _("housing community")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("customer number"), max_length=20, db_index=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200)
    name_folded = models.CharField(max_length=220, default="", editable=False, db_index=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    nip = models.CharField("NIP", max_length=10, blank=True)
    street = models.CharField(_("street and number"), max_length=150, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail known to the office"), blank=True)
    phone = models.CharField(_("phone known to the office"), max_length=40, blank=True)
    virtual_account = models.CharField(_("individual account"), max_length=26, blank=True)
    services = models.JSONField(
        _("services held"), default=list, help_text=_("water, sewage, waste; kept by the import")
    )
    is_closed = models.BooleanField(_("closed"), default=False)
    as_of = models.DateTimeField(_("as of"), null=True, blank=True)

    access = Scope(customer="pk")

    class Meta(FromBilling.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The import writes the folded name by itself, set by set."""
        self.name_folded = fold(self.name)[:220]
        super().save(*args, **kwargs)

    @property
    def address(self) -> str:
        town = f"{self.postcode} {self.city}".strip()
        return ", ".join(part for part in (self.street, town) if part)


class Contract(FromBilling):
    """A contract for services: water, sewage, waste, or several."""

    class EInvoice(models.TextChoices):
        NONE = "paper", _("paper invoice")
        ON = "e_invoice", _("e-invoice")
        KSEF = "ksef", _("structured invoice in KSeF")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contracts")
    number = models.CharField(_("contract number"), max_length=60)
    signed_on = models.DateField(_("date"), null=True, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    services = models.JSONField(_("services"), default=list, help_text=_("water, sewage, waste"))
    tariff_group = models.CharField(_("tariff group"), max_length=40, blank=True)
    billing_period_months = models.PositiveSmallIntegerField(_("billing period, months"), default=2)
    e_invoice = models.CharField(_("invoice delivery"), max_length=10, choices=EInvoice.choices, default=EInvoice.NONE)
    text = models.TextField(_("text of the contract"), blank=True)

    access = Scope(customer="customer", parts="points", point="pk", partial=Partial.ANY)

    class Meta(FromBilling.Meta):
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")

    def __str__(self) -> str:
        return self.number


class ServicePoint(FromBilling):
    """Where a service is delivered under a contract: a house, a flat, a garden."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="points")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="points")
    name = models.CharField(_("name"), max_length=120, blank=True)
    street = models.CharField(_("street"), max_length=120)
    building = models.CharField(_("building"), max_length=20, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    is_closed = models.BooleanField(_("closed"), default=False)

    access = Scope(customer="customer", point="pk", partial=Partial.ANY)

    class Meta(FromBilling.Meta):
        verbose_name = _("service point")
        verbose_name_plural = _("service points")

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        place = f"{self.street} {self.building}".strip()
        return f"{place}/{self.unit}" if self.unit else place


class Deed(models.TextChoices):
    """What a person may do for a customer."""

    SEE_BALANCE = "see_balance", _("see the balance and payments")
    SEE_INVOICES = "see_invoices", _("see invoices")
    SEE_NOTES = "see_notes", _("see notes")
    SEE_CONTRACT = "see_contract", _("see the contract")
    SEE_READINGS = "see_readings", _("see meters and readings")
    SEE_WASTE = "see_waste", _("see waste collection")
    SUBMIT_READING = "submit_reading", _("submit readings")
    PAY = "pay", _("pay")
    WRITE_CASE = "write_case", _("write to the office")
    MANAGE_E_INVOICE = "manage_e_invoice", _("turn the e-invoice on and off")
    CHANGE_BASIC_DATA = "change_basic_data", _("change basic data")
    CHANGE_ADDRESS = "change_address", _("change the address")
    CHANGE_CONTACT = "change_contact", _("change contact data")
    CHANGE_BILLING_PERIOD = "change_billing_period", _("change the billing period")
    DELEGATE = "delegate", _("invite others")


class Delegation(models.Model):
    """A person's right to act for a customer: in what role, for what, since and until when, on what ground."""

    class Role(models.TextChoices):
        OWNER = "owner", pgettext_lazy("a delegation", "owner")
        MANAGER = "manager", _("property manager")
        PROXY = "proxy", _("proxy")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="delegations")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    is_whole_customer = models.BooleanField(_("whole customer"), default=True)
    points = models.ManyToManyField(
        ServicePoint, blank=True, related_name="delegations", verbose_name=_("service points")
    )
    deeds = models.JSONField(_("deeds of a proxy"), default=list, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    ground = models.CharField(_("ground"), max_length=60)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "customer"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_open_delegation_a_person_and_customer",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(role="owner", revoked_at__isnull=True),
                name="one_owner_a_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.customer_id} ({self.role})"


class LetterCode(models.Model):
    """A code posted to a customer's address: whoever types it in lives there. Kept as a digest, works once."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="letter_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.made_at:%Y-%m-%d}"


class StaffVisit(models.Model):
    """The time in which a clerk may see one customer, and why."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="staff_visits")
    reason = models.CharField(_("reason"), max_length=200)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.staff_id} → {self.customer_id}"


class Invitation(models.Model):
    """An owner invites somebody by e-mail to act for the customer: which deeds, which points, until when."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    deeds = models.JSONField(_("what the person may do"), default=list)
    is_whole_customer = models.BooleanField(_("whole customer"), default=True)
    points = models.ManyToManyField(ServicePoint, blank=True, related_name="+", verbose_name=_("service points"))
    until = models.DateField(_("until"))
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    delegation = models.OneToOneField(Delegation, models.PROTECT, null=True, blank=True, related_name="+")

    access = Scope(customer="customer")

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.invited_at:%Y-%m-%d}"
