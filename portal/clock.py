"""What time it is in Warsaw. Nothing else asks the clock, so that a demo and a test can travel in time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")

_shift = timedelta(0)
_stopped: datetime | None = None


def now() -> datetime:
    """This moment, aware, in Warsaw's time."""
    if _stopped is not None:
        return _stopped
    return datetime.fromtimestamp(time.time(), tz=UTC).astimezone(WARSAW) + _shift


def true_now() -> datetime:
    """The machine's own time, for queues and leases, which go on whatever day a demo or a test pretends."""
    return datetime.now(tz=UTC)


def today() -> date:
    return now().date()


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """That hour of that day in Warsaw."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=WARSAW)


def start_at(moment: datetime | None) -> None:
    """Let the clock run from another moment (demo and tests; None = the true time)."""
    global _shift  # noqa: PLW0603 - one clock per process is the point
    _shift = timedelta(0)
    if moment is not None:
        _shift = moment - now()


@contextmanager
def stopped(moment: datetime) -> Iterator[datetime]:
    """Hold the clock at one moment."""
    global _stopped  # noqa: PLW0603 - one clock per process is the point
    before, _stopped = _stopped, moment.astimezone(WARSAW)
    try:
        yield _stopped
    finally:
        _stopped = before
