"""A CSV file as typed rows, one at a time: UTF-8, semicolons, a header that names the columns in any order."""

import csv
import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from portal.exchange.columns import Column, FileFormat
from portal.exchange.faults import FileFault
from portal.exchange.values import Misread, parser

LONGEST_LINE = 1_000_000  # bytes: more is no line of ours but a wrong file


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    values: dict[str, Any]  # by the names of staging
    faults: list[str]


@dataclass
class Reading:
    """One pass over one file. After it, `digest` and `rows` say what was read."""

    file: FileFormat
    stream: BinaryIO
    name: str
    rows: int = 0
    unknown: list[str] = field(default_factory=list)  # columns that we do not know
    _lines: int = 0
    _sha256: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        return str(self._sha256.hexdigest())

    def __iter__(self) -> Iterator[Row]:
        """Raises FileFault where the file itself is wrong."""
        cells = self._cells()
        header = next(cells, None)
        if header is None:
            raise FileFault(self.name, _("The file is empty; even a file without rows has a header."))
        width, known, empty = len(header), self._columns(header), {c.field: c.empty for c in self.file.columns}
        for line in cells:
            if not line:
                continue
            self.rows += 1
            number = self._lines
            if len(line) != width:
                sentence = _("The row has %(found)d cells, the header has %(expected)d.") % {
                    "found": len(line),
                    "expected": width,
                }
                yield Row(number, dict(empty), [sentence])
                continue
            values, faults = dict(empty), []
            for place, column, parse in known:
                cell = line[place].strip()
                if cell:
                    try:
                        values[column.field] = parse(cell)
                    except Misread as misread:
                        faults.append(_("In %(column)s, %(fault)s.") % {"column": column.name, "fault": misread})
                elif column.is_required:
                    faults.append(_("The column %(column)s is empty.") % {"column": column.name})
            yield Row(number, values, faults)

    def _columns(self, header: list[str]) -> list[tuple[int, Column, Callable[[str], Any]]]:
        names = [name.strip().lower() for name in header]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise FileFault(self.name, _("The header names %(columns)s twice.") % {"columns": ", ".join(twice)}, 1)
        ours = {column.name: column for column in self.file.columns}
        missing = [name for name, column in ours.items() if column.is_required and name not in names]
        if missing:
            raise FileFault(self.name, _("The header lacks %(columns)s.") % {"columns": ", ".join(missing)}, 1)
        self.unknown = [name for name in names if name not in ours]
        return [(place, ours[name], parser(ours[name])) for place, name in enumerate(names) if name in ours]

    def _cells(self) -> Iterator[list[str]]:
        try:
            yield from csv.reader(self._decoded(), delimiter=";", strict=True)
        except csv.Error as error:
            sentence = _("The file cannot be read as CSV from here on: %(fault)s.") % {"fault": error}
            raise FileFault(self.name, sentence, self._lines) from None

    def _decoded(self) -> Iterator[str]:
        # Line by line, not through a TextIOWrapper: it reads ahead and could not say where a fault is.
        while raw := self._line():
            self._lines += 1
            self._sha256.update(raw)
            if len(raw) == LONGEST_LINE:
                raise FileFault(self.name, _("The line is longer than a line of this format can be."), self._lines)
            try:
                text = raw.decode("utf-8-sig" if self._lines == 1 else "utf-8")
            except UnicodeDecodeError:
                raise FileFault(self.name, _("The line is not UTF-8. Save the file as UTF-8."), self._lines) from None
            yield text

    def _line(self) -> bytes:
        try:
            return self.stream.readline(LONGEST_LINE)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            sentence = _("The file is damaged from here on: %(fault)s.") % {"fault": str(error).rstrip(".")}
            raise FileFault(self.name, sentence, self._lines + 1) from None
