"""A delivery as JSON, one row a line: set out as the files of a folder, so that nothing behind it knows the difference.

Every row keeps the number of its line, by which its faults are told.
"""

import base64
import csv
import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from django.utils.translation import gettext as _

from portal.exchange.columns import FileFormat
from portal.exchange.dialect import Dialect, FileMap
from portal.exchange.faults import Fault, FileFault, Weight
from portal.exchange.format import BY_NAME, FILES, MANIFEST
from portal.exchange.package import LARGEST_PAPER, LARGEST_WHOLE, is_safe
from portal.exchange.reader import LONGEST_LINE, NUMBER_OF_LINE
from portal.exchange.writer import cell

ENDING = ".ndjson"
LONGEST_ROW = LONGEST_LINE // 2  # bytes of JSON; as CSV it may grow by its quotation marks
LONGEST = LARGEST_PAPER * 4 // 3 + LONGEST_ROW  # a paper in base64
# Files are called as in the lines; an installation's column map is about CSV.
WRITTEN = Dialect(is_numbered=True, files={file.name: FileMap(name=file.name) for file in FILES})


class SetOut:
    """The files of a batch as they were set out in a folder."""

    dialect: Dialect | None = WRITTEN

    def __init__(self, name: str, top: Path, remarks: tuple[Fault, ...]) -> None:
        self.name, self.remarks, self._top = name, remarks, top

    def has(self, name: str) -> bool:
        return self._at(name) is not None

    def open(self, name: str) -> BinaryIO:
        found = self._at(name)
        if found is None:
            raise FileFault(name, _("The file is not in the delivery."))
        return found.open("rb")

    def _at(self, name: str) -> Path | None:
        at = self._top / name if name == MANIFEST or name in BY_NAME else self._top / paper_name(name)
        return at if at.is_file() else None


def paper_name(name: str) -> str:
    """Nothing that a sender writes becomes a path here."""
    return hashlib.sha256(name.encode()).hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[SetOut]:
    """The batch at `path`. Raises FileFault with the line where it cannot be read."""
    with tempfile.TemporaryDirectory(prefix="ebok-batch-") as top:
        with path.open("rb") as stream:
            remarks = _Setting(stream, path.name, Path(top)).run()
        yield SetOut(path.name, Path(top), remarks)


