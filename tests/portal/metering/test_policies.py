"""The tables of docs/rules/readings.md, row by row."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given, strategies

from portal.metering import dial
from portal.metering.policies import (
    Accepted,
    AskAgain,
    Given,
    Known,
    Refused,
    ToCheck,
    Verdict,
    decide,
    last_closed_window,
    next_window,
    window_of_month,
)
from portal.metering.rules import ReadingRules

PAGE = (Path(settings.BASE_DIR) / "docs/rules/readings.md").read_text(encoding="utf-8")

LEBORK = ReadingRules(accepted_from=("person",), window_from_day=25, outside_window="refuse", blocked="refuse")
RULES = {
    "default": ReadingRules(),
    "gryfino": ReadingRules(below_booked="refuse"),
    "lebork": LEBORK,
    "communities": ReadingRules(main_meter_only=("community",)),
    "jaworzno": ReadingRules(is_accepting=False),
    "control": ReadingRules(takes_remote=True),
}


def rows(first_head: str) -> list[dict[str, str]]:
    """The rows of the page's table whose first column is called so."""
    lines = PAGE.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_head} |"))
    heads = [cell.strip() for cell in lines[at].strip("|").split("|")]
    found = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        found.append(dict(zip(heads, (cell.strip() for cell in line.strip("|").split("|")), strict=True)))
    return found


def reading(cell: str) -> tuple[Decimal, date]:
    value, _sep, day = cell.partition(" on ")
    return Decimal(value), date.fromisoformat(day)


def known_of(row: dict[str, str]) -> Known:
    also = row["Also"].split()
    booked = reading(row["Booked"]) if row["Booked"] != "–" else (None, None)
    return Known(
        today=date.fromisoformat(row["Today"]),
        kind=next((kind for kind in ("firm", "community") if kind in also), "person"),
        is_main="garden" not in also,
        is_remote="remote" in also,
        is_removed="removed" in also,
        booked_value=booked[0],
        booked_on=booked[1],
        usual=None if row["Usual"] == "–" else Decimal(row["Usual"]),
        is_blocked="blocked" in also,
        is_given_in_window="given" in also,
        is_same_there="same" in also,
    )


def said(verdict: Verdict) -> tuple[str, str]:
    match verdict:
        case Accepted():
            return "accepted", "–"
        case ToCheck(reasons):
            return "to_check", " ".join(reasons)
        case Refused(reason):
            return "refused", reason
        case AskAgain(reason):
            return "ask_again", reason


@pytest.mark.parametrize("row", rows("Situation"), ids=lambda row: f"{row['Situation']} ({row['Rules']})")
def test_the_decision_is_what_the_page_says(row):
    value, day = reading(row["Given"])
    also = row["Also"].split()
    verdict = decide(
        Given(value, day, "confirmed" in also, "appeal" in also, "unproven" in also),
        known_of(row),
        RULES[row["Rules"]],
    )
    assert said(verdict) == (row["Verdict"], row["Because"])


IN_FIVE = {
    "warszawa": ReadingRules(),
    "jaworzno": ReadingRules(is_accepting=False),
    "gryfino": ReadingRules(below_booked="refuse"),
    "lebork": LEBORK,
    "any with a window": ReadingRules(window_from_day=25),
}
LETTERS = {"A": Accepted, "?": AskAgain, "C": ToCheck, "R": Refused, "R!": Refused}


@pytest.mark.parametrize("row", rows("What is given"), ids=lambda row: row["What is given"])
def test_each_situation_in_each_of_five_utilities_is_what_the_page_says(row):
    value, timing, also = [*row["What is given"].split(", ", 2), ""][:3]
    day = date(2026, 11, 28 if timing == "open" else 20)
    words = {"Also": also, "Today": day.isoformat(), "Booked": "495 on 2026-10-31", "Usual": "9"}
    given = Given(Decimal(value), day, "confirmed" in also, "appeal" in also, "unproven" in also)
    for utility, day_rules in IN_FIVE.items():
        verdict = decide(given, known_of(words), day_rules)
        assert isinstance(verdict, LETTERS[row[utility]]), (utility, verdict)
        if isinstance(verdict, Refused):
            assert verdict.may_appeal is (row[utility] == "R"), (utility, verdict)


