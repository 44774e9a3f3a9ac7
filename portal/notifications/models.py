"""Message templates that editors change, and one delivery row for each message sent."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.models import PreviewableMixin, TranslatableMixin

from portal.notifications.messages import find_message, placeholders_in


class MessageTemplate(PreviewableMixin, TranslatableMixin, models.Model):
    """The words of one automatic message; a message without a row uses its default."""

    code = models.SlugField(_("message"), max_length=60)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"), help_text=_("Placeholders stand in curly brackets, for example {link}."))

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["code", "locale"], name="one_template_a_message")]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuse a placeholder that nothing would fill, and a text without one that the reader cannot do without."""
        super().clean()
        message = find_message(self.code)
        if message is None:
            raise ValidationError({"code": _("There is no such message.")})
        known = message.every_placeholder
        wrong: dict[str, list[ValidationError]] = {}
        for name in ("subject", "body"):
            unknown = sorted(placeholders_in(getattr(self, name)) - set(known))
            if unknown:
                text = _("Nothing fills {%(unknown)s} in this message. It knows: %(known)s.")
                named = ", ".join(f"{{{placeholder}}}" for placeholder in known)
                wrong.setdefault(name, []).append(
                    ValidationError(text, params={"unknown": "}, {".join(unknown), "known": named})
                )
        for placeholder in message.needed:
            if placeholder not in placeholders_in(self.body):
                text = _("The text needs {%(placeholder)s}: without it the reader cannot go on.")
                wrong.setdefault("body", []).append(ValidationError(text, params={"placeholder": placeholder}))
        if wrong:
            raise ValidationError(wrong)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The letter with its placeholders unfilled: nobody's data is in a preview."""
        from portal.notifications.letter import as_html  # noqa: PLC0415 - a letter is made of deliveries, which stand here

        return HttpResponse(as_html(subject=self.subject, body=self.body, language=self.locale.language_code))


class Delivery(models.Model):
    """One message to one recipient about one thing: claimed before it is sent, never sent twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.CharField(max_length=60)
    about = models.CharField(max_length=80)
    recipient = models.CharField(max_length=254)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    customer = models.UUIDField(null=True, blank=True)
    language = models.CharField(max_length=5, default="pl")
    subject = models.CharField(max_length=150)
    body = models.TextField()
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    queued_at = models.DateTimeField(_("written"))
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-queued_at"]
        constraints = [
            models.UniqueConstraint(fields=["message", "about", "recipient"], name="one_delivery_of_a_message")
        ]

    def __str__(self) -> str:
        return f"{self.message} → {self.recipient}"


class DemoMail(models.Model):
    """A message in the demo's mail box, to be read at /demo/poczta/. Unused in production."""

    sent_at = models.DateTimeField()
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject
