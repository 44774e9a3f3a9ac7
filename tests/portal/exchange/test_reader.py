import io
from dataclasses import dataclass

import pytest

from portal.exchange.faults import FileFault
from portal.exchange.format import LEDGER, READINGS
from portal.exchange.reader import Reading

HEADER = "id;meter;value;read_on;source\n"


@dataclass
class Row:
    line: int
    values: dict[str, str | None]
    faults: list[str]


def read(content: str | bytes, file=READINGS, size=3):
    reading = Reading(file, io.BytesIO(content.encode() if isinstance(content, str) else content), file.file_name)
    rows = [
        Row(line, {name: column[place] for name, column in batch.columns.items()}, batch.faults.get(place, []))
        for batch in reading.batches(size)
        for place, line in enumerate(batch.lines)
    ]
    return reading, rows


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("495", "495"),
        ("495,5", "495.5"),
        ("495.250", "495.250"),
        ("1 495,5", "1495.5"),
        ("+7", "7"),
    ],
)
def test_numbers_have_a_comma_or_a_point(cell, value):
    _reading, rows = read(f"{HEADER}O1;M1;{cell};2026-10-31;actual\n")
    assert rows[0].values["value"] == value


@pytest.mark.parametrize("cell", ["2026-10-31", "31.10.2026"])
def test_days_are_written_in_either_way(cell):
    _reading, rows = read(f"{HEADER}O1;M1;1;{cell};actual\n")
    assert rows[0].values["read_on"] == "2026-10-31"


def test_columns_stand_in_any_order_and_unknown_ones_are_told():
    reading, rows = read("source;extra;ID;meter;read_on;value\nactual;x;O1;M1;2026-10-31;7\n")
    assert rows[0].values["external_id"] == "O1"
    assert reading.unknown == ["extra"]


def test_leading_zeros_stay():
    _reading, rows = read(f"{HEADER}0007;0001;7;2026-10-31;actual\n")
    assert (rows[0].values["external_id"], rows[0].values["meter"]) == ("0007", "0001")


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    _reading, rows = read(b"\xef\xbb\xbf" + f"{HEADER}O1;M1;7;2026-10-31;actual\r\n".encode())
    assert rows[0].values["external_id"] == "O1"


def test_quotes_hold_semicolons_and_line_breaks():
    text = 'id;customer;kind;booked_on;amount;document_number\nL1;K1;payment;2026-01-01;-5;"a;b"\n'
    _reading, rows = read(text, LEDGER)
    assert rows[0].values["document_number"] == "a;b"


def test_the_digest_and_the_rows_are_those_of_the_file():
    reading, rows = read(f"{HEADER}O1;M1;7;2026-10-31;actual\n\n")
    assert (reading.rows, len(rows), len(reading.digest)) == (1, 1, 64)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("O1;M1;1,2345;2026-10-31;actual", "In value, “1,2345” has more than 3 decimals."),
        ("O1;M1;1e3;2026-10-31;actual", "In value, “1e3” is not a number."),
        ("O1;M1;7;2026-02-30;actual", "In read_on, “2026-02-30” is not a day such as 2026-11-20."),
        ("O1;M1;7;2026-10-31;guess", "In source, “guess” is none of: actual, estimated, customer, remote, check."),
        ("O1;;7;2026-10-31;actual", "The column meter is empty."),
        ("O1;M1;7;2026-10-31", "The row has 4 cells, the header has 5."),
        ("O\x001;M1;7;2026-10-31;actual", "In id, the text holds a control character."),
        (f"{'9' * 61};M1;7;2026-10-31;actual", "In id, the text has 61 characters, at most 60 fit."),
    ],
)
def test_a_wrong_cell_is_a_sentence_of_its_row(cells, sentence):
    _reading, rows = read(f"{HEADER}{cells}\n")
    assert (rows[0].line, rows[0].faults) == (2, [sentence])


@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        ("", None, "The file is empty; even a file without rows has a header."),
        ("id;meter;value;read_on\n", 1, "The header lacks source."),
        ("id;id;meter;value;read_on;source\n", 1, "The header names id twice."),
        (HEADER.encode() + "O1;Łódź;7;2026-10-31;actual\n".encode("cp1250"), 2, "The line is not UTF-8. Save the file as UTF-8."),
        (HEADER + 'O1;"M1;7;2026-10-31;actual\n', 2, "The file cannot be read as CSV from here on: unexpected end of data."),
        (HEADER + "x" * 1_000_001, 2, "The line is longer than a line of this format can be."),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_at_its_line(content, line, sentence):
    with pytest.raises(FileFault) as refusal:
        read(content)
    assert (refusal.value.fault.line, refusal.value.fault.sentence) == (line, sentence)
