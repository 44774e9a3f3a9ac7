"""Customers of a kind: persons, firms, housing communities."""

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from portal.audiences.conditions.base import Condition, register
from portal.audiences.reader import Reader, Rows
from portal.customers.models import Customer


@register
@dataclass(frozen=True)
class Kinds(Condition):
    kinds: tuple[str, ...]

    code = "kinds"
    label = gettext_lazy("Kind of customer")

    def among(self, rows: Rows) -> Q:
        return rows.of_customer(Customer.objects.filter(kind__in=self.kinds))

    def holds(self, reader: Reader) -> bool:
        return reader.kind in self.kinds

    def in_words(self) -> str:
        names = ", ".join(str(Customer.Kind(kind).label) for kind in self.kinds)
        return _("kind of customer: %(kinds)s") % {"kinds": names}

    @classmethod
    def block(cls) -> blocks.Block:
        return KindsBlock()

    @classmethod
    def of(cls, value: Any) -> Self:
        return cls(tuple(value["kinds"]))


class KindsBlock(blocks.StructBlock):
    kinds = blocks.MultipleChoiceBlock(label=gettext_lazy("kinds"), choices=Customer.Kind.choices)

    class Meta:
        icon = "group"
        label = Kinds.label
