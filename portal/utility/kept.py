"""A value kept by each process for a few seconds, so that configuration costs a page no statement."""

import time
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")
SECONDS = 5.0


class Kept(Generic[T]):
    """Reads through `read` when older than a few seconds, or at once after `forget()` in this process."""

    everything: ClassVar[WeakSet["Kept[Any]"]] = WeakSet()

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._value: T | None = None
        self._since = 0.0
        Kept.everything.add(self)

    def __call__(self) -> T:
        ticks = time.monotonic()  # a stop-watch, not the clock of the house
        if self._value is None or ticks - self._since > SECONDS:
            self._value, self._since = self._read(), ticks
        return self._value

    def forget(self) -> None:
        self._value = None


def forget_everything() -> None:
    """Forget all kept values of this process: a preset was loaded, or another test begins."""
    for kept in list(Kept.everything):
        kept.forget()
