"""A CSV file as batches of columns: a header that names them in any order, read once, in the code page of its sender."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from portal.exchange.cells import Cells, Staged, as_staged
from portal.exchange.columns import FileFormat
from portal.exchange.dialect import PLAIN, Dialect
from portal.exchange.faults import FileFault
from portal.exchange.package import spoiled

BATCH = 15_000  # rows
BLOCK = 512 * 1024  # bytes
LONGEST_LINE = 1_000_000  # bytes: more is no line of ours but a wrong file
NUMBER_OF_LINE = "#"  # the first column where rows come from a file that is not the one they are read from


@dataclass(slots=True)
class Batch:
    """Some rows, column by column. A row with faults is there all the same, with what could be read."""

    lines: list[int]
    columns: dict[str, list[Staged]]  # by the names of staging; every column of the format
    faults: dict[int, list[str]]  # by the place of the row in this batch

    def __len__(self) -> int:
        return len(self.lines)


@dataclass
class Reading:
    """One pass over one file. After it, `digest` and `rows` say what was read."""

    file: FileFormat
    stream: BinaryIO
    name: str
    dialect: Dialect = PLAIN
    rows: int = 0
    unknown: list[str] = field(default_factory=list)  # columns that we do not know
    _lines: int = 0  # decoded
    _sha256: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        return str(self._sha256.hexdigest())

    def batches(self, size: int = BATCH, *, skip: int = 0) -> Iterator[Batch]:
        """The rows after the first `skip` of them. Raises FileFault where the file itself is wrong."""
        pieces = self._pieces()
        first = next(pieces, "")
        if not first:
            raise FileFault(self.name, _("The file is empty; even a file without rows has a header."))
        head, _end, rest = first.partition("\n")
        header = self._header(head)
        known, begun = self._columns(header), 1
        for piece in chain([rest], pieces):
            across = self._plain(piece, len(header))
            if across is None:
                yield from self._careful(chain([piece], pieces), begun, len(header), known, size, skip)
                return
            rows = len(across[0])
            for start in range(min(skip, rows), rows, size):
                end = min(start + size, rows)
                self.rows += end - start
                lines = list(range(begun + start + 1, begun + end + 1))
                yield self._batch([column[start:end] for column in across], lines, known, {})
            self.rows += min(skip, rows)
            skip, begun = max(skip - rows, 0), begun + rows

    def _header(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self.dialect.delimiter, strict=True), [])
        except csv.Error as error:
            sentence = _("The file cannot be read as CSV from here on: %(fault)s.") % {"fault": error}
            raise FileFault(self.name, sentence, 1) from None

    def _plain(self, text: str, width: int) -> list[list[str]] | None:
        """Columns of lines without quotation marks and all of the same width, as they mostly are; else None."""
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        if '"' in text or "\r" in text or "\n\n" in text or text.startswith("\n"):
            return None
        text, delimiter = text.removesuffix("\n"), self.dialect.delimiter
        if not text:
            return [[]] * width
        if {line.count(delimiter) for line in text.split("\n")} != {width - 1}:
            return None
        cells = text.replace("\n", delimiter).split(delimiter)
        return [cells[place::width] for place in range(width)]

    def _careful(
        self, pieces: Iterator[str], begun: int, width: int, known: list[tuple[int, Cells]], size: int, skip: int
    ) -> Iterator[Batch]:
        """The rest of the file by the rules of CSV."""
        lines = (line for piece in pieces for line in _lines(piece))
        reader = csv.reader(lines, delimiter=self.dialect.delimiter, strict=True)
        try:
            rows = ((row, begun + reader.line_num) for row in reader if row)
            for _row in islice(rows, skip):
                self.rows += 1
            while some := list(islice(rows, size)):
                self.rows += len(some)
                faults: dict[int, list[str]] = {}
                across = self._across([row for row, _line in some], width, faults)
                yield self._batch(across, [line for _row, line in some], known, faults)
        except csv.Error as error:
            sentence = _("The file cannot be read as CSV from here on: %(fault)s.") % {"fault": error}
            raise FileFault(self.name, sentence, begun + reader.line_num) from None

    def _across(self, rows: list[list[str]], width: int, faults: dict[int, list[str]]) -> list[tuple[str, ...]]:
        """Columns of rows; a row of another width is empty in all of them."""
        if set(map(len, rows)) != {width}:
            for place, row in enumerate(rows):
                if len(row) != width:
                    shown = {"found": len(row), "expected": width}
                    faults[place] = [_("The row has %(found)d cells, the header has %(expected)d.") % shown]
                    rows[place] = [""] * width
        return list(zip(*rows, strict=True))

    def _batch(
        self,
        across: Sequence[Sequence[str]],
        lines: list[int],
        known: list[tuple[int, Cells]],
        faults: dict[int, list[str]],
    ) -> Batch:
        crooked = set(faults)
        if self.dialect.is_numbered:
            lines = list(map(int, across[0]))
        columns: dict[str, list[Staged]] = {}
        for place, cells in known:
            column = cells.column
            texts = list(map(str.strip, across[place]))
            columns[column.field], wrong = cells.read(texts)
            for row, fault in wrong.items():
                sentence = _("In %(column)s, %(fault)s.") % {"column": column.name, "fault": fault}
                faults.setdefault(row, []).append(sentence)
            if column.is_required and not all(texts):
                for row in (row for row, text in enumerate(texts) if not text and row not in crooked):
                    sentence = _("The column %(column)s is empty.") % {"column": column.name}
                    faults.setdefault(row, []).append(sentence)
        for column in self.file.columns:
            if column.field not in columns:
                columns[column.field] = [as_staged(column, column.empty)] * len(lines)
        return Batch(lines, columns, faults)

    def _columns(self, header: list[str]) -> list[tuple[int, Cells]]:
        names = [self.dialect.name_of(self.file, name.strip()) for name in header]
        first = 1 if self.dialect.is_numbered else 0
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise FileFault(self.name, _("The header names %(columns)s twice.") % {"columns": ", ".join(twice)}, 1)
        ours = {column.name: column for column in self.file.columns}
        missing = [name for name, column in ours.items() if column.is_required and name not in names]
        if missing:
            raise FileFault(self.name, _("The header lacks %(columns)s.") % {"columns": ", ".join(missing)}, 1)
        self.unknown = [name for name in names[first:] if name not in ours]
        return [
            (place, Cells(ours[name], self.dialect.parser(self.file, ours[name])))
            for place, name in enumerate(names)
            if name in ours
        ]

    def _pieces(self) -> Iterator[str]:
        """The file as text, some whole lines at a time; read and decoded here, so that a fault has its line."""
        rest = b""
        while block := self._block():
            self._sha256.update(block)
            end = block.rfind(b"\n") + 1
            whole, rest = (rest + block[:end], block[end:]) if end else (b"", rest + block)
            if len(rest) > LONGEST_LINE:
                number = self._lines + whole.count(b"\n") + 1
                raise FileFault(self.name, _("The line is longer than a line of this format can be."), number)
            if whole:
                yield self._decoded(whole)
        if rest:
            yield self._decoded(rest)

    def _decoded(self, content: bytes) -> str:
        if self._lines == 0:
            content = content.removeprefix(b"\xef\xbb\xbf")
        encoding = self.dialect.encoding_of(self.file)
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            number = self._lines + content.count(b"\n", 0, error.start) + 1
            sentence = (
                _("The line is not UTF-8. Save the file as UTF-8.")
                if encoding == "utf-8"
                else _("The line is not %(encoding)s, as the column map says.") % {"encoding": encoding}
            )
            raise FileFault(self.name, sentence, number) from None
        self._lines += content.count(b"\n") + (not content.endswith(b"\n"))
        return text

    def _block(self) -> bytes:
        with spoiled(self._damaged):
            return self.stream.read(BLOCK)

    def _damaged(self, fault: str) -> FileFault:
        return FileFault(
            self.name,
            _("The file is damaged from here on: %(fault)s. Send the delivery again.") % {"fault": fault},
            self._lines + 1,
        )


def _lines(piece: str) -> Iterator[str]:
    """Lines with their ends."""
    whole = piece.split("\n")
    last = whole.pop()
    yield from (line + "\n" for line in whole)
    if last:
        yield last
