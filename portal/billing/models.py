"""Invoices, the ledger, what is still open, and money on its way."""

import uuid

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.billing.consent_model import (  # noqa: F401 - Django looks for models here
    EInvoiceConsent,
    EInvoiceWithdrawal,
)
from portal.customers.models import Contract, Customer, FromBilling, ServicePoint
from portal.customers.scope import Partial, Scope
from portal.moneyfield import GroszeField


def private() -> Storage:
    """Where customers' files lie: no address leads there but through a view behind access."""
    return storages["private"]


class Invoice(FromBilling):
    """An invoice as issued; its printed amounts are shown, never recomputed."""

    class Kind(models.TextChoices):
        VAT = "vat", _("invoice")
        CORRECTION = "kor", _("correction invoice")
        ADVANCE = "zal", _("advance invoice")
        FINAL = "roz", _("settlement invoice")
        SIMPLIFIED = "upr", _("simplified invoice")

    class KsefMode(models.TextChoices):
        NONE = "none", _("not in KSeF")
        ONLINE = "online", _("in KSeF")
        OFFLINE = "offline", _("offline, to be sent to KSeF")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="invoices")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.VAT)
    service = models.CharField(
        _("service"), max_length=30, blank=True, help_text=_("water, sewage, waste or other, as a comma list")
    )
    number = models.CharField(_("number"), max_length=80)
    number_folded = models.CharField(max_length=80, db_index=True, editable=False)
    issued_on = models.DateField(_("issued"))
    period_from = models.DateField(_("period from"), null=True, blank=True)
    period_to = models.DateField(_("period to"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    net = GroszeField(_("net"), null=True, blank=True)
    vat = GroszeField("VAT", null=True, blank=True)
    gross = GroszeField(_("gross"))
    to_pay = GroszeField(_("to pay, as printed"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="PLN")
    seller_account = models.CharField(_("account"), max_length=34, blank=True)
    corrects_number = models.CharField(_("corrects invoice"), max_length=80, blank=True)
    ksef_number = models.CharField(_("KSeF number"), max_length=36, blank=True)
    ksef_mode = models.CharField(_("KSeF mode"), max_length=8, choices=KsefMode.choices, default=KsefMode.NONE)
    kod_ii = models.TextField(blank=True, help_text="The text of KOD II as it came, for an offline invoice.")
    original = models.FileField(_("original XML"), storage=private, upload_to="invoices/", blank=True)
    original_sha256 = models.CharField(max_length=64, blank=True, help_text="Hex digest of the original bytes.")
    received_pdf = models.FileField(_("PDF as received"), storage=private, upload_to="invoices/", blank=True)
    rendered_pdf = models.FileField(_("PDF rendered by us"), storage=private, upload_to="invoices/", blank=True)
    announced_at = models.DateTimeField(
        null=True, blank=True, help_text="When its people were written to that it is there."
    )
    held_back_at = models.DateTimeField(
        null=True, blank=True, help_text="When its letter was due while the customer's figures were in question."
    )

    access = Scope(
        customer="customer", parts="entries__shares", point="point", standing="entry__is_current", partial=Partial.ALL
    )

    class Meta(FromBilling.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        indexes = [
            models.Index(fields=["customer", "-issued_on"]),
            models.Index(fields=["issued_on"], condition=models.Q(announced_at=None), name="invoices_to_announce"),
            models.Index(
                fields=["held_back_at"],
                condition=models.Q(announced_at=None, held_back_at__isnull=False),
                name="invoices_held_back",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line of an invoice that came as rows; an invoice that came as XML keeps its lines there."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=250)
    unit = models.CharField(max_length=20, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    unit_net = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    net = GroszeField(null=True, blank=True)
    vat_rate = models.CharField(max_length=6, blank=True)
    vat = GroszeField(null=True, blank=True)
    is_before = models.BooleanField(default=False, help_text="The state before a correction.")
    point = models.ForeignKey(ServicePoint, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "position", "is_before"], name="invoice_line_once")]

    def __str__(self) -> str:
        return self.description


class Document(FromBilling):
    """A document that is not an invoice: a note, a demand, another sale's paper, a contract's annex."""

    class Kind(models.TextChoices):
        INTEREST_NOTE = "interest_note", _("interest note")
        DEBIT_NOTE = "debit_note", _("debit note")
        CREDIT_NOTE = "credit_note", _("credit note")
        DEMAND = "demand", _("demand for payment")
        OTHER_SALE = "other_sale", _("other sale")
        CONTRACT = "contract", _("contract")
        OTHER = "other", _("other document")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="documents")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="documents")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=80)
    issued_on = models.DateField(_("issued"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    amount = GroszeField(_("amount"), null=True, blank=True)
    file = models.FileField(_("file"), storage=private, upload_to="documents/", blank=True)

    access = Scope(
        customer="customer", parts="entries__shares", point="point", standing="entry__is_current", partial=Partial.ALL
    )

    class Meta(FromBilling.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.number


class LedgerEntry(models.Model):
    """One booking of the billing system. Append-only: what changed upstream is reversed and written anew."""

    class Kind(models.TextChoices):
        CHARGE = "charge", _("charge")
        PAYMENT = "payment", _("payment")
        CREDIT_NOTE = "credit_note", _("credit note")
        CORRECTION = "correction", _("correction")
        REFUND = "refund", _("refund")
        WRITE_OFF = "write_off", _("write-off")

    class ChargeKind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        INTEREST_NOTE = "interest_note", _("interest note")
        DEBIT_NOTE = "debit_note", _("debit note")
        OTHER_SALE = "other_sale", _("other sale")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=20, default="billing")
    external_id = models.CharField(max_length=60)
    revision = models.PositiveSmallIntegerField(default=1)
    is_reversal = models.BooleanField(default=False)
    is_current = models.BooleanField(
        default=True, help_text="Stands in the billing system now: neither reversed nor a reversal."
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    charge_kind = models.CharField(max_length=14, choices=ChargeKind.choices, blank=True)
    booked_on = models.DateField(_("booked"))
    amount = GroszeField(_("amount"), help_text=_("Charges are positive, payments negative."))
    due_on = models.DateField(_("due"), null=True, blank=True)
    document_number = models.CharField(_("document"), max_length=80, blank=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="entries")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="entries")
    reference = models.CharField(
        _("reference"), max_length=80, blank=True, help_text=_("Our reference of a payment made online.")
    )
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    created_at = models.DateTimeField()

    access = Scope(customer="customer", parts="shares", point="point", partial=Partial.ANY)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "revision", "is_reversal"], name="ledger_entry_revision_once"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=models.Q(is_current=True), name="one_current_ledger_entry"
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "booked_on", "id"], include=["kind", "amount"], name="ledger_of_a_customer"
            ),
            models.Index(fields=["reference"], condition=~models.Q(reference=""), name="ledger_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class EntryShare(models.Model):
    """A part of an entry: on which contract, service and point it falls. Shares always sum to their entry."""

    entry = models.ForeignKey(LedgerEntry, models.CASCADE, related_name="shares")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="+")
    service = models.CharField(max_length=12, blank=True)
    point = models.ForeignKey(ServicePoint, models.PROTECT, null=True, blank=True, related_name="+")
    amount = GroszeField()

    access = Scope(customer="entry__customer", point="point", partial=Partial.ANY)

    def __str__(self) -> str:
        return f"{self.service} {self.amount}"


class ShareBalance(models.Model):
    """The balance of one share key, kept by the import; a row without contract is the unattributed rest."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="share_balances")
    contract = models.ForeignKey(Contract, models.CASCADE, null=True, blank=True, related_name="+")
    service = models.CharField(max_length=12, blank=True)
    point = models.ForeignKey(ServicePoint, models.CASCADE, null=True, blank=True, related_name="+")
    balance = GroszeField()

    access = Scope(customer="customer", point="point", partial=Partial.ANY)

    def __str__(self) -> str:
        return f"{self.service} {self.balance}"


class CustomerAccount(models.Model):
    """A customer's figures as of the last import: positive balance = the customer owes."""

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="account")
    balance = GroszeField(default=0)
    unallocated_credit = GroszeField(default=0, help_text="Money “na poczet”, as a positive amount.")
    stated_balance = GroszeField(null=True, blank=True, help_text="What the billing system says the balance is.")
    as_of = models.DateTimeField()
    is_in_question = models.BooleanField(default=False)
    question = models.CharField(max_length=250, blank=True)

    access = Scope(customer="customer")

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.balance}"


