"""Tables to take away: CSV as Polish spreadsheets read it, and XLSX. What a cell says is never run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Value = str | date | Decimal | None
BYTE_ORDER_MARK = "\ufeff"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
DAY, MONEY = "dd.mm.yyyy", "#,##0.00"


def csv_lines(rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Semicolons, decimal commas, days as 20.11.2026; text that a spreadsheet would run gets an apostrophe in front."""
    yield BYTE_ORDER_MARK
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    for row in rows:
        writer.writerow([_written(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return f"'{value}" if value.startswith(_BEGINS_A_FORMULA) else value


def xlsx(title: str, rows: Iterable[Sequence[Value]]) -> bytes:
    """A workbook of one sheet, its first row in bold; texts are texts, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place, row in enumerate(rows):
        sheet.append([_cell(sheet, value, is_head=place == 0) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(sheet: Any, value: Value, *, is_head: bool) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # else a text that begins with = would be a formula
    elif isinstance(value, Decimal):
        cell.number_format = MONEY
    elif value is not None:
        cell.number_format = DAY
    if is_head:
        cell.font = Font(bold=True)
    return cell
