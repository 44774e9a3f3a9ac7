"""Customers who have a service point in one of the streets."""

from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from portal.audiences.conditions.base import Condition, lines, register
from portal.audiences.reader import Reader, Rows, street_key
from portal.customers.models import ServicePoint


@register
@dataclass(frozen=True)
class Streets(Condition):
    streets: tuple[str, ...]

    code = "streets"
    label = gettext_lazy("Streets")

    def among(self, rows: Rows) -> Q:
        return rows.with_point(ServicePoint.objects.filter(is_closed=False, street__in=self._as_written()))

    def holds(self, reader: Reader) -> bool:
        return any(street_key(place.street) in self._keys for place in reader.places)

    def in_words(self) -> str:
        return _("a service point in: %(streets)s") % {"streets": ", ".join(self.streets)}

    @property
    def _keys(self) -> set[str]:
        return {street_key(street) for street in self.streets}

    def _as_written(self) -> list[str]:
        """The streets in every spelling that a service point has. One statement."""
        return [street for street in known_streets() if street_key(street) in self._keys]

    @classmethod
    def block(cls) -> blocks.Block:
        return StreetsBlock()

    @classmethod
    def of(cls, value: Any) -> Self:
        return cls(lines(value["streets"]))


def known_streets() -> list[str]:
    """Of the service points that are not closed, as they are written."""
    open_points = ServicePoint.objects.filter(is_closed=False)
    return list(open_points.order_by("street").values_list("street", flat=True).distinct())


class StreetsBlock(blocks.StructBlock):
    streets = blocks.TextBlock(
        label=gettext_lazy("streets"),
        rows=3,
        help_text=gettext_lazy("One in each line, without house numbers, for example: Lipowa."),
    )

    class Meta:
        icon = "site"
        label = Streets.label

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        known = {street_key(street) for street in known_streets()}
        unknown = [street for street in lines(cleaned["streets"]) if street_key(street) not in known]
        if unknown:
            words = _("There is no service point in: %(streets)s. Check the spelling; leave out house numbers.")
            wrong = ValidationError(words % {"streets": ", ".join(unknown)})
            raise blocks.StructBlockValidationError(block_errors={"streets": wrong})
        return cleaned
