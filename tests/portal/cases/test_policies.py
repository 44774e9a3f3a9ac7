"""The tables of docs/rules/cases.md, row by row."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from portal import clock
from portal.cases import policies
from portal.cases.policies import Buildings, BuildingsUnclear, Step, Term, clock_of

PAGE = (Path(settings.BASE_DIR) / "docs/rules/cases.md").read_text(encoding="utf-8")


def rows(first_head: str, *, having: str = "") -> list[dict[str, str]]:
    """The rows of the page's table whose first column is called so, and that has the other column."""
    lines = PAGE.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_head} |") and f"| {having}" in line)
    heads = [cell.strip() for cell in lines[at].strip("|").split("|")]
    found = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        found.append(dict(zip(heads, (cell.strip() for cell in line.strip("|").split("|")), strict=True)))
    return found


def yes(cell: str) -> bool:
    return cell == "yes"


def moment(cell: str) -> datetime:
    return datetime.fromisoformat(cell).replace(tzinfo=clock.WARSAW)


@pytest.mark.parametrize("row", rows("From", having="write"), ids=lambda row: row["From"])
def test_a_step_leads_where_the_page_says(row):
    for step in Step:
        expected = row[step.value]
        assert policies.after(step, row["From"]) == (None if expected == "–" else expected)


@pytest.mark.parametrize("row", rows("Came", having="Paused"))
def test_the_answer_is_due_when_the_page_says(row):
    term = Term(int(row["Days"]), row["Kind"] == "working")
    due = term.due(date.fromisoformat(row["Came"]), paused_days=int(row["Paused"]), extended_days=int(row["Moved"]))
    assert due == date.fromisoformat(row["Answer due"])


@pytest.mark.parametrize("row", rows("Topic may pause"))
def test_a_consumers_complaint_never_pauses(row):
    stops = policies.may_pause(
        topic_may_pause=yes(row["Topic may pause"]),
        is_complaint=yes(row["Complaint"]),
        is_consumer=yes(row["Consumer"]),
    )
    assert stops is yes(row["Stops"])


@pytest.mark.parametrize("row", rows("Due"))
def test_a_complaint_counts_as_accepted_when_the_page_says(row):
    deemed = policies.is_deemed_accepted(
        date.fromisoformat(row["Due"]),
        date.fromisoformat(row["Today"]),
        is_complaint=yes(row["Complaint"]),
        is_consumer=yes(row["Consumer"]),
        is_answered=yes(row["Answered"]),
    )
    assert deemed is yes(row["Counts as accepted"])


@pytest.mark.parametrize("row", rows("Came", having="Today"))
def test_escalations_come_on_their_days(row):
    days = tuple(int(day) for day in row["Days of escalation"].split(","))
    come = policies.escalations(date.fromisoformat(row["Came"]), date.fromisoformat(row["Today"]), days)
    assert ", ".join(str(day) for day in come) == row["Come"].replace("–", "")


@pytest.mark.parametrize("row", rows("From", having="To |"))
def test_an_interruption_is_announced_in_time(row):
    starts, ends = moment(row["From"]), moment(row["To"])
    needed = policies.notice_needed(starts, ends, days=2, days_long=7, long_from_hours=12)
    assert needed == int(row["Must be announced before, days"])
    assert policies.is_short_notice(moment(row["Published"]), starts, needed) is yes(row["Too late"])


@pytest.mark.parametrize("row", rows("Written"))
def test_buildings_are_within_as_written(row):
    written = row["Written"].replace("–", "")
    assert Buildings.of(written).have(row["Building"]) is yes(row["Within"])


@pytest.mark.parametrize("written", ["7-3", "x", "1-", "1;2", "12345678901"])
def test_buildings_that_nobody_could_find_are_refused(written):
    with pytest.raises(BuildingsUnclear):
        Buildings.of(written)


def test_while_the_clock_stands_its_end_moves_with_the_days():
    standing = clock_of(date(2026, 12, 4), date(2026, 12, 10), paused_since=date(2026, 11, 30))

    assert (standing.due, standing.days_left, standing.is_late) == (date(2026, 12, 14), 4, False)


def test_a_late_case_says_so_until_it_is_answered():
    assert clock_of(date(2026, 12, 4), date(2026, 12, 5)).is_late
    assert not clock_of(date(2026, 12, 4), date(2026, 12, 20), ended=date(2026, 12, 3)).is_late
