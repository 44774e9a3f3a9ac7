"""Customers of whom at least one of several conditions is true."""

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from portal.audiences.conditions.base import Condition, filled_in, register, registered
from portal.audiences.reader import Reader, Rows


@register
@dataclass(frozen=True)
class AnyOf(Condition):
    conditions: tuple[Condition, ...]

    code = "any_of"
    label = gettext_lazy("At least one of")
    is_group = True

    def among(self, rows: Rows) -> Q:
        found = Q(pk__in=[])
        for condition in self.conditions:
            found |= condition.among(rows)
        return found

    def holds(self, reader: Reader) -> bool:
        return any(condition.holds(reader) for condition in self.conditions)

    def in_words(self) -> str:
        words = "; ".join(condition.in_words() for condition in self.conditions)
        return _("at least one of (%(conditions)s)") % {"conditions": words}

    @classmethod
    def block(cls) -> blocks.Block:
        return group_block("plus", cls.label)

    @classmethod
    def of(cls, value: Any) -> Self:
        return cls(filled_in(value))

    def parts(self) -> list[Condition]:
        return [self, *(part for condition in self.conditions for part in condition.parts())]


def group_block(icon: str, label: Any) -> blocks.StreamBlock:
    simple = [(code, one.block()) for code, one in registered(with_groups=False).items()]
    return blocks.StreamBlock(simple, icon=icon, label=label, required=True)
