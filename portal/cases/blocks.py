"""The widgets of this room: the inbox, one's cases, outages at one's places."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal import clock
from portal.cases import inbox, outage_queries, queries
from portal.cases.models import Case, Outage
from portal.cases.outage_queries import Area, Shown
from portal.cases.policies import Buildings, Clock, clock_of
from portal.cases.rules import CaseRules
from portal.customers.models import Deed
from portal.utility.rulebook import rules
from portal.widgets import Persona, Showing, Widget


@dataclass(frozen=True)
class MessageLine:
    public_id: UUID
    subject: str
    day: date
    is_read: bool
    has_file: bool = False


@dataclass(frozen=True)
class InboxFacts:
    lines: tuple[MessageLine, ...]
    unread: int


class InboxWidget(Widget):
    """What the utility has written, the newest first, and how much of it is unread."""

    deed = Deed.SEE_CONTRACT
    module = "cases"
    statements = 2

    count = blocks.IntegerBlock(label=_("how many lines"), default=3, min_value=1, max_value=10)

    class Meta:
        icon = "mail"
        label = _("Messages from us")
        group = _("Messages and cases")
        template = "widgets/inbox.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> InboxFacts | None:
        viewer = showing.viewer
        if not inbox.is_open(viewer):
            return None
        found = inbox.items(viewer, is_archived=False)[: value.get("count") or 3]
        lines = tuple(
            MessageLine(
                item.public_id,
                item.message.subject,
                item.arrived_at.astimezone(clock.WARSAW).date(),
                item.is_read,  # type: ignore[attr-defined]  # annotated by items()
                bool(item.message.file),
            )
            for item in found
        )
        return InboxFacts(lines, inbox.unread(viewer))

    def example(self, persona: Persona, value: dict[str, Any]) -> InboxFacts | None:
        if not persona.is_whole_customer:
            return None
        today = clock.today()
        first = MessageLine(UUID(int=1), now_("We exchange your meter in December"), today, is_read=False)
        second = MessageLine(UUID(int=2), now_("New tariff from January"), today - timedelta(days=9), is_read=True)
        return InboxFacts((first, second), 1)


@dataclass(frozen=True)
class CaseLine:
    public_id: UUID
    number: str
    subject: str
    day: date
    state: str
    state_in_words: str
    clock: Clock
    answered_at: date | None


@dataclass(frozen=True)
class CasesFacts:
    lines: tuple[CaseLine, ...]


class CasesWidget(Widget):
    """One's own cases with the day by which each is answered, and the way to a new one."""

    deed = Deed.WRITE_CASE
    module = "cases"

    count = blocks.IntegerBlock(label=_("how many lines"), default=3, min_value=1, max_value=10)

    class Meta:
        icon = "comment"
        label = _("My cases")
        group = _("Messages and cases")
        template = "widgets/cases.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> CasesFacts | None:
        if not rules(CaseRules).customers_write:
            return None
        return CasesFacts(tuple(_line(case) for case in queries.own_cases(showing.viewer)[: value.get("count") or 3]))

    def example(self, persona: Persona, value: dict[str, Any]) -> CasesFacts:
        today = clock.today()
        standing = clock_of(today + timedelta(days=9), today)
        state = Case.State.IN_PROGRESS
        subject = now_("The bill for November is too high")
        return CasesFacts(
            (
                CaseLine(
                    UUID(int=1),
                    f"S/{today.year}/000123",
                    subject,
                    today - timedelta(days=5),
                    state,
                    str(state.label),
                    standing,
                    None,
                ),
            )
        )


def _line(case: Case) -> CaseLine:
    answered = case.answered_at.astimezone(clock.WARSAW).date() if case.answered_at else None
    opened = case.opened_at.astimezone(clock.WARSAW).date()
    return CaseLine(
        case.public_id,
        str(case.number),
        case.subject,
        opened,
        case.state,
        case.get_state_display(),
        case.clock,
        answered,
    )


@dataclass(frozen=True)
class OutagesFacts:
    outages: tuple[Shown, ...]


class OutagesWidget(Widget):
    """What does not work, or will not, at one's own places. Nothing while everything works."""

    deed = Deed.SEE_CONTRACT

    class Meta:
        icon = "warning"
        label = _("Outages at my places")
        group = _("Messages and cases")
        template = "widgets/outages.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> OutagesFacts | None:
        found = outage_queries.of_viewer(showing.viewer)
        return OutagesFacts(found) if found else None

    def example(self, persona: Persona, value: dict[str, Any]) -> OutagesFacts:
        street = persona.address.split(",")[0].rpartition(" ")[0]
        begins = clock.at(clock.today() + timedelta(days=2), 8)
        area = Area("", street, "", Buildings.of(""))
        shown = Shown(
            UUID(int=1),
            Outage.Kind.PLANNED,
            now_("No water while we exchange a valve"),
            "",
            begins,
            begins + timedelta(hours=6),
            (area,),
        )
        return OutagesFacts((shown,))
