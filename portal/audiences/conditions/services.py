"""Customers who hold one of the services."""

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from portal.audiences.conditions.base import Condition, register
from portal.audiences.reader import Reader, Rows
from portal.customers.models import Customer
from portal.customers.services import NAMES, in_words


@register
@dataclass(frozen=True)
class Services(Condition):
    services: tuple[str, ...]

    code = "services"
    label = gettext_lazy("Services held")

    def among(self, rows: Rows) -> Q:
        held = Q(pk__in=[])
        for service in self.services:
            # SQLite looks into no JSON list; a code between its quotation marks is found in the text of it.
            held |= Q(listed__contains=f'"{service}"')
        return rows.of_customer(Customer.objects.annotate(listed=Cast("services", TextField())).filter(held))

    def holds(self, reader: Reader) -> bool:
        return bool(set(self.services) & set(reader.services))

    def in_words(self) -> str:
        return _("holds at least one of: %(services)s") % {"services": in_words(self.services)}

    @classmethod
    def block(cls) -> blocks.Block:
        return ServicesBlock()

    @classmethod
    def of(cls, value: Any) -> Self:
        return cls(tuple(value["services"]))


class ServicesBlock(blocks.StructBlock):
    services = blocks.MultipleChoiceBlock(
        label=gettext_lazy("services"),
        choices=list(NAMES.items()),
        help_text=gettext_lazy("At least one of those chosen."),
    )

    class Meta:
        icon = "list-ul"
        label = Services.label
