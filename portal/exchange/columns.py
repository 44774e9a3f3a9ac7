"""What a file and a column of the exchange format are, and how each kind of value is written."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(Enum):
    """How a column's value is written; the text is what docs/exchange/format.md says of it."""

    TEXT = "text, without control characters"
    LONG_TEXT = "text, may hold line breaks inside quotation marks"
    WORD = "one of the words given"
    LIST = "words or ids, separated by commas"
    DAY = "a day: 2026-11-20 or 20.11.2026"
    MOMENT = "a moment with its distance from UTC: 2026-11-20T14:00:00+01:00 or 2026-11-20T13:00:00Z"
    AMOUNT = "złoty with at most two decimals, comma or point, minus in front: -1234,50"
    NUMBER = "a number with decimal comma or point"
    WHOLE = "a whole number"
    FLAG = "yes or no (also tak, nie, true, false, 1, 0); empty is no"


@dataclass(frozen=True, kw_only=True)
class Column:
    name: str
    kind: Kind
    meaning: str
    example: str
    is_required: bool = False
    unit: str = ""
    words: tuple[str, ...] = ()
    longest: int = 0  # characters of a text, 0 = as its kind allows
    places: int = 0  # decimals of a number
    refers_to: str = ""  # the file in whose key column the value must stand, or have stood in an earlier delivery
    default: Any = None  # what an empty cell means

    @property
    def field(self) -> str:
        """The name in staging: `id` is taken there."""
        return "external_id" if self.name == "id" else self.name

    @property
    def empty(self) -> Any:
        """What is staged for an empty cell."""
        if self.default is not None:
            return self.default
        if self.kind is Kind.LIST:
            return []
        if self.kind is Kind.FLAG:
            return False
        return "" if self.kind in {Kind.TEXT, Kind.LONG_TEXT, Kind.WORD} else None


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    name: str  # of the file, without .csv
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    owner: str = "customer"  # the column that leads to the customer; empty when the rows belong to nobody
    staged_as: str = ""  # two files may hold the same rows in two shapes

    @property
    def stage(self) -> str:
        return self.staged_as or self.name

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def text(name: str, meaning: str, example: str, longest: int = 80, **more: Any) -> Column:
    return Column(name=name, kind=Kind.TEXT, meaning=meaning, example=example, longest=longest, **more)


def key(meaning: str, example: str) -> Column:
    return text("id", meaning, example, 60, is_required=True)


def ref(name: str, refers_to: str, meaning: str, example: str, **more: Any) -> Column:
    return text(name, meaning, example, 60, refers_to=refers_to, **more)


def word(name: str, words: tuple[str, ...], meaning: str, **more: Any) -> Column:
    return Column(name=name, kind=Kind.WORD, meaning=meaning, example=words[0], words=words, **more)


def day(name: str, meaning: str, example: str = "2026-11-03", **more: Any) -> Column:
    return Column(name=name, kind=Kind.DAY, meaning=meaning, example=example, **more)


def moment(name: str, meaning: str, example: str = "2026-11-20T14:00:00+01:00", **more: Any) -> Column:
    return Column(name=name, kind=Kind.MOMENT, meaning=meaning, example=example, **more)


def amount(name: str, meaning: str, example: str = "198,48", **more: Any) -> Column:
    return Column(name=name, kind=Kind.AMOUNT, meaning=meaning, example=example, unit="zł", **more)


def number(name: str, meaning: str, example: str, places: int, **more: Any) -> Column:
    return Column(name=name, kind=Kind.NUMBER, meaning=meaning, example=example, places=places, **more)


def whole(name: str, meaning: str, example: str, **more: Any) -> Column:
    return Column(name=name, kind=Kind.WHOLE, meaning=meaning, example=example, **more)


def flag(name: str, meaning: str, **more: Any) -> Column:
    return Column(name=name, kind=Kind.FLAG, meaning=meaning, example="no", **more)
