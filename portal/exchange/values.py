"""Reading one cell: forgiving about how a value is written, strict about what it is."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal.exchange.columns import Column, Kind

_AMOUNT = re.compile(r"[-+]?\d{1,12}(?:[.,]\d{1,2})?")
_NUMBER = re.compile(r"[-+]?\d{1,9}(?:[.,](\d+))?")
_WHOLE = re.compile(r"\d{1,6}")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_POLISH = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FLAGS = {"yes": True, "tak": True, "true": True, "1": True, "no": False, "nie": False, "false": False, "0": False}
_SPACES = str.maketrans("", "", " \u00a0\u202f")
_MINUS = str.maketrans("\u2212", "-")


class Misread(ValueError):
    """The cell does not hold what its column asks for; the message says what it should."""


def parser(column: Column) -> Callable[[str], Any]:
    """A function from the text of a cell, never empty, to its value. It raises Misread."""
    return _PARSERS[column.kind](column)


def _text(column: Column) -> Callable[[str], str]:
    longest = column.longest
    refused = _CONTROL_BUT_BREAKS if column.kind is Kind.LONG_TEXT else _CONTROL

    def parse(cell: str) -> str:
        if refused.search(cell):
            raise Misread(_("the text holds a control character"))
        if longest and len(cell) > longest:
            raise Misread(
                _("the text has %(length)d characters, at most %(longest)d fit")
                % {"length": len(cell), "longest": longest}
            )
        return cell

    return parse


def _word(column: Column) -> Callable[[str], str]:
    words = frozenset(column.words)

    def parse(cell: str) -> str:
        found = cell.lower()
        if found not in words:
            raise Misread(_("“%(cell)s” is none of: %(words)s") % {"cell": cell[:40], "words": ", ".join(column.words)})
        return found

    return parse


def _list(column: Column) -> Callable[[str], list[str]]:
    def parse(cell: str) -> list[str]:
        found = [part.strip() for part in cell.split(",") if part.strip()]
        if not column.words:
            return found
        unknown = [part for part in found if part.lower() not in column.words]
        if unknown:
            raise Misread(
                _("“%(cell)s” is none of: %(words)s") % {"cell": unknown[0][:40], "words": ", ".join(column.words)}
            )
        held = {part.lower() for part in found}
        return [word for word in column.words if word in held]  # always in one order, so that equal is equal

    return parse


def parse_day(cell: str) -> date:
    iso, polish = _ISO.fullmatch(cell), _POLISH.fullmatch(cell)
    try:
        if iso:
            return date(*(int(part) for part in iso.groups()))
        if polish:
            return date(*(int(part) for part in reversed(polish.groups())))
    except ValueError:
        pass
    raise Misread(_("“%(cell)s” is not a day such as 2026-11-20") % {"cell": cell[:40]})


def _moment(cell: str) -> datetime:
    """Without its distance from UTC an hour is not known: in October two of them have one name."""
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Misread(_("“%(cell)s” is not a moment such as 2026-11-20T14:00:00+01:00") % {"cell": cell[:40]})
    return found.astimezone(UTC)


def parse_amount(cell: str) -> Decimal:
    bare = cell.translate(_SPACES).translate(_MINUS)
    if not _AMOUNT.fullmatch(bare):
        raise Misread(_("“%(cell)s” is not an amount such as 1234,50") % {"cell": cell[:40]})
    return Decimal(bare.replace(",", "."))


def _number(column: Column) -> Callable[[str], Decimal]:
    def parse(cell: str) -> Decimal:
        bare = cell.translate(_SPACES).translate(_MINUS)
        match = _NUMBER.fullmatch(bare)
        if not match:
            raise Misread(_("“%(cell)s” is not a number") % {"cell": cell[:40]})
        if len((match.group(1) or "").rstrip("0")) > column.places:
            raise Misread(
                _("“%(cell)s” has more than %(places)d decimals") % {"cell": cell[:40], "places": column.places}
            )
        return Decimal(bare.replace(",", "."))

    return parse


def _whole(column: Column) -> Callable[[str], int]:
    def parse(cell: str) -> int:
        if not _WHOLE.fullmatch(cell) or int(cell) > 32_000:
            raise Misread(_("“%(cell)s” is not a whole number from 0 to 32000") % {"cell": cell[:40]})
        return int(cell)

    return parse


def _flag(cell: str) -> bool:
    try:
        return _FLAGS[cell.lower()]
    except KeyError:
        raise Misread(_("“%(cell)s” is neither yes nor no") % {"cell": cell[:40]}) from None


_PARSERS: dict[Kind, Callable[[Column], Callable[[str], Any]]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.WORD: _word,
    Kind.LIST: _list,
    Kind.DAY: lambda _column: parse_day,
    Kind.MOMENT: lambda _column: _moment,
    Kind.AMOUNT: lambda _column: parse_amount,
    Kind.NUMBER: _number,
    Kind.WHOLE: _whole,
    Kind.FLAG: lambda _column: _flag,
}
