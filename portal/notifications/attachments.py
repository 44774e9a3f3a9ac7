"""What may come with a letter: a room says how it is made, and it is made when the letter leaves."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    kind: str  # of MIME, for example application/pdf


_makers: dict[str, Callable[[str], Attachment | None]] = {}


def register(kind: str, made: Callable[[str], Attachment | None]) -> None:
    """`made(key)` draws the attachment; None when there is none any more, and the letter goes without it."""
    _makers[kind] = made


def drawn(asked: list[list[str]]) -> list[Attachment]:
    """The attachments that a letter asked for as [kind, key]."""
    found = (_makers[kind](key) for kind, key in asked)
    return [one for one in found if one is not None]
