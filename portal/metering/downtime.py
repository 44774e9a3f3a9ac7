"""When people could not reach the portal: measured by its own pulse, or stated by the office. Nobody misses a window then."""

from datetime import timedelta

from portal import clock
from portal.metering.models import Downtime, Pulse
from portal.metering.policies import Window, is_excused
from portal.metering.rules import ReadingRules

BEAT = timedelta(minutes=5)
SILENCE = timedelta(minutes=20)  # without a beat it was down, not busy
COUNTED = timedelta(hours=48)  # before the window's end


def beat() -> Downtime | None:
    """The portal is alive; a silence before this beat is written down."""
    moment = clock.now()
    pulse = Pulse.objects.first()
    if pulse is None:
        Pulse.objects.create(at=moment)
        return None
    before = pulse.at
    if moment <= before:
        return None
    # Of two beats at once one moves the pulse, and that one writes.
    if not Pulse.objects.filter(pk=pulse.pk, at=before).update(at=moment) or moment - before < SILENCE:
        return None
    return Downtime.objects.create(began_at=before, ended_at=moment, is_measured=True)


def down_before(window: Window) -> timedelta:
    """How long, in the last 48 hours of a window, the portal was down; what overlaps counts once. One statement."""
    ends = clock.at(window.closes + timedelta(days=1))
    begins = ends - COUNTED
    total, counted_to = timedelta(), begins
    rows = Downtime.objects.filter(ended_at__gt=begins, began_at__lt=ends).order_by("began_at")
    for began, ended in rows.values_list("began_at", "ended_at"):
        first, last = max(began, counted_to), min(ended, ends)
        if last > first:
            total += last - first
            counted_to = last
    return total


def is_window_excused(window: Window, day_rules: ReadingRules) -> bool:
    return is_excused(down_before(window), day_rules)
