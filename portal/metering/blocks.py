"""The widgets about meters and readings."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal import clock
from portal.customers.models import Deed
from portal.metering.models import Meter, MeterReading
from portal.metering.queries import MeterLine, Meters, meters
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
