"""Who signs in, with what, and which versions of the terms they accepted."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal import clock


def new_username() -> str:
    return uuid.uuid4().hex


class People(BaseUserManager["User"]):
    """Makes users; the e-mail may be absent for people registered in person."""

    def create_user(self, email: str | None = None, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.strip().lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: object) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Anonymised at the end, never deleted."""

    # The handle that libraries ask for; people sign in with a SignInIdentifier and never see it.
    username = models.CharField(max_length=40, unique=True, default=new_username)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), null=True, blank=True)  # noqa: DJ001 - absent is not the same as empty: unique
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=5, default="pl")
    is_staff = models.BooleanField(_("works for the utility"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    email_confirmed_at = models.DateTimeField(_("e-mail confirmed"), null=True, blank=True)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    password_valid_until = models.DateTimeField(
        _("generated password works until"), null=True, blank=True, help_text="Absent once it was used or replaced."
    )
    password_change_by = models.DateField(_("generated password must be changed by"), null=True, blank=True)
    date_joined = models.DateTimeField(_("since"), default=clock.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = People()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_an_email",
                violation_error_message=_("There is an account with this e-mail already."),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or str(_("unnamed"))

    @property
    def owes_new_password(self) -> bool:
        """Whether a password made by us must be replaced before anything else opens."""
        is_due = self.password_change_by is not None and self.password_change_by <= clock.today()
        return self.must_change_password or is_due

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name


class SignInIdentifier(models.Model):
    """One thing that a person may type to sign in; its value is canonical: no spaces, lower case."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        CUSTOMER_NUMBER = "customer_number", _("customer number")
        ISSUED = "issued", _("issued identifier")
        APPOINTED = "appointed", _("e-mail of a manager or proxy")

    user = models.ForeignKey(User, models.CASCADE, related_name="identifiers")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=254, unique=True)

    class Meta:
        verbose_name = _("sign-in identifier")
        verbose_name_plural = _("sign-in identifiers")

    def __str__(self) -> str:
        return self.value


class TermsVersion(models.Model):
    """A text that people accept or consent to, as it was: never changed once published."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("terms of service")
        USE = "use", _("consent to using the portal")
        E_INVOICE = "e_invoice", _("e-invoice")
        MARKETING = "marketing", _("marketing")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    language = models.CharField(_("language"), max_length=5, default="pl")
    version = models.CharField(_("version"), max_length=40)
    effective_from = models.DateField(_("effective from"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    text_sha256 = models.CharField(max_length=64)
    pdf = models.FileField(_("PDF"), upload_to="terms/", blank=True)
    pdf_bytes = models.PositiveIntegerField(default=0, editable=False)
    needs_acceptance = models.BooleanField(_("must be accepted"), default=True)

    class Meta:
        verbose_name = _("version of the terms")
        verbose_name_plural = _("versions of the terms")
        ordering = ["-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "language", "version"], name="terms_version_once"),
            models.UniqueConstraint(fields=["kind", "language", "effective_from"], name="one_terms_version_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class Acceptance(models.Model):
    """A person's acceptance of terms, or consent, to one version."""

    user = models.ForeignKey(User, models.PROTECT, related_name="acceptances")
    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="acceptances")
    accepted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=20, default="portal")

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints = [models.UniqueConstraint(fields=["user", "terms"], name="terms_accepted_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.terms_id}"


class EmailChange(models.Model):
    """A question to two addresses: may the new one take the old one's place."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    email = models.EmailField(_("new e-mail"))
    old_email = models.EmailField(blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    old_said_yes_at = models.DateTimeField(null=True, blank=True)
    new_said_yes_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.asked_at:%Y-%m-%d}"


class PasswordAsked(models.Model):
    """Somebody asked for a new password and typed this; it is gone once a job has looked for whom it is."""

    typed = models.CharField(max_length=254)
    language = models.CharField(max_length=5, default="pl")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


def private() -> Storage:
    return storages["private"]


class DataDownload(models.Model):
    """A person's file of everything that is theirs: asked for, made, there for some days."""

    class State(models.TextChoices):
        ASKED = "asked", _("being made")
        READY = "ready", _("ready")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    parts = models.PositiveSmallIntegerField(default=0)
    parts_done = models.PositiveSmallIntegerField(default=0)
    file = models.FileField(storage=private, upload_to="downloads/", blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.state}"
