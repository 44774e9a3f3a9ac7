"""The kinds of tasks: each room that opens some says in its apps.py what they are called and where they are dealt with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True)
class Kind:
    """`url_name` is the address of where it is dealt with; it takes what follows the colon of a task's `about`.

    `right` is what one needs to get in there, when not everybody has it who sees tasks.
    """

    code: str
    label: "str | Promise"
    url_name: str = ""
    right: str = ""
    when_done: str = ""  # a job by its dotted name, given the task's key when a clerk has marked it as done


_kinds: dict[str, Kind] = {}


def register(code: str, label: "str | Promise", url_name: str = "", *, right: str = "", when_done: str = "") -> None:
    _kinds[code] = Kind(code, label, url_name, right, when_done)


def registered() -> dict[str, Kind]:
    return dict(_kinds)


def label_of(code: str) -> str:
    """The kind in words; a kind that no room has named is shown by its code."""
    kind = _kinds.get(code)
    return str(kind.label) if kind else code


def choices() -> list[tuple[str, str]]:
    return sorted(((code, str(kind.label)) for code, kind in _kinds.items()), key=lambda pair: pair[1])


def where_of(code: str, about: str) -> str:
    """Where a task of this kind about this thing is dealt with; empty when its kind names no place."""
    kind = _kinds.get(code)
    return reverse(kind.url_name, args=[about.partition(":")[2]]) if kind and kind.url_name else ""


def right_of(code: str) -> str:
    """What one needs to get in where a task of this kind is dealt with; empty when whoever sees tasks does."""
    kind = _kinds.get(code)
    return kind.right if kind else ""
