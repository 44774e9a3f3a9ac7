"""What stands on the front page: the things people come for, each one press away."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.roles import Role

ICON_CHOICES = [
    ("card", _("payment card")),
    ("meter", _("meter")),
    ("drop", _("drop")),
    ("valve", _("tap")),
    ("invoice", _("invoice")),
    ("account", _("person")),
    ("contract", _("contract")),
    ("truck", _("waste lorry")),
    ("calendar", _("calendar")),
    ("envelope", _("envelope")),
    ("phone", _("phone")),
    ("help", _("question mark")),
    ("shield", _("shield")),
]


class TaskBlock(blocks.StructBlock):
    """One thing that people come for."""

    icon = blocks.ChoiceBlock(label=_("icon"), choices=ICON_CHOICES, default="drop")
    title = blocks.CharBlock(label=_("what it is"), max_length=60)
    text = blocks.CharBlock(label=_("one line more"), max_length=120, required=False)
    role = blocks.ChoiceBlock(
        label=_("leads to the page with the role"),
        choices=Role.choices,
        required=False,
        help_text=_("Or choose an address below."),
    )
    address = blocks.CharBlock(
        label=_("or to the address"), required=False, max_length=300, help_text=_("For example /platnosci/ or tel:994.")
    )
    is_paying = blocks.BooleanBlock(
        label=_("is paying"),
        required=False,
        help_text=_(
            "Strangers come to paying without signing in where the rules allow it. Left out while nobody can pay online."
        ),
    )
    is_reading = blocks.BooleanBlock(
        label=_("is giving a reading"),
        required=False,
        help_text=_("Left out while the rules let no customer give readings."),
    )

    class Meta:
        icon = "link"
        label = _("Task on the front page")
        template = "home/blocks/task.html"

    def clean(self, value: dict[str, Any]) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean(value)
        address = cleaned.get("address", "")
        if not cleaned.get("role") and not address:
            raise blocks.StructBlockValidationError(block_errors={"role": ValidationError(_("Say where this leads."))})
        if address and not address.startswith(("/", "https://", "tel:", "mailto:")):
            wrong = ValidationError(_("Begin the address with /, https://, tel: or mailto:."))
            raise blocks.StructBlockValidationError(block_errors={"address": wrong})
        return cleaned
