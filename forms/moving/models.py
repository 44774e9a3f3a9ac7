"""Accounts of the portal that this one takes the place of, until their owners have moved."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from forms.registration.models import Application
from portal.customers.models import Customer


class OldAccount(models.Model):
    """One account of the old portal, as its list gave it: no password ever comes along."""

    class State(models.TextChoices):
        WAITING = "waiting", _("has not moved yet")
        MOVED = "moved", _("has moved")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    login = models.CharField(_("old login"), max_length=254)
    login_folded = models.CharField(max_length=254, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), db_index=True)
    customer_number = models.CharField(_("customer number"), max_length=20, blank=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    imported_at = models.DateTimeField(_("taken over"))
    letters = models.PositiveSmallIntegerField(
        _("letters sent"), default=0, help_text="A link names the letter that it stands in: only the newest one works."
    )
    link_expires_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(_("moved"), null=True, blank=True)
    application = models.OneToOneField(
        Application, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("application")
    )

    class Meta:
        verbose_name = _("account of the old portal")
        verbose_name_plural = _("accounts of the old portal")
        ordering = ["login_folded"]

    def __str__(self) -> str:
        return self.login
