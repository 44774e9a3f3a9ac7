"""Reading a spreadsheet of readings as people send it: pasted, CSV in any usual encoding, or XLSX. No Django models."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from portal.content.folding import fold

MOST_ROWS = 2000
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
METER = {"wodomierz", "numer wodomierza", "nr wodomierza", "nr fabryczny", "numer fabryczny", "meter", "serial"}
VALUE = {"stan", "odczyt", "stan wodomierza", "wskazanie", "reading", "value"}
DAY = {"data", "data odczytu", "dzien", "day", "date"}
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y")


class SheetRefused(Exception):
    """The file cannot be read at all; the words say what to do."""


@dataclass(frozen=True)
class Row:
    """One row as it was written. `number` is what the spreadsheet calls it; `fault` a sentence."""

    number: int
    meter: str
    value: str
    day: str = ""
    fault: str = ""


def day_of(text: str) -> date | None:
    """The day in any of the usual ways; None for what is no day."""
    for pattern in DAYS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar day has no time zone
        except ValueError:
            continue
    return None


def from_text(text: str) -> list[Row]:
    """Pasted cells, or a CSV: tabs, semicolons or commas. Raises SheetRefused."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    sample = next((line for line in lines if line.strip()), "")
    delimiter = next((sign for sign in "\t;,|" if sign in sample), ";")
    return _rows(enumerate(csv.reader(lines, delimiter=delimiter), start=1))


def from_file(data: bytes) -> list[Row]:
    """XLSX or CSV, told apart by content. Raises SheetRefused."""
    if len(data) > MOST_BYTES:
        raise SheetRefused(_("The file is larger than 5 MB. Divide it into parts."))
    if data.startswith(b"PK"):
        return _from_xlsx(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetRefused(_("This is the old XLS format. Save it as XLSX or CSV."))
    return from_text(_decoded(data))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1250")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise SheetRefused(_("This file is no spreadsheet that we can read. Send XLSX or CSV."))


def _from_xlsx(data: bytes) -> list[Row]:
    try:
        _check_unpacked(data)
        sheet = load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    except SheetRefused:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, TypeError):
        raise SheetRefused(_("This file is no spreadsheet that we can read. Send XLSX or CSV.")) from None
    merged = {row for area in sheet.merged_cells.ranges for row in range(area.min_row, area.max_row + 1)}
    cells = ((number, [_text(cell) for cell in row]) for number, row in enumerate(sheet.iter_rows(values_only=True), 1))
    return _rows(cells, merged)


def _check_unpacked(data: bytes) -> None:
    """A small file may unpack to more than the machine has."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
            raise SheetRefused(_("The file is larger than 5 MB. Divide it into parts."))


def _text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without “.0”, a day as a day."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _rows(cells: Iterable[tuple[int, Sequence[str]]], merged: Iterable[int] = ()) -> list[Row]:
    """The rows that say something. A heading names the columns; without one they are meter, reading, day."""
    in_merged = set(merged)
    columns: tuple[int, int, int] | None = None
    found: list[Row] = []
    for number, raw in cells:
        row = [cell.strip().strip("\ufeff") for cell in raw]
        if not any(row):
            continue
        if columns is None:
            columns = _heading(row)
            if columns:
                continue
            columns = (0, 1, 2)
            if not found and number in in_merged:  # a title over the table
                columns = None
                continue
        if len(found) >= MOST_ROWS:
            raise SheetRefused(
                _("There are more than %(most)s rows. Divide the file into parts.") % {"most": MOST_ROWS}
            )
        meter, value, day = (row[at] if 0 <= at < len(row) else "" for at in columns)
        fault = ""
        if number in in_merged:
            fault = _("Cells of this row are merged. Divide them and send the row again.")
        found.append(Row(number, meter[:40], _whole(value)[:40], day[:40], fault))
    if not found:
        raise SheetRefused(_("There are no rows here. Give the number of the meter and its reading in each."))
    return found


def _heading(row: Sequence[str]) -> tuple[int, int, int] | None:
    """Where meter, reading and day stand, if this row says so."""
    named = [" ".join(fold(cell).replace(".", " ").split()) for cell in row]

    def at(words: set[str]) -> int:
        return next((place for place, name in enumerate(named) if any(name.startswith(word) for word in words)), -1)

    meter, value = at(METER), at(VALUE)
    return (meter, value, at(DAY)) if meter >= 0 and value >= 0 and meter != value else None


def _whole(text: str) -> str:
    """“504,000” of a spreadsheet is 504; what has real decimals stays and is refused as on the form."""
    bare = text.replace(" ", "").replace("\xa0", "").replace(",", ".")
    if "." not in bare:
        return text
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return text
    return str(int(number)) if number.is_finite() and number == number.to_integral_value() else text