def test_the_five_run_by_the_rules_that_their_presets_give():
    for utility, day_rules in IN_FIVE.items():
        path = Path(settings.BASE_DIR) / f"site/ebok/presets/{utility}.toml"
        if not path.exists():
            continue
        stored = tomllib.loads(path.read_text(encoding="utf-8"))["rules"].get("readings", {})
        deciding = (
            "is_accepting", "accepted_from", "takes_remote", "window_from_day", "outside_window", "blocked", "below_booked",
        )  # fmt: skip
        loaded = ReadingRules.from_stored(stored)
        assert {name: getattr(loaded, name) for name in deciding} == {
            name: getattr(day_rules, name) for name in deciding
        }


@pytest.mark.parametrize("row", rows("Typed"), ids=lambda row: row["Typed"])
def test_what_is_typed_is_read_as_the_page_says(row):
    typed = "" if row["Typed"] == "(nothing)" else row["Typed"]
    assert str(dial.read(typed, int(row["Digits"]))) == row["Read as"]


@given(
    value=strategies.integers(0, 99_999),
    booked=strategies.integers(0, 99_999),
    is_confirmed=strategies.booleans(),
    is_appeal=strategies.booleans(),
    name=strategies.sampled_from(sorted(RULES)),
    usual=strategies.none() | strategies.decimals(0, 100, places=1),
)
def test_nothing_below_the_booked_value_is_accepted_without_a_clerk(
    value, booked, is_confirmed, is_appeal, name, usual
):
    today = date(2026, 11, 28)
    known = Known(today=today, booked_value=Decimal(booked), booked_on=date(2026, 10, 31), usual=usual)
    verdict = decide(Given(Decimal(value), today, is_confirmed, is_appeal), known, RULES[name])
    assert not (value < booked and isinstance(verdict, Accepted))


@given(
    value=strategies.integers(0, 99_999),
    offset=strategies.integers(-40, 0),
    is_blocked=strategies.booleans(),
    is_removed=strategies.booleans(),
    name=strategies.sampled_from(["default", "gryfino", "lebork"]),
)
def test_what_is_sent_to_a_clerk_always_reaches_one(value, offset, is_blocked, is_removed, name):
    today = date(2026, 11, 28)
    known = Known(
        today=today,
        booked_value=Decimal(500),
        booked_on=date(2026, 10, 31),
        is_blocked=is_blocked,
        is_removed=is_removed,
    )
    day = date.fromordinal(today.toordinal() + offset)
    first = decide(Given(Decimal(value), day), known, RULES[name])
    again = decide(Given(Decimal(value), day, is_appeal=True), known, RULES[name])
    assert isinstance(again, ToCheck | Accepted)
    assert isinstance(again, ToCheck) or isinstance(first, Accepted)


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [("2026-11-20", 25, 30), ("2026-02-10", 25, 28), ("2028-02-10", 25, 29), ("2026-12-31", 25, 31)],
)
def test_the_window_runs_to_the_last_day_of_the_month(day, opens, closes):
    window = window_of_month(date.fromisoformat(day), LEBORK)
    assert window
    assert (window.opens.day, window.closes.day) == (opens, closes)


def test_the_windows_before_and_after():
    first = date(2026, 12, 1)
    closed, coming = last_closed_window(first, LEBORK), next_window(first, LEBORK)
    assert closed
    assert closed.closes == date(2026, 11, 30)
    assert coming
    assert coming.opens == date(2026, 12, 25)
    in_the_window = next_window(date(2026, 12, 26), LEBORK)
    assert in_the_window
    assert in_the_window.opens == date(2027, 1, 25)
    assert window_of_month(first, ReadingRules()) is None
