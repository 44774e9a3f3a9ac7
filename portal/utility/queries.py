"""Dated rules as the panel states them."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal import clock, money
from portal.utility.models import RuleRecord
from portal.utility.rules import RuleSet, registered


def values_of(record: RuleRecord) -> RuleSet:
    return registered()[record.rule_set].from_stored(record.values)


def title_of(record: RuleRecord) -> str:
    known = registered().get(record.rule_set)
    return _(known.title) if known else record.rule_set


def day_of(record: RuleRecord) -> str:
    return f"{record.effective_from:%d.%m.%Y}"


def state_of(record: RuleRecord) -> str:
    """Planned, in force, or superseded."""
    if record.is_planned:
        return _("planned")
    later = RuleRecord.objects.filter(
        rule_set=record.rule_set, effective_from__gt=record.effective_from, effective_from__lte=clock.today()
    )
    return _("superseded") if later.exists() else _("in force")


def rows_of(record: RuleRecord) -> list[tuple[str, str]]:
    """Each value in words beside its label."""
    values = values_of(record)
    return [
        (_(value.metadata["label"]), _in_words(getattr(values, value.name), dict(value.metadata["choices"])))
        for value in fields(values)
    ]


def _in_words(value: Any, choices: dict[str, str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value in ("", ()):
        return "–"
    if isinstance(value, tuple):
        return ", ".join(_in_words(one, choices) for one in value)
    if isinstance(value, Decimal):
        return money.amount(value)
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return _(choices[value]) if value in choices else str(value)
