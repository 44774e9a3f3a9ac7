"""Customers of whom none of several conditions is true."""

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from portal.audiences.conditions.any_of import AnyOf, group_block
from portal.audiences.conditions.base import Condition, filled_in, register
from portal.audiences.reader import Reader, Rows


@register
@dataclass(frozen=True)
class NoneOf(Condition):
    conditions: tuple[Condition, ...]

    code = "none_of"
    label = gettext_lazy("None of")
    is_group = True

    def among(self, rows: Rows) -> Q:
        return ~AnyOf(self.conditions).among(rows)

    def holds(self, reader: Reader) -> bool:
        return not any(condition.holds(reader) for condition in self.conditions)

    def in_words(self) -> str:
        words = "; ".join(condition.in_words() for condition in self.conditions)
        return _("none of (%(conditions)s)") % {"conditions": words}

    @classmethod
    def block(cls) -> blocks.Block:
        return group_block("cross", cls.label)

    @classmethod
    def of(cls, value: Any) -> Self:
        return cls(filled_in(value))

    def parts(self) -> list[Condition]:
        return [self, *(part for condition in self.conditions for part in condition.parts())]
