"""The widgets about waste collection."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal import clock
from portal.customers.models import Deed
from portal.waste.queries import PickupLine, PointLine, coming, points
from portal.widgets import Persona, Showing, Widget


@dataclass(frozen=True)
class Coming:
    lines: tuple[PickupLine, ...]


class NextPickupWidget(Widget):
    """What is collected next."""

    deed = Deed.SEE_WASTE
    module = "waste"
    service = "waste"

    count = blocks.IntegerBlock(label=_("how many lines"), default=3, min_value=1, max_value=20)

    class Meta:
        icon = "calendar"
        label = _("Next waste collection")
        group = _("Waste")
        template = "widgets/waste_next.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> Coming:
        return Coming(tuple(coming(showing.viewer, value["count"])))

    def example(self, persona: Persona, value: dict[str, Any]) -> Coming:
        place = persona.address.partition(",")[0]
        day = clock.today() + timedelta(days=1)
        return Coming(
            (
                PickupLine(day, ("papier", "szkło"), place, UUID(int=0)),
                PickupLine(day + timedelta(days=6), ("zmieszane",), place, UUID(int=0)),
            )
        )


class WastePointsWidget(Widget):
    """The object card of waste: where it is collected, in what containers."""

    deed = Deed.SEE_WASTE
    module = "waste"
    service = "waste"
    statements = 2

    class Meta:
        icon = "bin"
        label = _("Waste collection points")
        group = _("Waste")
        template = "widgets/waste_points.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> tuple[PointLine, ...]:
        return points(showing.viewer)

    def example(self, persona: Persona, value: dict[str, Any]) -> tuple[PointLine, ...]:
        place = persona.address.partition(",")[0]
        return (PointLine(UUID(int=0), place, ("papier, 240 l × 1", "zmieszane, 120 l × 2")),)
