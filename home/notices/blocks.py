"""The widget that brings notices to the dashboard."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from home.notices.models import NoticePage
from home.notices.queries import notices_for
from portal import clock
from portal.content import addresses
from portal.widgets import Persona, Showing, Widget


@dataclass(frozen=True)
class NoticeLine:
    title: str
    lead: str
    day: date
    url: str
    stands_out: bool = False
    note_kind: str = "info"


class NoticesWidget(Widget):
    """What the utility tells this reader now, the weightiest first."""

    statements = 2  # the reader's facts where a condition asks for them; the notices are kept

    count = blocks.IntegerBlock(label=gettext_lazy("how many lines"), default=3, min_value=1, max_value=10)

    class Meta:
        icon = "info-circle"
        label = gettext_lazy("Notices for me")
        group = gettext_lazy("News and text")
        template = "widgets/notices.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> tuple[NoticeLine, ...] | None:
        return tuple(_line(notice) for notice in notices_for(showing.viewer, value["count"])) or None

    def example(self, persona: Persona, value: dict[str, Any]) -> tuple[NoticeLine, ...]:
        today = clock.today()
        works = _("We are replacing a valve in your street. We will let you know when the water is back.")
        prices = _("A new tariff begins in January. A family of four will pay about 4 zł more a month.")
        return (
            NoticeLine(_("No water today until 14:00"), works, today, "", stands_out=True, note_kind="warn"),
            NoticeLine(_("New prices from January"), prices, today - timedelta(days=2), ""),
        )[: value["count"]]


def _line(notice: NoticePage) -> NoticeLine:
    return NoticeLine(
        notice.title, notice.lead, notice.day, addresses.url_of(notice), notice.stands_out, notice.note_kind
    )
