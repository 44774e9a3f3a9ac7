"""What a room below the cases has to say for a customer: a case where that room runs, else a clerk's task."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Report:
    """`kind` is a kind of the desk's register, `topic` the kind of topic it belongs to; `files` lie in private storage."""

    kind: str
    about: str
    topic: str
    subject: str
    text: str
    customer: UUID
    by: Any = None
    point: UUID | None = None
    files: tuple[tuple[str, str], ...] = ()  # (name in storage, name as the reader sees it)


# Answers whether it took the report.
Taker = Callable[[Report], bool]
_takers: list[Taker] = []


def taken_by(taker: Taker) -> None:
    """Called from the apps.py of the room that makes cases of reports."""
    if taker not in _takers:
        _takers.append(taker)


def takers() -> tuple[Taker, ...]:
    return tuple(_takers)


# Told what was decided of a reported thing: (about, the sentence for its sender, who decided).
Settler = Callable[[str, str, Any], None]
_settlers: list[Settler] = []


def settled_by(settler: Settler) -> None:
    if settler not in _settlers:
        _settlers.append(settler)


def settled(about: str, text: str, by: Any) -> None:
    """Whoever asked for a decision about this thing has it now."""
    for settler in _settlers:
        settler(about, text, by)