class Allocation(models.Model):
    """Which payment settled how much of which charge, as the billing system states it."""

    payment = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="allocations")
    charge = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="settled_by")
    amount = GroszeField()

    access = Scope(customer="charge__customer", parts="charge__shares", point="point", partial=Partial.ALL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payment", "charge"], name="allocation_once")]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.charge_id}: {self.amount}"


class OpenItem(models.Model):
    """A charge and what of it is still open."""

    class Basis(models.TextChoices):
        STATED = "open_amount", _("as the billing system states")
        ALLOCATED = "allocations", _("by the billing system's allocations")
        OLDEST_DUE = "oldest_due", _("payments counted to the oldest due first")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="open_item")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="open_items")
    amount = GroszeField()
    open_amount = GroszeField()
    due_on = models.DateField(null=True, blank=True)
    basis = models.CharField(max_length=12, choices=Basis.choices)

    access = Scope(customer="customer", parts="entry__shares", point="point", partial=Partial.ALL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(open_amount__gte=0), name="open_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["customer", "due_on"], condition=models.Q(open_amount__gt=0), name="what_is_open")
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.open_amount}"


class Transit(models.Model):
    """Money on its way: from the moment a payer starts until the billing system has booked it."""

    class State(models.TextChoices):
        HELD = "held", _("being paid")
        PAID = "paid", _("paid, being booked")
        BOOKED = "booked", _("booked")
        RELEASED = "released", _("not paid")

    reference = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="transits")
    amount = GroszeField()
    channel = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    held_until = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)

    access = Scope(customer="customer", parts="parts__item__entry__shares", point="point", partial=Partial.ALL)

    class Meta:
        indexes = [models.Index(fields=["customer", "state"])]

    def __str__(self) -> str:
        return self.reference


