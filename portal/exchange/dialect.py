"""How an installation's billing system writes the same files: its names, code page, days and words, in a TOML file."""

import codecs
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from portal.exchange.columns import Column, FileFormat, Kind
from portal.exchange.format import BY_NAME
from portal.exchange.values import Misread, parse_day, parser

ENCODINGS = {"utf-8", "cp1250", "cp852", "iso8859-2"}
DAY_STYLES = {
    "DD-MM-YYYY": re.compile(r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})"),
    "DD/MM/YYYY": re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    "YYYY/MM/DD": re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})"),
    "YYYY.MM.DD": re.compile(r"(?P<y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})"),
    "YYYYMMDD": re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
}
_TOP = {"encoding", "delimiter", "days", "thousands", "files"}
_OF_FILE = {"name", "encoding", "columns", "words"}


class WrongMap(Exception):
    """The column map cannot be used; the message says where and why."""


@dataclass(frozen=True, kw_only=True)
class FileMap:
    name: str = ""  # of the sender's file
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)  # the sender's name in small letters → ours
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # our column → sender's word → ours


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Without a map: the format as it is documented."""

    encoding: str = "utf-8"
    delimiter: str = ";"
    days: tuple[str, ...] = ()  # beside the two styles of the format
    thousands: str = ""  # a sign between thousands, beside spaces
    files: Mapping[str, FileMap] = field(default_factory=dict)
    is_numbered: bool = False  # the first cell of each row is the number of its line where it came from

    def of(self, file: FileFormat) -> FileMap:
        return self.files.get(file.name) or FileMap()

    def encoding_of(self, file: FileFormat) -> str:
        return self.of(file).encoding or self.encoding

    def file_name_of(self, file: FileFormat) -> str:
        return self.of(file).name or file.file_name

    def name_of(self, file: FileFormat, header: str) -> str:
        small = header.lower()
        return self.of(file).columns.get(small, small)

    def parser(self, file: FileFormat, column: Column) -> Callable[[str], Any] | None:
        """How a cell is read where it is written otherwise than the format says; None where it is not."""
        parse = parser(column)
        words = self.of(file).words.get(column.name)
        if words and column.kind is Kind.LIST:
            return lambda cell: parse(",".join(words.get(part.strip().lower(), part) for part in cell.split(",")))
        if words:
            return lambda cell: parse(words.get(cell.lower(), cell))
        if self.days and column.kind is Kind.DAY:
            return self._day
        if self.thousands and column.kind in {Kind.AMOUNT, Kind.NUMBER}:
            return lambda cell: parse(cell.replace(self.thousands, ""))
        return None

    def _day(self, cell: str) -> date:
        for style in self.days:
            match = DAY_STYLES[style].fullmatch(cell)
            if match:
                try:
                    return date(int(match["y"]), int(match["m"]), int(match["d"]))
                except ValueError:
                    raise Misread(_("“%(cell)s” is not a day such as 2026-11-20") % {"cell": cell[:40]}) from None
        return parse_day(cell)


PLAIN = Dialect()


def dialect(path: Path | None = None) -> Dialect:
    """The installation's own, or that of a file. Raises WrongMap."""
    path = path or (Path(settings.EBOK_EXCHANGE_MAP) if settings.EBOK_EXCHANGE_MAP else None)
    if path is None:
        return PLAIN
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongMap(
            _("The column map %(path)s cannot be read: %(fault)s.") % {"path": path, "fault": error}
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongMap(_("The column map %(path)s is not TOML: %(fault)s.") % {"path": path, "fault": error}) from None
    return _dialect(stated)


def _dialect(stated: dict[str, Any]) -> Dialect:
    _knows(stated, _TOP, "")
    days = stated.get("days", [])
    for style in days:
        if style not in DAY_STYLES:
            raise WrongMap(
                _("days: “%(style)s” is none of: %(known)s.") % {"style": style, "known": ", ".join(DAY_STYLES)}
            )
    delimiter, thousands = stated.get("delimiter", ";"), stated.get("thousands", "")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise WrongMap(_("delimiter: one sign is needed, and neither a quotation mark nor a line break."))
    if thousands not in {"", ".", ",", "'"}:
        raise WrongMap(_("thousands: the sign is none of: . , '."))
    return Dialect(
        encoding=_encoding(stated.get("encoding", "utf-8"), "encoding"),
        delimiter=delimiter,
        days=tuple(days),
        thousands=thousands,
        files={name: _file(name, about) for name, about in stated.get("files", {}).items()},
    )


def _file(name: str, stated: dict[str, Any]) -> FileMap:
    where = f"files.{name}"
    if name not in BY_NAME:
        raise WrongMap(_("%(where)s: the format has no such file.") % {"where": where})
    _knows(stated, _OF_FILE, f"{where}.")
    ours = {column.name for column in BY_NAME[name].columns}
    columns, words = stated.get("columns", {}), stated.get("words", {})
    for column in (*columns, *words):
        if column not in ours:
            raise WrongMap(_("%(where)s: the format has no column %(column)s.") % {"where": where, "column": column})
    return FileMap(
        name=str(stated.get("name", "")),
        encoding=_encoding(stated["encoding"], f"{where}.encoding") if "encoding" in stated else "",
        columns={str(theirs).strip().lower(): ours for ours, theirs in columns.items()},
        words={
            column: {str(theirs).lower(): str(our) for theirs, our in said.items()} for column, said in words.items()
        },
    )


def _knows(stated: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(stated) - known)
    if unknown:
        raise WrongMap(
            _("%(where)s is unknown; known are: %(known)s.")
            % {"where": f"{where}{unknown[0]}", "known": ", ".join(sorted(known))}
        )


def _encoding(stated: str, where: str) -> str:
    try:
        name = codecs.lookup(stated).name
    except LookupError:
        name = ""
    if name not in ENCODINGS:
        raise WrongMap(
            _("%(where)s: “%(encoding)s” is none of: %(known)s.")
            % {"where": where, "encoding": stated, "known": ", ".join(sorted(ENCODINGS))}
        )
    return name
