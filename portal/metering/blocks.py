"""The widgets about meters and readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal import clock
from portal.customers.models import Deed, ServicePoint
from portal.metering import chart
from portal.metering.alerts import AlertLine, alerts
from portal.metering.chart import Chart
from portal.metering.consumption import Part, month_end
from portal.metering.history import months_of
from portal.metering.missing import consequence
from portal.metering.models import Meter, MeterReading
from portal.metering.policies import Known
from portal.metering.queries import MeterLine, Meters, Timing, ToGive, first_meter, is_taking, meters, timing, to_give
from portal.metering.rules import ReadingRules
from portal.utility.rulebook import rules
from portal.widgets import Persona, Showing, Widget


class MetersWidget(Widget):
    """The meters and what each showed last."""

    deed = Deed.SEE_READINGS
    module = "readings"

    count = blocks.IntegerBlock(label=_("how many lines"), default=5, min_value=1, max_value=50)
    is_paged = blocks.BooleanBlock(
        label=_("with the others, page by page"),
        required=False,
        help_text=_("Choose it on the page that holds them all."),
    )

    class Meta:
        icon = "order"
        label = _("Meters and last readings")
        group = _("Meters")
        template = "widgets/meters.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> Meters:
        return meters(showing.viewer, limit=value["count"], page=showing.page if value["is_paged"] else 1)

    def example(self, persona: Persona, value: dict[str, Any]) -> Meters:
        today = clock.today()
        last = today.replace(day=1) - timedelta(days=1)
        place = persona.address.split(",")[0]
        source = str(MeterReading.Source.ACTUAL.label)
        valid = today.replace(year=today.year + 2, day=1)
        main = MeterLine("12345678", "main", str(Meter.Role.MAIN.label), place, Decimal(495), last, source, valid)
        if persona.kind == "person":
            garden = MeterLine(
                "20041127", "deduct", str(Meter.Role.DEDUCT.label), place, Decimal(61), last, source, valid
            )
            return Meters((main, garden))
        return Meters((main,))


@dataclass(frozen=True)
class GiveNow:
    """The meters whose readings are asked for, until when, and what follows when none come; those that are left to us."""

    lines: tuple[ToGive, ...]
    has_more: bool
    timing: Timing
    consequence: str
    is_example: bool = False
    remote: tuple[ToGive, ...] = ()

    @property
    def is_blocked(self) -> bool:
        return any(line.known.is_blocked for line in self.lines)

    @property
    def asked_for(self) -> ToGive | None:
        """The one meter whose dial stands in the widget: the only one, and not given yet."""
        if len(self.lines) != 1 or self.has_more or self.is_blocked or not self.timing.is_open:
            return None
        line = self.lines[0]
        return None if self.timing.window and line.known.is_given_in_window else line

    @property
    def are_all_given(self) -> bool:
        return bool(self.timing.window) and all(line.known.is_given_in_window for line in self.lines)


class SubmitReadingWidget(Widget):
    """Give a reading from the dashboard, with the countdown of the window and what follows when it is missed."""

    deed = Deed.SUBMIT_READING
    module = "readings"

    class Meta:
        icon = "pick"
        label = _("Give a reading")
        group = _("Meters")
        template = "widgets/submit_reading.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> GiveNow | None:
        if not is_taking(showing.viewer):
            return None
        lines = to_give(showing.viewer, limit=4)
        if not lines:
            return None
        asked = [line for line in lines if not line.is_left_to_us]
        remote = tuple(line for line in lines if line.is_left_to_us)[:3]
        told = consequence(rules(ReadingRules))
        return GiveNow(tuple(asked[:3]), len(asked) > 3, timing(), told, remote=remote)

    def example(self, persona: Persona, value: dict[str, Any]) -> GiveNow:
        today = clock.today()
        street, _sep, _rest = persona.address.partition(",")
        meter = Meter(serial_number="12345678", point=ServicePoint(street=street), public_id=UUID(int=0))
        last = today.replace(day=1) - timedelta(days=1)
        line = ToGive(meter, Known(today, booked_value=Decimal(495), booked_on=last))
        return GiveNow((line,), has_more=False, timing=timing(), consequence="", is_example=True)


@dataclass(frozen=True)
class Consumption:
    """What flowed through one meter."""

    serial_number: str
    place: str
    public_id: UUID
    chart: Chart | None
    alerts: Sequence[AlertLine] = ()


class ConsumptionWidget(Widget):
    """The chart of the main meter; the others are one press away."""

    deed = Deed.SEE_READINGS
    module = "readings"
    statements = 3

    class Meta:
        icon = "doc-full-inverse"
        label = _("Consumption chart")
        group = _("Meters")
        template = "widgets/consumption.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> Consumption | None:
        meter = first_meter(showing.viewer)
        if meter is None:
            return None
        return Consumption(
            meter.serial_number, str(meter.point), meter.public_id, months_of(meter), alerts(showing.viewer)
        )

    def example(self, persona: Persona, value: dict[str, Any]) -> Consumption:
        parts: list[Part] = []
        first = clock.today().replace(day=1)
        for use in (9, 10, 9, 11, 10, 8, 9, 13, 12, 11, 9, 8):
            first = (first - timedelta(days=1)).replace(day=1)
            parts.insert(0, Part(first, month_end(first), Decimal(use), "actual", Decimal(use + 1)))
        return Consumption("12345678", persona.address.partition(",")[0], UUID(int=0), chart.by_months(parts))
