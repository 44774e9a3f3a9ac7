"""Message templates that editors change, and one delivery row for each message sent."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.models import PreviewableMixin, TranslatableMixin

from portal.notifications.messages import fill, find_message, placeholders_in


class MessageTemplate(PreviewableMixin, TranslatableMixin, models.Model):
    """The words of one automatic message; a message without a row uses its default."""

    code = models.SlugField(_("message"), max_length=60)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"), help_text=_("Placeholders stand in curly brackets, for example {link}."))
    text_message = models.CharField(
        _("SMS"),
        max_length=300,
        blank=True,
        help_text=_("For messages that go by SMS as well. Keep it under 160 characters; empty means the usual words."),
    )

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
        if self.text_message and not message.text_message:
            wrong["text_message"] = [ValidationError(_("This message does not go by SMS. Leave the field empty."))]
        for name in ("subject", "body", "text_message"):
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
        """The letter with the meaning of each placeholder in its place: nobody's data is in a preview."""
        from portal.notifications.letter import as_html  # noqa: PLC0415 - a letter is made of deliveries, which stand here

        subject, body = with_meanings(self.code, self.subject), with_meanings(self.code, self.body)
        return HttpResponse(as_html(subject=subject, body=body, language=self.locale.language_code))


def with_meanings(code: str, text: str) -> str:
    """A text as editors try it out: addresses lead to the portal, everything else is named in square brackets."""
    known = find_message(code)
    names = known.every_placeholder if known else {}
    addresses = {"link", "portal", "sign_in"}
    base = f"{settings.EBOK_BASE_URL.rstrip('/')}/"
    return fill(text, {name: base if name in addresses else f"[{words}]" for name, words in names.items()})


class Delivery(models.Model):
    """One message to one recipient about one thing: claimed before it is sent, never sent twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        BOUNCED = "bounced", _("bounced")
        SUPPRESSED = "suppressed", _("not sent: the address does not take our messages")
        UNSURE = "unsure", _("perhaps sent: a clerk decides")
        FAILED = "failed", _("failed")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices, default=Channel.EMAIL)
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
    bounced_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text="When its reader signed in and came through its link."
    )
    target = models.CharField(max_length=300, blank=True, help_text="The portal's page that its link leads to.")
    attachments = models.JSONField(default=list, help_text="What comes with it, as a list of [kind, key].")
    provider_id = models.CharField(max_length=120, blank=True, help_text="By what the e-mail provider knows it.")

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-queued_at"]
        constraints = [
            models.UniqueConstraint(fields=["message", "about", "recipient"], name="one_delivery_of_a_message")
        ]
        indexes = [
            models.Index(fields=["user", "-queued_at"], name="deliveries_to_a_user"),
            models.Index(fields=["provider_id"], condition=~models.Q(provider_id=""), name="delivery_at_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.message} → {self.recipient}"


class Suppression(models.Model):
    """An address that is not written to: wholly, or with one message that its reader asked not to get."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("it bounced")
        COMPLAINED = "complained", _("its owner called us spam")
        UNSUBSCRIBED = "unsubscribed", _("its owner unsubscribed")

    address = models.CharField(_("address"), max_length=254)
    message = models.CharField(_("message"), max_length=60, blank=True, help_text=_("Empty means every message."))
    reason = models.CharField(_("why"), max_length=12, choices=Reason.choices)
    since = models.DateTimeField(_("since"))
    words = models.CharField(_("in the words of the other side"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("address not written to")
        verbose_name_plural = _("addresses not written to")
        ordering = ["-since"]
        constraints = [models.UniqueConstraint(fields=["address", "message"], name="suppressed_once")]

    def __str__(self) -> str:
        return self.address


class ChannelChoice(models.Model):
    """What a person chose: whether one message comes by one channel. Without a row the message's default holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    message = models.CharField(max_length=60)
    channel = models.CharField(max_length=5, choices=Delivery.Channel.choices)
    is_on = models.BooleanField()
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "message", "channel"], name="one_choice_a_channel")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.message} {self.channel} {self.is_on}"


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
