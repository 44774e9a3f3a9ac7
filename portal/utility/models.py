"""Who the utility is, and the dated rules it runs by."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import TranslatableMixin

from portal import clock
from portal.utility import look
from portal.utility.rules import registered

E_DELIVERY = RegexValidator(
    r"^AE:PL-\d{5}-\d{5}-[A-Z]{5}-\d{2}$",
    _("Write the e-Doręczenia address as AE:PL-12345-67890-ABCDE-12."),
)
COLOUR = RegexValidator(
    r"^#[0-9a-fA-F]{6}$", _("Write the colour as # and six hexadecimal digits, for example #0a5c7d.")
)


@register_setting(icon="home", order=1)
class Utility(BaseGenericSetting):
    """The utility that this installation serves: one row."""

    name = models.CharField(_("name"), max_length=120, default="Wodociągi")
    legal_name = models.CharField(_("full legal name"), max_length=200, blank=True)
    product_name = models.CharField(_("name of the portal"), max_length=30, default="eBOK")
    nip = models.CharField("NIP", max_length=10, blank=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    e_delivery = models.CharField(
        _("e-Doręczenia address"),
        max_length=32,
        blank=True,
        validators=[E_DELIVERY],
        help_text="AE:PL-12345-67890-ABCDE-12",
    )
    skip_words = models.CharField(
        _("words of the skip link"),
        max_length=40,
        blank=True,
        help_text=_("The first link of every page, for people who use a keyboard. Left empty: “Skip to the content”."),
    )
    emergency_phone = models.CharField(_("failures, day and night"), max_length=40, default="994")
    website = models.URLField(_("website"), blank=True)
    bank_account = models.CharField(
        _("bank account"),
        max_length=26,
        blank=True,
        help_text=_("26 digits, for customers without an account of their own."),
    )
    logo = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("logo")
    )
    colour_action = models.CharField(_("colour of actions"), max_length=7, default="#0a5c7d", validators=[COLOUR])
    colour_deep = models.CharField(_("deep colour"), max_length=7, default="#07384d", validators=[COLOUR])
    colour_bright = models.CharField(_("bright colour"), max_length=7, default="#38b6d8", validators=[COLOUR])

    panels = [
        MultiFieldPanel(
            [FieldPanel(n) for n in ("name", "legal_name", "product_name", "nip", "website", "bank_account")],
            heading=_("Who we are"),
        ),
        MultiFieldPanel(
            [FieldPanel(n) for n in ("street", "postcode", "city", "phone", "email", "e_delivery", "emergency_phone")],
            heading=_("Where we are"),
        ),
        MultiFieldPanel(
            [FieldPanel(n) for n in ("logo", "skip_words", "colour_action", "colour_deep", "colour_bright")],
            heading=_("How we look"),
        ),
    ]

    class Meta:
        verbose_name = _("utility")

    def __str__(self) -> str:
        return self.name

    @property
    def colours(self) -> look.Colours:
        return look.Colours(action=self.colour_action, deep=self.colour_deep, bright=self.colour_bright)

    def clean(self) -> None:
        """Refuse colours that people could not read."""
        refused: dict[str, ValidationError] = {}
        for name, other, found in look.faults(self.colours):
            refused[f"colour_{name}"] = ValidationError(
                _(
                    "This colour cannot be read beside %(other)s: their contrast is %(found)s to 1 and should be at least %(least)s to 1."
                ),
                params={
                    "other": other,
                    "found": f"{found:.1f}",
                    "least": look.AA_SHAPE if name == "bright" else look.AA_TEXT,
                },
            )
        if refused:
            raise ValidationError(refused)


class Department(TranslatableMixin, models.Model):
    """A part of the office that people write to or call."""

    slug = models.SlugField(_("short name"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    hours = models.TextField(
        _("opening hours"), blank=True, help_text=_("One line a day, for example: Mon–Fri 7:00–15:00.")
    )
    matters = models.TextField(_("what it deals with"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["order", "name"]
        constraints = [models.UniqueConstraint(fields=["slug", "locale"], name="department_slug_once")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if Department.objects.filter(slug=self.slug, locale_id=self.locale_id).exclude(pk=self.pk).exists():
            raise ValidationError({"slug": _("Another department has this short name. Type another one.")})


class ContactTopic(TranslatableMixin, models.Model):
    """A matter that people come with, and the department that deals with it."""

    name = models.CharField(_("matter"), max_length=120)
    department = models.ForeignKey(
        Department, models.CASCADE, related_name="topics", verbose_name=_("department that deals with it")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("contact topic")
        verbose_name_plural = _("contact topics")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Explained(models.Model):
    """A short word of the billing system, and what the utility calls it."""

    code = models.CharField(
        _("as the billing system writes it"), max_length=40, unique=True, help_text=_("Letter for letter.")
    )
    name = models.CharField(_("as customers read it"), max_length=80)

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class TariffGroup(Explained):
    class Meta(Explained.Meta):
        verbose_name = _("tariff group")
        verbose_name_plural = _("tariff groups")


class WasteStream(Explained):
    class Meta(Explained.Meta):
        verbose_name = _("waste stream")
        verbose_name_plural = _("waste streams")


class RuleRecord(models.Model):
    """The values of one rule set from one day on: planned until that day, then only superseded."""

    rule_set = models.CharField(_("rule set"), max_length=40)
    effective_from = models.DateField(_("effective from"))
    values = models.JSONField(_("values"), default=dict)
    note = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("dated rule")
        verbose_name_plural = _("dated rules")
        ordering = ["rule_set", "-effective_from"]
        constraints = [models.UniqueConstraint(fields=["rule_set", "effective_from"], name="one_rule_record_a_day")]

    def __str__(self) -> str:
        return f"{self.rule_set}, {self.effective_from:%d.%m.%Y}"

    @property
    def is_planned(self) -> bool:
        return self.effective_from > clock.today()

    def clean(self) -> None:
        cls = registered().get(self.rule_set)
        if cls is None:
            raise ValidationError({"rule_set": _("There is no such rule set.")})
        try:
            cls.from_stored(self.values)
        except (TypeError, ValueError) as error:
            raise ValidationError(str(error)) from error


class PresetStamp(models.Model):
    """One object that a preset made: what it was when loaded, so that an editor's change is kept and seen."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    preset = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    target = models.CharField(max_length=100)
    source = models.CharField(max_length=64, help_text="A hash of what the preset says.")
    loaded = models.JSONField(default=dict, help_text="A hash of each field as loaded.")

    def __str__(self) -> str:
        return f"{self.preset}: {self.name}"
