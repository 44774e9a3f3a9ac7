"""The field in which an audience is composed and stored."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal.audiences.conditions import registered
from portal.content.fields import QuietStreamField


def condition_blocks() -> list[tuple[str, blocks.Block]]:
    return [(code, condition.block()) for code, condition in registered().items()]


def AudienceField(**kwargs: Any) -> QuietStreamField:  # noqa: N802 - it stands where a field stands
    """Conditions that must all be true; read it back with `queries.audience`."""
    options = {
        "blank": True,
        "verbose_name": _("conditions"),
        "help_text": _("All of them must be true of a customer."),
    }
    return QuietStreamField(condition_blocks(), **options | kwargs)
