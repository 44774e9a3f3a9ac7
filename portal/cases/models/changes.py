"""What a case asks the billing system to change: a customer's data, or the party of a contract."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.cases.models.cases import Case
from portal.customers.models import ServicePoint


class DataChange(models.Model):
    """One value to become another; it stands only when the import brings it back."""

    class Field(models.TextChoices):
        NAME = "name", _("name")
        ADDRESS = "address", _("address for letters")
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        CHECKED = "checked", _("checked by one clerk")
        SENT = "sent", _("sent to billing")
        CONFIRMED = "confirmed", _("changed")
        REFUSED = "refused", _("refused")

    case = models.OneToOneField(Case, models.CASCADE, related_name="change")
    field = models.CharField(_("what"), max_length=10, choices=Field.choices)
    old = models.JSONField(_("old value"), default=dict, help_text="Columns of the customer and their values.")
    new = models.JSONField(_("new value"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of data")
        verbose_name_plural = _("changes of data")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.field}"

    @property
    def old_in_words(self) -> str:
        return ", ".join(value for value in self.old.values() if value)

    @property
    def new_in_words(self) -> str:
        return ", ".join(value for value in self.new.values() if value)


class Handover(models.Model):
    """A property that passes to somebody else: who, when, and what the meter showed. Nothing changes by it alone."""

    class Way(models.TextChoices):
        OUT = "out", _("I hand the property over")
        IN = "in", _("I take the property over")

    case = models.OneToOneField(Case, models.CASCADE, related_name="handover")
    way = models.CharField(max_length=4, choices=Way.choices)
    point = models.ForeignKey(ServicePoint, models.PROTECT, related_name="+")
    other_party = models.CharField(_("the other party"), max_length=150)
    other_contact = models.CharField(_("phone or e-mail of the other party"), max_length=150, blank=True)
    on = models.DateField(_("day of the handover"))
    meter = models.CharField(_("meter"), max_length=40, blank=True)
    reading = models.DecimalField(_("reading, m³"), max_digits=10, decimal_places=0, null=True, blank=True)
    papers = models.CharField(max_length=120, blank=True, help_text="The documents to sign, in private storage.")

    class Meta:
        verbose_name = _("handover of a property")
        verbose_name_plural = _("handovers of properties")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.on}"
