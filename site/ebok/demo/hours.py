"""What a meter that is read by the hour shows: each month's water spread over the hours of its days."""

import random
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

from ebok.demo import months
from ebok.demo.cast import Meter
from portal import clock

DAYS = 62
AN_HOUR = timedelta(hours=1)
LITRE = Decimal("0.001")
# How much of a day flows in each of its hours, of many flats together. At night it stops, so nothing looks like a leak.
COURSE = (1, 1, 0, 0, 0, 2, 6, 9, 8, 5, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 8, 6, 4, 2)


def since(as_of: date) -> date:
    """The first day with hours."""
    return as_of - timedelta(days=DAYS)


def readings(meter: Meter, dial: dict[date, int], as_of: date) -> Iterator[dict[str, Any]]:
    """One an hour up to the midnight before; at the end of a month it shows what the month's own reading would."""
    chance = random.Random(f"hours:{meter.id}")  # noqa: S311 - plays dice for a demo
    month = since(as_of).replace(day=1)
    while month <= as_of:
        yield from _of_month(meter, month, dial, as_of, chance)
        month = months.add(month, 1)


def _of_month(
    meter: Meter, month: date, dial: dict[date, int], as_of: date, chance: random.Random
) -> Iterator[dict[str, Any]]:
    before, after = dial[months.add(month, -1)], dial[month]
    at, end = clock.at(month).astimezone(UTC), clock.at(months.add(month, 1))
    flows = []
    while at < end:
        flows.append((at + AN_HOUR, COURSE[at.astimezone(clock.WARSAW).hour] * chance.uniform(0.7, 1.3)))
        at += AN_HOUR
    whole, flown = sum(flow for _at, flow in flows), 0.0
    first, last = clock.at(since(as_of)), clock.at(as_of)
    for at, flow in flows:
        flown += flow
        if first < at <= last:
            yield {
                "id": f"O{meter.id[1:]}-{at:%Y%m%d%H}",
                "meter": meter.id,
                "value": before + Decimal((after - before) * flown / whole).quantize(LITRE),
                "read_on": (at.astimezone(clock.WARSAW) - timedelta(seconds=1)).date(),
                "read_at": at,
                "source": "remote",
            }
