"""A bar chart as numbers for an SVG: what is drawn is what the table beside it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.metering.consumption import Hour, Part
from portal.metering.models import MeterReading
from portal.utility.templatetags.ebok import NBSP, cubic

WIDTH, HEIGHT = 720, 260
TOP, BOTTOM, LEFT = 28, 34, 8
LABEL = 28  # the height that a figure takes above its bar
STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500)
# How a bar is filled: told apart without colour.
FILLS = {
    MeterReading.Source.ACTUAL: "solid",
    MeterReading.Source.CHECK: "solid",
    MeterReading.Source.REMOTE: "dotted",
    MeterReading.Source.CUSTOMER: "outline",
    MeterReading.Source.ESTIMATED: "hatched",
}
LEGEND = (
    ("solid", gettext_lazy("read by us")),
    ("outline", gettext_lazy("given by the customer")),
    ("hatched", gettext_lazy("estimated")),
    ("dotted", gettext_lazy("read remotely")),
)
YEARS, MONTHS, DAYS, HOURS = "years", "months", "days", "hours"
LABELLED = {DAYS: 5, HOURS: 3}  # every so many bars have a label: on a phone more would run together
HEADS = {
    YEARS: gettext_lazy("Year"),
    MONTHS: gettext_lazy("Month"),
    DAYS: gettext_lazy("Day"),
    HOURS: gettext_lazy("Hour"),
}
CAPTIONS = {
    YEARS: gettext_lazy("Bars: m³ a year."),
    MONTHS: gettext_lazy("Bars: m³ a month."),
    DAYS: gettext_lazy("Bars: litres a day."),
    HOURS: gettext_lazy("Bars: litres an hour."),
}


@dataclass(frozen=True)
class Bar:
    """One year, month, day or hour. Sizes are of the drawing; `use` and `before` are m³, None where nothing is known."""

    first: date
    label: str
    long_label: str
    x: str
    width: str
    y: str
    height: str
    middle: str
    label_y: str
    use: Decimal | None
    words: str
    figure: str
    fill: str
    source: str
    is_spread: bool
    litres_a_day: int | None
    before: Decimal | None
    before_words: str = ""
    before_y: str = ""
    before_x1: str = ""
    before_x2: str = ""


@dataclass(frozen=True)
class Chart:
    title: str
    bars: tuple[Bar, ...]
    top: Decimal
    steps: str

    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM

    @property
    def head(self) -> str:
        return str(HEADS[self.steps])

    @property
    def caption(self) -> str:
        return str(CAPTIONS[self.steps])

    @property
    def has_before(self) -> bool:
        return any(bar.before is not None for bar in self.bars)

    @property
    def has_gaps(self) -> bool:
        return any(bar.use is None for bar in self.bars)

    @property
    def legend(self) -> tuple[tuple[str, Any], ...]:
        """How the fills in this picture are read."""
        here = {bar.fill for bar in self.bars if bar.use is not None}
        return tuple((fill, words) for fill, words in LEGEND if fill in here)

    @property
    def has_spread(self) -> bool:
        return any(bar.is_spread for bar in self.bars)

    @property
    def total(self) -> Decimal:
        return sum((bar.use for bar in self.bars if bar.use is not None), Decimal(0))


def by_years(parts: Sequence[Part]) -> Chart:
    return _draw(parts, [_year(part) for part in parts], YEARS, _("Water by years, m³"))


def by_months(parts: Sequence[Part]) -> Chart:
    # Three letters of the whole name: the abbreviations' sources ("may") are words of ours too.
    labels = [(dateformat.format(part.first, "F")[:3], dateformat.format(part.first, "F Y")) for part in parts]
    return _draw(parts, labels, MONTHS, _("Water by months, m³"))


def by_days(parts: Sequence[Part], month: date) -> Chart:
    labels = [(str(part.first.day), dateformat.format(part.first, "j.m.Y")) for part in parts]
    title = _("Water by days, %(month)s, litres") % {"month": f"{month:%m.%Y}"}
    return _draw(parts, labels, DAYS, title)


def by_hours(hours: Sequence[Hour], day: date) -> Chart:
    parts = [Part(day, day, hour.use, MeterReading.Source.REMOTE if hour.use is not None else "") for hour in hours]
    labels = [(str(hour.begins.hour), _hour(hour)) for hour in hours]
    title = _("Water by hours, %(day)s, litres") % {"day": f"{day:%d.%m.%Y}"}
    return _draw(parts, labels, HOURS, title)


def _year(part: Part) -> tuple[str, str]:
    """A year that is not known whole says which days are."""
    year = str(part.first.year)
    is_whole = (part.first.month, part.first.day, part.last.month, part.last.day) == (1, 1, 12, 31)
    return year, year if is_whole else f"{part.first:%d.%m}–{part.last:%d.%m.%Y}"


def _hour(hour: Hour) -> str:
    """3:00–4:00; with its distance from UTC on the night when an hour comes twice."""
    ends = (hour.begins.hour + 1) % 24
    words = f"{hour.begins.hour}:00–{ends}:00"
    is_doubled = clock.at(hour.begins.date(), hour.begins.hour).utcoffset() != hour.begins.replace(fold=1).utcoffset()
    return f"{words} (UTC{hour.begins:%z})" if is_doubled else words


def _draw(parts: Sequence[Part], labels: Sequence[tuple[str, str]], steps: str, title: str) -> Chart:
    highest = max((value for part in parts for value in (part.use, part.year_before) if value), default=Decimal(1))
    top = _round_up(highest * 1000) / 1000 if steps in (DAYS, HOURS) else _round_up(highest)
    pitch = (WIDTH - 2 * LEFT) / len(parts)
    every = LABELLED.get(steps, 1)
    bars = [
        _bar(part, words if at % every == 0 else ("", words[1]), LEFT + at * pitch, pitch, top, steps)
        for at, (part, words) in enumerate(zip(parts, labels, strict=True))
    ]
    return Chart(title, tuple(bars), top, steps)


def _round_up(value: Decimal) -> Decimal:
    for step in STEPS:
        if value <= step:
            return Decimal(step)
    return (value / 500).to_integral_value(ROUND_CEILING) * 500


def _bar(part: Part, labels: tuple[str, str], left: float, pitch: float, top: Decimal, steps: str) -> Bar:
    room = HEIGHT - TOP - BOTTOM
    height = float((part.use or Decimal(0)) / top) * room
    width = min(pitch * 0.62, 90)
    x = left + (pitch - width) / 2
    y = HEIGHT - BOTTOM - height
    before_y = HEIGHT - BOTTOM - float((part.year_before or Decimal(0)) / top) * room
    # The figure stands above the line across, where the line would run through it.
    label_y = before_y if part.year_before is not None and 0 < y - before_y < LABEL else y
    return Bar(
        first=part.first,
        label=labels[0],
        long_label=labels[1],
        x=_n(x),
        width=_n(width),
        y=_n(y),
        height=_n(height),
        middle=_n(left + pitch / 2),
        label_y=_n(label_y - 8),
        use=part.use,
        words=_words(part.use, steps),
        figure=str(round(part.use)) if part.use is not None and steps in (YEARS, MONTHS) else "",
        fill=FILLS.get(MeterReading.Source(part.source), "solid") if part.source else "",
        source=str(MeterReading.Source(part.source).label) if part.source else "",
        is_spread=part.is_spread,
        litres_a_day=part.litres_a_day if steps != HOURS else None,
        before=part.year_before,
        before_words=_words(part.year_before, steps),
        before_y=_n(before_y),
        before_x1=_n(x - pitch * 0.1),
        before_x2=_n(x + width + pitch * 0.1),
    )


def _words(use: Decimal | None, steps: str) -> str:
    if use is None:
        return ""
    return f"{use * 1000:.0f}{NBSP}l" if steps in (DAYS, HOURS) else cubic(use)


def _n(value: float) -> str:
    """A number as SVG wants it, whatever the language."""
    return f"{value:.1f}"
