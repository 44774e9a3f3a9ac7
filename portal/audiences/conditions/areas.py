"""Customers who have a service point in one of the towns, or under one of the postcodes."""

import re
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from portal.audiences.conditions.base import Condition, lines, register
from portal.audiences.reader import Reader, Rows
from portal.content.folding import fold
from portal.customers.models import ServicePoint

POSTCODE = re.compile(r"\d\d-\d\d\d")


@register
@dataclass(frozen=True)
class Areas(Condition):
    areas: tuple[str, ...]

    code = "areas"
    label = gettext_lazy("Towns and postcodes")

    def among(self, rows: Rows) -> Q:
        towns = [town for town in known_towns() if fold(town) in self._towns]
        points = ServicePoint.objects.filter(is_closed=False)
        return rows.with_point(points.filter(Q(postcode__in=self._postcodes) | Q(city__in=towns)))

    def holds(self, reader: Reader) -> bool:
        return any(place.postcode in self._postcodes or fold(place.city) in self._towns for place in reader.places)

    def in_words(self) -> str:
        return _("a service point in: %(streets)s") % {"streets": ", ".join(self.areas)}

    @property
    def _postcodes(self) -> set[str]:
        return {area for area in self.areas if POSTCODE.fullmatch(area)}

    @property
    def _towns(self) -> set[str]:
        return {fold(area) for area in self.areas if not POSTCODE.fullmatch(area)}

    @classmethod
    def block(cls) -> blocks.Block:
        return AreasBlock()

    @classmethod
    def of(cls, value: Any) -> Self:
        return cls(lines(value["areas"]))


def known_towns() -> list[str]:
    open_points = ServicePoint.objects.filter(is_closed=False).exclude(city="")
    return list(open_points.order_by("city").values_list("city", flat=True).distinct())


class AreasBlock(blocks.StructBlock):
    areas = blocks.TextBlock(
        label=gettext_lazy("towns and postcodes"),
        rows=3,
        help_text=gettext_lazy("One in each line, for example: Gryfino, or 74-100."),
    )

    class Meta:
        icon = "globe"
        label = Areas.label

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        known = {fold(town) for town in known_towns()}
        asked = lines(cleaned["areas"])
        unknown = [area for area in asked if not POSTCODE.fullmatch(area) and fold(area) not in known]
        if unknown:
            words = _("There is no service point in: %(streets)s. Check the spelling.")
            wrong = ValidationError(words % {"streets": ", ".join(unknown)})
            raise blocks.StructBlockValidationError(block_errors={"areas": wrong})
        return cleaned
