"""Reads the list of an old portal's accounts: a CSV with login, e-mail and customer number. Plain Python."""

import csv
import io
from dataclasses import dataclass, field

COLUMNS = {
    "login": ("login", "uzytkownik", "użytkownik", "nazwa użytkownika"),
    "email": ("email", "e-mail", "adres e-mail"),
    "number": ("customer_number", "numer klienta", "numer odbiorcy", "nr klienta", "nr odbiorcy"),
}


class NotAList(Exception):
    """The file is no list of accounts. Its first line must name the columns: login;e-mail;numer klienta."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True)
class Line:
    at: int
    login: str
    email: str
    number: str


@dataclass
class Read:
    lines: list[Line] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read(content: bytes) -> Read:
    """Every line that names an account once; what is wrong with the others. Raises NotAList."""
    rows = csv.reader(io.StringIO(_text(content)), delimiter=_delimiter(content))
    header = [name.strip().lower() for name in next(rows, [])]
    at = {column: _place(header, names) for column, names in COLUMNS.items()}
    if at["login"] is None or at["email"] is None:
        raise NotAList
    found = Read()
    seen: set[str] = set()
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        line = Line(rows.line_num, _cell(row, at["login"]), _cell(row, at["email"]).lower(), _cell(row, at["number"]))
        fault = _fault(line, seen)
        if fault:
            found.faults.append(f"Line {line.at}: {fault}")
            continue
        seen.add(line.login.lower())
        found.lines.append(line)
    return found


def _fault(line: Line, seen: set[str]) -> str:
    name, at, host = line.email.rpartition("@")
    if not line.login:
        return "the login is missing."
    if not (name and at and "." in host) or " " in line.email:
        return f"“{line.email}” is no e-mail, so nobody could be written to."
    if line.login.lower() in seen:
        return f"the login “{line.login}” stands in an earlier line."
    return ""


def _text(content: bytes) -> str:
    """Unicode, else what Windows wrote in Poland."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1250", errors="replace")


def _delimiter(content: bytes) -> str:
    first = content.partition(b"\n")[0]
    return max((";", ",", "\t"), key=lambda sign: first.count(sign.encode()))


def _place(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((place for place, name in enumerate(header) if name in names), None)


def _cell(row: list[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""
