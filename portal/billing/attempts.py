"""Counting wrong attempts in the shared cache, so that all processes together allow no more than the rule says."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from portal import clock


@dataclass(frozen=True)
class Limit:
    """At most so many attempts at one thing: an invoice, a person, an address."""

    what: str
    value: str
    most: int

    def places(self) -> list[str]:
        """One cache key for each allowed attempt. The value is hashed: it may be long, and is nobody's business."""
        digest = hashlib.sha256(self.value.encode()).hexdigest()[:32]
        return [f"attempt:{self.what}:{digest}:{place}" for place in range(self.most)]


@dataclass(frozen=True)
class Attempt:
    """Places held in each limit. Given back when the attempt was right; else they free themselves after the pause."""

    held: tuple[str, ...]

    def give_back(self) -> None:
        cache.delete_many(self.held)


def begin(limits: list[Limit], pause: timedelta) -> Attempt | datetime:
    """Hold one place in every limit before the answer is sought, or say from when one is free again.

    `cache.add` is atomic on every cache: two processes cannot hold the same place, so guessing in parallel gains nothing.
    """
    until = clock.now() + pause
    held: list[str] = []
    for limit in limits:
        taken = cache.get_many(limit.places())
        place = next(
            (key for key in limit.places() if _is_free(key, taken) and cache.add(key, until, pause.total_seconds())),
            None,
        )
        if place is None:
            Attempt(tuple(held)).give_back()
            return min(taken.values(), default=until)
        held.append(place)
    return Attempt(tuple(held))


def _is_free(key: str, taken: dict[str, datetime]) -> bool:
    if key in taken and taken[key] <= clock.now():
        cache.delete(key)  # the cache lives by the true time, the house by its own clock
        return True
    return key not in taken
