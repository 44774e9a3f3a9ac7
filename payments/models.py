"""Payments made online, and everything a gateway told us about them."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.gateways.sandbox import SandboxReturn, SandboxSession
from payments.policies import NOT_PAID, WAITING, WhyReturned
from portal.billing.models import Transit
from portal.customers.models import Customer
from portal.customers.scope import Partial, Scope
from portal.moneyfield import GroszeField

__all__ = ["GatewayEvent", "Payment", "Payout", "PayoutLine", "Refund", "SandboxReturn", "SandboxSession"]


class Payment(models.Model):
    """One attempt to pay. Its state moves only by the gateway's word, never by the browser's return."""

    class State(models.TextChoices):
        CREATED = "created", _("started")
        PENDING = "pending", _("waiting for the payment")
        SUCCEEDED = "succeeded", _("paid")
        FAILED = "failed", _("not paid")
        EXPIRED = "expired", _("time ran out")
        CANCELLED = "cancelled", _("cancelled")
        REFUNDED_PARTLY = "refunded_partly", _("refunded in part")
        REFUNDED = "refunded", _("refunded")
        DISPUTED = "disputed", _("disputed")
        CHARGED_BACK = "charged_back", _("charged back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payments")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="payments")
    payer_email = models.EmailField(blank=True)
    # The token of the form that was sent: pressing twice makes one payment.
    press = models.UUIDField(unique=True, null=True, editable=False)
    transit = models.OneToOneField(Transit, models.PROTECT, related_name="payment")
    amount = GroszeField(_("amount"))
    # Of the amount, what the payer bears for paying online: it is for no document and no part of the transit.
    payers_fee = GroszeField(_("fee borne by the payer"), default=0)
    currency = models.CharField(max_length=3, default="PLN")
    fee = GroszeField(_("gateway's fee"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.CREATED)
    gateway = models.CharField(max_length=20)
    session_id = models.CharField(max_length=120, blank=True, db_index=True)
    session_url = models.URLField(max_length=600, blank=True)
    gateway_payment_id = models.CharField(max_length=120, blank=True, db_index=True)
    method = models.CharField(max_length=30, blank=True)
    # In the currency beside it, which need not be the one we asked for.
    received = GroszeField(_("received"), null=True, blank=True)
    received_currency = models.CharField(max_length=3, blank=True)
    refunded = GroszeField(_("refunded"), default=0)
    charged_back = GroszeField(_("charged back"), default=0)
    is_held_for_clerk = models.BooleanField(default=False)
    held_because = models.CharField(max_length=250, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)

    access = Scope(customer="customer", parts="transit__parts__item__entry__shares", point="point", partial=Partial.ALL)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="a_payment_is_of_something")]
        indexes = [
            models.Index(fields=["state", "expires_at"]),
            models.Index(fields=["customer", "-created_at"], name="payments_of_a_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.amount} {self.state}"

    @property
    def left(self) -> Decimal:
        """Received, and neither given back nor taken back; in the currency of what was received."""
        return (self.received or Decimal("0.00")) - Decimal(self.refunded) - Decimal(self.charged_back)

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_not_paid(self) -> bool:
        return self.state in NOT_PAID


class Refund(models.Model):
    """What a clerk gives back of a payment. Its public id is the key under which the gateway does it once."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a second clerk")
        SENDING = "sending", _("being sent")
        DONE = "done", _("refunded")
        REFUSED = "refused", _("not refunded")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = GroszeField(_("amount"))
    reason = models.CharField(_("reason"), max_length=250)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="a_refund_is_of_something")]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount} {self.state}"


class GatewayEvent(models.Model):
    """A verified message of a gateway, stored once by its id before anything is done about it."""

    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    session_id = models.CharField(max_length=120, blank=True, db_index=True)
    gateway_payment_id = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=80, blank=True, help_text="Our payment's public id, as the message says it.")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="events")
    payload = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    acted_on_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="gateway_event_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.kind} {self.event_id}"


class Payout(models.Model):
    """What a gateway has sent to the utility's bank account in one transfer, as it tells it.

    It may come back, even days after it arrived: then its lines stay, and a later payout has one for the whole of it.
    """

    class Returned(models.TextChoices):
        ACCOUNT = (
            WhyReturned.ACCOUNT.value,
            _("the bank account is closed or blocked, or its number or holder is wrong"),
        )
        BANK = WhyReturned.BANK.value, _("the bank did not take it")
        CALLED_OFF = WhyReturned.CALLED_OFF.value, _("it was called off at the gateway")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    gateway = models.CharField(_("gateway"), max_length=20)
    payout_id = models.CharField(_("number of the payout"), max_length=120)
    amount = GroszeField(_("amount"))
    currency = models.CharField(max_length=3, default="PLN")
    sent_on = models.DateField(_("sent on"))
    read_at = models.DateTimeField()
    returned_on = models.DateField(_("came back on"), null=True, blank=True)
    returned_because = models.CharField(max_length=12, choices=Returned.choices, blank=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["-sent_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["gateway", "payout_id"], name="payout_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.payout_id} {self.amount}"


class PayoutLine(models.Model):
    """What a payout is made of. A line of one of our payments is compared with it to the grosz."""

    class Kind(models.TextChoices):
        CHARGE = "charge", _("payment")
        REFUND = "refund", _("refund")
        DISPUTE = "dispute", _("dispute")
        FEE = "fee", _("gateway's own fee")
        RETURNED = "returned", _("payout that came back")
        OTHER = "other", _("other")

    class Trouble(models.TextChoices):
        NONE = "", _("in order")
        UNKNOWN = "unknown", _("no such payment here")
        AMOUNT = "amount", _("the payment says another amount")
        FEE = "fee", _("the payment says another fee")
        PAYOUT = "payout", _("no payout of this amount came back")
        OTHER = "other", _("of nothing that is known here")

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="lines")
    movement_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = GroszeField(_("amount"))
    fee = GroszeField(_("fee"), default=0)
    gateway_payment_id = models.CharField(max_length=120, blank=True)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="payout_lines")
    gateway_payout_id = models.CharField(max_length=120, blank=True)
    returned_payout = models.ForeignKey(Payout, models.PROTECT, null=True, blank=True, related_name="sent_again")
    trouble = models.CharField(max_length=10, choices=Trouble.choices, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payout", "movement_id"], name="payout_line_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.movement_id} {self.amount}"

    @property
    def of_what(self) -> str:
        """By the gateway's own numbers."""
        return self.gateway_payment_id or self.gateway_payout_id or self.movement_id
