"""The widget that leads to forecasts."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.widgets import Persona, Showing, Widget


@dataclass(frozen=True)
class ForecastOffer:
    """Which of the questions this reader may ask."""

    may_forecast: bool
    may_simulate: bool
    is_example: bool = False


class ForecastWidget(Widget):
    """Two questions: what the next invoice would come to, what the balance becomes when I pay."""

    module = "forecast"
    statements = 0

    class Meta:
        icon = "calendar-alt"
        label = _("Invoice forecast")
        group = _("Money")
        template = "widgets/forecast.html"

    def is_conditional(self) -> bool:
        return True

    def is_offered_to(self, viewer: Viewer) -> bool:
        return super().is_offered_to(viewer) and viewer.is_linked

    def facts(self, showing: Showing, value: dict[str, Any]) -> ForecastOffer | None:
        viewer = showing.viewer
        may_forecast = access.may(viewer, Deed.SEE_READINGS) and access.may(viewer, Deed.SEE_CONTRACT)
        may_simulate = access.may(viewer, Deed.SEE_BALANCE)
        return ForecastOffer(may_forecast, may_simulate) if may_forecast or may_simulate else None

    def example(self, persona: Persona, value: dict[str, Any]) -> ForecastOffer:
        return ForecastOffer(may_forecast=True, may_simulate=True, is_example=True)
