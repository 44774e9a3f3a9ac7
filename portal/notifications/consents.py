"""Who agreed to marketing: the room that keeps consents says so, from its apps.py."""

from collections.abc import Callable
from typing import Any

_asked: list[Callable[[Any], bool]] = []


def register(agreed: Callable[[Any], bool]) -> None:
    """`agreed(user)` says whether this person takes marketing messages now."""
    _asked[:] = [agreed]


def agreed_to_marketing(user: Any) -> bool:
    """No where nobody keeps consents."""
    return any(agreed(user) for agreed in _asked)
