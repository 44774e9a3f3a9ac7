"""A column of cells at once: what the careful parser of one cell says, for thousands of them in a few steps.

Every quick way takes only what the parser would take, and gives what it would give; the rest goes to the parser.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from portal import money
from portal.exchange.columns import Column, Kind
from portal.exchange.values import Misread, parser

Staged = str | None  # a value as the staging table is given it, on either database
MOST_REMEMBERED = 50_000
_AMOUNTS = re.compile(r"(?:(?:-?[0-9]{1,12}[.,][0-9]{2})?\n)*+")

_AS_STAGED: dict[Kind, Callable[[Any], str]] = {
    Kind.DAY: date.isoformat,
    Kind.MOMENT: lambda value: value.astimezone(UTC).replace(tzinfo=None).isoformat(" "),
    Kind.AMOUNT: lambda value: str(money.to_grosze(value)),
    Kind.NUMBER: lambda value: f"{value:f}",
    Kind.WHOLE: str,
    Kind.FLAG: lambda value: "1" if value else "0",
    Kind.LIST: json.dumps,
}


def as_staged(column: Column, value: Any) -> Staged:
    """A parsed value, or what an empty cell means, in the words of the staging table."""
    if value is None:
        return None
    write = _AS_STAGED.get(column.kind)
    return write(value) if write else str(value)


def read_out(value: Any) -> Staged:
    """A value that was read out of an FA(3) file: its amounts are all złoty, its text may be broken into lines."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return str(money.to_grosze(value))
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return text if text.isprintable() else " ".join(text.split())


class Cells:
    """One column of one file: `read` gives what to stage, and by row what is wrong."""

    def __init__(self, column: Column, parse: Callable[[str], Any] | None = None) -> None:
        self.column = column
        self._parse = parse or parser(column)
        self._empty = as_staged(column, column.empty)
        self._remembered: dict[str, Staged] = {"": self._empty}
        self._quick = None if parse else _QUICK.get(column.kind)
        self._numbers = re.compile(rf"(?:(?:-?[0-9]{{1,9}}(?:[.,][0-9]{{1,{column.places or 1}}})?)?\n)*+")

    def read(self, cells: list[str]) -> tuple[list[Staged], dict[int, str]]:
        found = self._quick(self, cells) if self._quick else None
        return (found, {}) if found is not None else self._by_words(cells)

    def _by_words(self, cells: list[str]) -> tuple[list[Staged], dict[int, str]]:
        """Each different cell is parsed once."""
        remembered = self._remembered
        if len(remembered) > MOST_REMEMBERED:
            remembered.clear()
            remembered[""] = self._empty
        wrong: dict[str, str] = {}
        for cell in set(cells).difference(remembered):
            try:
                remembered[cell] = as_staged(self.column, self._parse(cell))
            except Misread as misread:
                wrong[cell] = str(misread)
        if not wrong:
            return list(map(remembered.__getitem__, cells)), {}
        values = [remembered.get(cell, self._empty) for cell in cells]
        return values, {row: wrong[cell] for row, cell in enumerate(cells) if cell in wrong}

    def _texts(self, cells: list[str]) -> list[Staged] | None:
        longest = self.column.longest
        if (longest and len(max(cells, key=len)) > longest) or not "".join(cells).isprintable():
            return None
        return [cell or self._empty for cell in cells] if self._empty else list(cells)

    def _amounts(self, cells: list[str]) -> list[Staged] | None:
        together = "\n".join(cells) + "\n"
        if not _AMOUNTS.fullmatch(together):
            return None
        return self._split(together.replace(",", "").replace(".", ""))

    def _plain_numbers(self, cells: list[str]) -> list[Staged] | None:
        together = "\n".join(cells) + "\n"
        if not self.column.places or not self._numbers.fullmatch(together):
            return None
        return self._split(together.replace(",", "."))

    def _split(self, together: str) -> list[Staged]:
        parts = together.split("\n")
        parts.pop()
        return [part or None for part in parts]


_QUICK: dict[Kind, Callable[[Cells, list[str]], list[Staged] | None]] = {
    Kind.TEXT: Cells._texts,  # noqa: SLF001 - the table of this class's own ways
    Kind.AMOUNT: Cells._amounts,  # noqa: SLF001 - the same
    Kind.NUMBER: Cells._plain_numbers,  # noqa: SLF001 - the same
}
