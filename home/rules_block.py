"""Rules in force, as a block of public pages and as a widget: for today, or for a day that the reader chooses."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy
from wagtail import blocks

from home import rules_in_force
from home.rules_in_force import Stated
from portal import clock
from portal.widgets import Persona, Showing, Widget

ASKED = "dzien"


@dataclass(frozen=True)
class OnDay:
    """What the template shows."""

    day: date
    sets: list[Stated]
    may_choose: bool
    is_wrong: bool = False
    typed: str = ""

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()


def on_day(codes: list[str], typed: str, *, may_choose: bool) -> OnDay:
    """For the day typed; for today, and said so, where that is no day."""
    day, is_wrong = clock.today(), False
    if typed and may_choose:
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            is_wrong = True
    return OnDay(day, rules_in_force.stated(codes, day), may_choose, is_wrong, typed[:20])


def _chosen_sets() -> blocks.MultipleChoiceBlock:
    return blocks.MultipleChoiceBlock(label=gettext_lazy("which rules"), choices=rules_in_force.choices)


class RulesBlock(blocks.StructBlock):
    sets = _chosen_sets()
    may_choose = blocks.BooleanBlock(label=gettext_lazy("the reader may choose a day"), required=False, default=True)

    class Meta:
        icon = "date"
        label = gettext_lazy("Rules in force")
        template = "home/blocks/rules.html"

    def get_context(self, value: dict[str, Any], parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        request = (parent_context or {}).get("request")
        typed = request.GET.get(ASKED, "") if request is not None else ""
        context["rules"] = on_day(value["sets"], typed, may_choose=value["may_choose"])
        return context


class RulesWidget(Widget):
    """The rules in force today, beside what they decide."""

    statements = 0
    sets = _chosen_sets()

    class Meta:
        icon = "date"
        label = gettext_lazy("Rules in force")
        group = gettext_lazy("News and text")
        template = "widgets/rules.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> OnDay | None:
        rules = on_day(value["sets"] or [], "", may_choose=False)
        return rules if rules.sets else None

    def example(self, persona: Persona, value: dict[str, Any]) -> OnDay:
        return on_day(value["sets"] or [], "", may_choose=False)
