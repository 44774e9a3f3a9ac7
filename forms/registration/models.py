"""Applications for an account, as rows."""

import uuid

from django.conf import settings
from django.contrib.admin import display
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import TermsVersion
from portal.customers.models import Customer


def private() -> Storage:
    return storages["private"]


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
        NOT_ELIGIBLE = "not_eligible", _("customers of this kind cannot have an account yet")
        NO_INVOICE = "no_invoice", _("the customer has received no invoice yet")
        OWNS_ANOTHER = "owns_another", _("the e-mail owns another customer already")
        BY_RULE = "by_rule", _("a clerk checks every application")
        BY_CLERK = "by_clerk", _("a clerk refused it")
        UNDONE = "undone", _("the link was wrong and was undone")
        NO_FORM = "no_form", _("the signed form did not come in time")

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("waiting for the e-mail to be confirmed")
        ACTIVE = "active", _("account works")
        TO_DECIDE = "to_decide", _("waiting for a clerk")
        PROPOSED = "proposed", _("waiting for a second clerk")
        NEEDS_MORE = "needs_more", _("waiting for the applicant's answer")
        AWAITS_FORM = "awaits_form", _("waiting for the signed form")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", _("link expired")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mode = models.CharField(_("verified by"), max_length=30)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.UNCONFIRMED)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    reason = models.CharField(_("why it waits or was refused"), max_length=24, choices=Reason.choices, blank=True)
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
    given = models.JSONField(_("what the person wrote"), default=dict, help_text="By the names of the rule “fields”.")
    wants_e_invoice = models.BooleanField(_("asks for e-invoices"), default=False)
    consents = models.ManyToManyField(TermsVersion, blank=True, related_name="+", verbose_name=_("consents"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("linked customer")
    )
    due_on = models.DateField(_("promised until"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("proposed by")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decision = models.TextField(_("what the applicant was told"), blank=True)
    question = models.TextField(_("what the applicant was asked"), blank=True)
    answer = models.TextField(_("what the applicant answered"), blank=True)
    form_code = models.CharField(
        _("number of the form"), max_length=12, unique=True, null=True, blank=True, help_text="Only with a signed form."
    )
    form_scan = models.FileField(
        _("scan of the signed form"), storage=private, upload_to="form-a/", blank=True, max_length=120
    )
    form_expires_at = models.DateTimeField(_("form awaited until"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    months_before = models.JSONField(default=dict, help_text="Billing periods before linking, by the contract's id.")
    link_expires_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email} ({self.state})"

    @property
    def is_asked(self) -> bool:
        """Whether an answer of the applicant is awaited."""
        waits = self.state in (self.State.NEEDS_MORE, self.State.AWAITS_FORM)
        return waits and bool(self.question) and not self.answer

    @property
    @display(description=_("Applicant"))
    def applicant(self) -> str:
        """How a clerk calls whoever applies: the e-mail, or the name of somebody without one."""
        return self.email or self.person

    @property
    def person(self) -> str:
        """The name as it was written; nothing where none was asked."""
        return f"{self.given.get('first_name', '')} {self.given.get('last_name', '')}".strip()