class TransitPart(models.Model):
    """What of a transit is for which open item; without an item it is on account."""

    transit = models.ForeignKey(Transit, models.CASCADE, related_name="parts")
    item = models.ForeignKey(OpenItem, models.PROTECT, null=True, blank=True, related_name="transit_parts")
    amount = GroszeField()

    def __str__(self) -> str:
        return f"{self.item_id}: {self.amount}"


class TransitBooking(models.Model):
    """Which ledger entry booked how much of a transit: several entries may book one payment."""

    transit = models.ForeignKey(Transit, models.PROTECT, related_name="bookings")
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="transit_booking")
    amount = GroszeField()

    def __str__(self) -> str:
        return f"{self.transit_id}: {self.amount}"


class TariffRate(FromBilling):
    """A price from a day on: for a group of customers, a component and a unit."""

    group = models.CharField(_("tariff group"), max_length=40)
    component = models.CharField(_("component"), max_length=40, help_text=_("water, sewage, subscription, settlement"))
    unit = models.CharField(_("unit"), max_length=20)
    effective_from = models.DateField(_("from"))
    effective_to = models.DateField(_("until"), null=True, blank=True)
    net_price = models.DecimalField(_("net price"), max_digits=12, decimal_places=4)
    vat_rate = models.CharField(_("VAT rate"), max_length=6, default="8")

    class Meta(FromBilling.Meta):
        verbose_name = _("tariff rate")
        verbose_name_plural = _("tariff rates")

    def __str__(self) -> str:
        return f"{self.group} {self.component} {self.net_price}"
