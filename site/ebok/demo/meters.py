"""What flows through a demo's meters month by month, and the readings that were taken of it."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ebok.demo import hours, months
from ebok.demo.cast import Member, Meter, Point

HOW_READ = ("actual", "customer", "estimated")


@dataclass(frozen=True)
class Use:
    """One meter in one period: what the dial showed at its ends."""

    meter: Meter
    before: int
    after: int

    @property
    def amount(self) -> int:
        return self.after - self.before


class Flow:
    """The water of one point. A month's use is whole cubic metres, so that every dial stands on a whole one."""

    def __init__(self, customer: Member, point: Point, first: date, last: date) -> None:
        self.point = point
        self._chance = random.Random(f"flow:{point.id}")  # noqa: S311 - plays dice for a demo
        self._dials: dict[str, dict[date, int]] = {}
        self._tell(point.main, first, last, [point.monthly * season for season in months.SEASON])
        if point.garden:
            summer = [4.0 * months.SUMMER.get(month, 0.0) for month in range(1, 13)]
            self._tell(point.garden, first, last, summer)
            self._pass_on(point.main, point.garden)

    def _tell(self, meter: Meter, first: date, last: date, means: list[float]) -> None:
        month, shown = first, meter.start
        dial = {months.add(month, -1): shown}
        while month <= last:
            shown += max(0, round(means[month.month - 1] * self._chance.uniform(0.82, 1.18)))
            dial[month] = shown
            month = months.add(month, 1)
        self._dials[meter.id] = dial

    def _pass_on(self, main: Meter, garden: Meter) -> None:
        """Garden water flows through the main meter first."""
        dial = self._dials[main.id]
        self._dials[main.id] = {
            month: shown + self._dials[garden.id][month] - garden.start for month, shown in dial.items()
        }

    def use(self, meter: Meter, part: list[date]) -> Use:
        dial = self._dials[meter.id]
        return Use(meter, dial[months.add(part[0], -1)], dial[part[-1]])

    def readings(self, meter: Meter, periods: list[tuple[date, date]], as_of: date) -> list[dict[str, Any]]:
        """At the ends of periods; of a remote meter at the end of every month, of one read by the hour lately each hour."""
        dial = self._dials[meter.id]
        days = {months.add(periods[0][0], -1), *(months.add(last, 0) for _first, last in periods)}
        if meter.is_remote:
            days = set(dial)
        rows = []
        for month in sorted(days):
            day = months.last_day(month)
            if day > as_of - timedelta(days=1) or (meter.is_hourly and day >= hours.since(as_of)):
                continue
            source = "remote" if meter.is_remote else self._chance.choices(HOW_READ, (70, 22, 8))[0]
            rows.append(
                {
                    "id": f"O{meter.id[1:]}-{month:%Y%m}",
                    "meter": meter.id,
                    "value": dial[month],
                    "read_on": day,
                    "source": source,
                }
            )
        if meter.is_hourly:
            rows += hours.readings(meter, dial, as_of)
        return rows
