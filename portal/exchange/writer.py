"""Writing a delivery as a billing system would: for the demo, for tests, and as the example that the format's page names."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from portal.exchange.columns import FileFormat
from portal.exchange.format import BY_NAME, MANIFEST, NAME, VERSION


class DeliveryWriter:
    """Files in a folder, the manifest last: without it nobody takes the rest for a delivery. Same rows, same bytes."""

    def __init__(self, folder: Path, *, as_of: datetime, kind: str = "full", source: str = "billing") -> None:
        self.folder, self.as_of, self.kind, self.source = folder, as_of, kind, source
        self._files: dict[str, _Csv] = {}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
        if kind is None:
            self._write_manifest()

    def open(self, *names: str) -> None:
        """Files that are in the delivery even when they stay without rows."""
        for name in names:
            self._file(name)

    def row(self, name: str, /, **values: Any) -> None:
        self._file(name).write(values)

    def rows(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        for values in rows:
            self.row(name, **values)

    def paper(self, name: str, content: bytes) -> str:
        """An XML or a PDF beside the rows; returns its path inside the delivery."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return name

    def _file(self, name: str) -> "_Csv":
        if name not in self._files:
            self._files[name] = _Csv(self.folder, BY_NAME[name])
        return self._files[name]

    def _write_manifest(self) -> None:
        content = {
            "format": NAME,
            "version": VERSION,
            "source": self.source,
            "kind": self.kind,
            "as_of": self.as_of.isoformat(),
            "made_at": self.as_of.isoformat(),
            "files": {
                file.format.file_name: {"rows": file.rows, "sha256": file.sha256.hexdigest()}
                for name in BY_NAME
                if (file := self._files.get(name))
            },
        }
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        (self.folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


class _Csv:
    def __init__(self, folder: Path, file: FileFormat) -> None:
        self.format = file
        self.rows = 0
        self.sha256 = hashlib.sha256()
        self._names = [column.name for column in file.columns]
        self._known = frozenset(self._names)
        self._stream: BinaryIO = (folder / file.file_name).open("wb")
        self._put(self._names)

    def write(self, values: dict[str, Any]) -> None:
        unknown = set(values) - self._known
        if unknown:
            msg = f"{self.format.file_name} has no column {', '.join(sorted(unknown))}."
            raise KeyError(msg)
        self.rows += 1
        self._put([cell(values.get(name)) for name in self._names])

    def close(self) -> None:
        self._stream.close()

    def _put(self, cells: list[str]) -> None:
        line = io.StringIO()
        csv.writer(line, delimiter=";", lineterminator="\n").writerow(cells)
        content = line.getvalue().encode()
        self.sha256.update(content)
        self._stream.write(content)


def cell(value: Any) -> str:
    """A value as the format writes it: decimal comma, ISO days, yes and no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ",".join(str(part) for part in value)
    return str(value)
