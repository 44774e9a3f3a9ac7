"""How many letters leave in an hour: no more than the mail server or its provider allows."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache

from portal import clock


def wait_for_turn() -> timedelta | None:
    """Take one place among this minute's letters, counted for all workers; how long to wait when it is full."""
    if not settings.EBOK_MAIL_PER_HOUR:
        return None
    moment = clock.true_now()
    key = f"mail:{moment:%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    if cache.incr(key) <= max(1, settings.EBOK_MAIL_PER_HOUR // 60):
        return None
    return timedelta(seconds=60 - moment.second)