class _Setting:
    """One pass over the lines, each row into the file it names; the memory of one line is enough."""

    def __init__(self, stream: BinaryIO, name: str, top: Path) -> None:
        self.stream, self.name, self.top = stream, name, top
        self.line = self.rows = self.size = 0
        self.pens: dict[str, tuple[Any, TextIO]] = {}
        self.counts: dict[str, int] = {}
        self.unknown: set[tuple[str, str]] = set()
        self.remarks: list[Fault] = []

    def run(self) -> tuple[Fault, ...]:
        first = next(self._lines(), b"")
        if not first:
            raise FileFault(self.name, _("The batch is empty. Its first line is its manifest."))
        head = self._read(first)
        with ExitStack() as files:
            for content in self._lines():
                said = self._read(content)
                if "paper" in said:
                    self._paper(said)
                elif len(content) > LONGEST_ROW:
                    raise self._fault(_("The line is longer than a line of this format can be."))
                else:
                    self._row(said, files)
            self._open_listed(head, files)
        self._write_manifest(head)
        return tuple(self.remarks)

    def _lines(self) -> Iterator[bytes]:
        while content := self.stream.readline(LONGEST + 1):
            self.line += 1
            if len(content) > LONGEST:
                raise self._fault(_("The line is longer than a line of this format can be."))
            self.size += len(content)
            if self.size > LARGEST_WHOLE:
                raise self._fault(_("The batch is larger than a delivery may be."))
            if self.line == 1:
                content = content.removeprefix(b"\xef\xbb\xbf")
            if content.strip():
                yield content

    def _fault(self, sentence: str) -> FileFault:
        return FileFault(self.name, sentence, self.line)

    def _read(self, content: bytes) -> dict[str, Any]:
        try:
            # Numbers stay as they are written: an amount is never a float.
            said = json.loads(content.decode(), parse_float=str, parse_int=str, parse_constant=str)
        except UnicodeDecodeError:
            raise self._fault(_("The line is not UTF-8. Send UTF-8.")) from None
        except (ValueError, RecursionError) as error:
            raise self._fault(_("The line is not JSON: %(fault)s.") % {"fault": str(error).rstrip(".")}) from None
        if not isinstance(said, dict):
            raise self._fault(_("The line is no JSON object. Send one object a line."))
        return said

    # Rows

    def _row(self, said: dict[str, Any], files: ExitStack) -> None:
        name, row = said.get("file"), said.get("row")
        if not isinstance(name, str) or not isinstance(row, dict):
            raise self._fault(_("The line is neither a row (file, row) nor a paper (paper, base64)."))
        if name not in BY_NAME:
            raise self._fault(_("The format has no file “%(file)s”.") % {"file": name[:40]})
        pen, file = self._pen(name, files), BY_NAME[name]
        self._tell_unknown(file, row)
        cells = [self._cell(column.name, row.get(column.name)) for column in file.columns]
        try:
            pen.writerow([self.line, *cells])
        except UnicodeEncodeError:
            raise self._fault(_("The line holds half a character. Send whole UTF-8.")) from None
        self.counts[name] += 1
        self.rows += 1

    def _pen(self, name: str, files: ExitStack) -> Any:
        if name not in self.pens:
            file = files.enter_context((self.top / name).open("w", encoding="utf-8", newline=""))
            # Ended like this, cells with either half of a line break are quoted.
            pen = csv.writer(file, delimiter=";", lineterminator="\r\n")
            pen.writerow([NUMBER_OF_LINE, *(column.name for column in BY_NAME[name].columns)])
            self.pens[name] = pen, file
            self.counts[name] = 0
        return self.pens[name][0]

    def _tell_unknown(self, file: FileFormat, row: dict[str, Any]) -> None:
        for column in row.keys() - {column.name for column in file.columns}:
            if (file.name, column) not in self.unknown:
                self.unknown.add((file.name, column))
                sentence = _("The column %(column)s is unknown and is not read.") % {"column": column[:40] or "–"}
                self.remarks.append(Fault(weight=Weight.WARNING, file=file.name, line=self.line, sentence=sentence))

    def _cell(self, column: str, value: Any) -> str:
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict | list) for one in value)):
            raise self._fault(
                _("In %(column)s, the value is neither text, a number, true or false, nor a list of them.")
                % {"column": column}
            )
        return cell(value)

    # Papers

    def _paper(self, said: dict[str, Any]) -> None:
        name, written = said["paper"], said.get("base64")
        if not isinstance(name, str) or not is_safe(name) or not isinstance(written, str):
            raise self._fault(_("A paper needs a relative path (paper) and its bytes (base64)."))
        at = self.top / paper_name(name)
        if at.exists():
            raise self._fault(_("The paper “%(name)s” stands twice.") % {"name": name[:80]})
        try:
            at.write_bytes(base64.b64decode(written, validate=True))
        except ValueError:  # also of signs that base64 does not know
            raise self._fault(_("The bytes of “%(name)s” are not base64.") % {"name": name[:80]}) from None

    # What it says of itself

    def _open_listed(self, head: dict[str, Any], files: ExitStack) -> None:
        """Files that are whole even without a row; a name that the format does not have is left to the manifest's reader."""
        listed = head.get("files", [])
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise FileFault(self.name, _("The first line's files are not a list of names."), 1)
        for name in listed:
            if name in BY_NAME:
                self._pen(name, files)
            else:
                self.counts.setdefault(name, 0)
        promised = head.get("rows")
        if promised is not None and str(promised) != str(self.rows):
            sentence = _("The first line promises %(promised)s rows, the batch has %(found)d.")
            raise FileFault(self.name, sentence % {"promised": str(promised)[:20], "found": self.rows}, 1)

    def _write_manifest(self, head: dict[str, Any]) -> None:
        files = {
            name: {"rows": count, "sha256": self._digest(name) if name in self.pens else ""}
            for name, count in self.counts.items()
        }
        version = head.get("version")
        stated = head | {
            "version": int(version) if isinstance(version, str) and version.isdecimal() else version,
            "files": files,
        }
        # What came decides whether an import that was killed may go on: the digests of the rows stand in here.
        (self.top / MANIFEST).write_text(json.dumps(stated), encoding="utf-8")

    def _digest(self, name: str) -> str:
        with (self.top / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
