"""A bar chart as numbers for an SVG: what is drawn is what the table beside it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from django.utils import dateformat

from portal.metering.consumption import Part
from portal.metering.models import MeterReading

WIDTH, HEIGHT = 720, 260
TOP, BOTTOM, LEFT = 28, 34, 8
LABEL = 28  # the height that a figure takes above its bar
STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500)
# How a bar is filled: told apart without colour.
FILLS = {
    MeterReading.Source.ACTUAL: "solid",
    MeterReading.Source.CHECK: "solid",
    MeterReading.Source.REMOTE: "solid",
    MeterReading.Source.CUSTOMER: "outline",
    MeterReading.Source.ESTIMATED: "hatched",
}


@dataclass(frozen=True)
class Bar:
    """One month or day. Sizes are of the drawing; `use` and `before` are m³, None where nothing is known."""

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
    fill: str
    source: str
    is_spread: bool
    litres_a_day: int | None
    before: Decimal | None
    before_y: str = ""
    before_x1: str = ""
    before_x2: str = ""


@dataclass(frozen=True)
class Chart:
    title: str
    bars: tuple[Bar, ...]
    top: Decimal
    by_days: bool

    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM

    @property
    def has_before(self) -> bool:
        return any(bar.before is not None for bar in self.bars)

    @property
    def has_gaps(self) -> bool:
        return any(bar.use is None for bar in self.bars)

    @property
    def fills(self) -> set[str]:
        return {bar.fill for bar in self.bars if bar.use is not None}

    @property
    def has_spread(self) -> bool:
        return any(bar.is_spread for bar in self.bars)

    @property
    def total(self) -> Decimal:
        return sum((bar.use for bar in self.bars if bar.use is not None), Decimal(0))


def draw(parts: Sequence[Part], *, title: str, by_days: bool = False) -> Chart:
    highest = max((value for part in parts for value in (part.use, part.year_before) if value), default=Decimal(1))
    top = _round_up(highest)
    pitch = (WIDTH - 2 * LEFT) / len(parts)
    bars = [_bar(part, LEFT + at * pitch, pitch, top, by_days=by_days) for at, part in enumerate(parts)]
    return Chart(title, tuple(bars), top, by_days)


def _round_up(value: Decimal) -> Decimal:
    for step in STEPS:
        if value <= step:
            return Decimal(step)
    return (value / 500).to_integral_value(ROUND_CEILING) * 500


def _bar(part: Part, left: float, pitch: float, top: Decimal, *, by_days: bool) -> Bar:
    room = HEIGHT - TOP - BOTTOM
    height = float((part.use or Decimal(0)) / top) * room
    width = pitch * 0.62
    x = left + (pitch - width) / 2
    y = HEIGHT - BOTTOM - height
    before_y = HEIGHT - BOTTOM - float((part.year_before or Decimal(0)) / top) * room
    # The figure stands above the line across, where the line would run through it.
    label_y = before_y if part.year_before is not None and 0 < y - before_y < LABEL else y
    return Bar(
        first=part.first,
        label=str(part.first.day) if by_days else dateformat.format(part.first, "M"),
        long_label=dateformat.format(part.first, "j.m.Y" if by_days else "F Y"),
        x=_n(x),
        width=_n(width),
        y=_n(y),
        height=_n(height),
        middle=_n(left + pitch / 2),
        label_y=_n(label_y - 8),
        use=part.use,
        fill=FILLS.get(MeterReading.Source(part.source), "solid") if part.source else "",
        source=str(MeterReading.Source(part.source).label) if part.source else "",
        is_spread=part.is_spread,
        litres_a_day=part.litres_a_day,
        before=part.year_before,
        before_y=_n(before_y),
        before_x1=_n(x - pitch * 0.1),
        before_x2=_n(x + width + pitch * 0.1),
    )


def _n(value: float) -> str:
    """A number as SVG wants it, whatever the language."""
    return f"{value:.1f}"
