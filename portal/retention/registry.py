"""What becomes of every kind of row: how long it is kept, what ends it, and whether a person's own download holds it.

Rooms fill it in their `apps.py`. A test goes through every model and fails for one of which nothing is stated.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise

    Words = str | Promise

Row = Mapping[str, object]


@dataclass(frozen=True)
class OwnFile:
    """A file of a person's download: its name in the ZIP, and where its bytes lie."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Own:
    """Rows that belong into a person's download, under this name; `files` go beside them."""

    name: str
    rows: Callable[[Any], Iterable[Row]]
    files: Callable[[Any], Iterable[OwnFile]] | None = None


@dataclass(frozen=True)
class Kept:
    """What is stated of one model, or of every other model of an app (`"wagtailcore.*"`)."""

    model: str
    how_long: str
    download: Own | str  # the rows, or why they are in nobody's download

    @property
    def own(self) -> Own | None:
        return self.download if isinstance(self.download, Own) else None


@dataclass(frozen=True)
class Ending:
    """What ends when its time is over.

    `term` names a value of RetentionRules. `due(before)` are the rows whose time ended before that day; `end(rows)` ends
    a batch of them in the caller's transaction, so that they are due no more. `customer` and `user` are look-ups to a
    public id of a customer and to a user, for the legal hold; without both a hold does not reach the rows.
    """

    code: str
    label: "Words"
    term: str
    due: "Callable[[date], QuerySet[Any]]"
    end: Callable[[list[Any]], None]
    customer: str = ""
    user: str = ""


_kept: dict[str, Kept] = {}
_endings: dict[str, Ending] = {}


def keep(model: str, how_long: str, *, download: Own | str) -> None:
    """State of a model how long it is kept and what of it a person may take along."""
    _kept[model] = Kept(model, how_long, download)


def end_in_time(ending: Ending) -> None:
    """Let the nightly purge end these rows."""
    _endings[ending.code] = ending


def kept(model: str) -> Kept | None:
    """What is stated of a model: by its own label, else by its app's."""
    return _kept.get(model) or _kept.get(f"{model.partition('.')[0]}.*")


def everything_kept() -> list[Kept]:
    return sorted(_kept.values(), key=lambda entry: entry.model)


def endings() -> list[Ending]:
    return sorted(_endings.values(), key=lambda ending: ending.code)
