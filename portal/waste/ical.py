"""Pickups as iCalendar (RFC 5545): whole days, one event a day and place."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from portal.waste.queries import PickupLine

LONGEST_LINE = 75  # bytes


def calendar(lines: Iterable[PickupLine], *, name: str, made_at: datetime) -> bytes:
    stamp = made_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//eBOK//waste//PL",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for line in lines:
        rows += [
            "BEGIN:VEVENT",
            f"UID:{line.point}-{line.day:%Y%m%d}@ebok",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{line.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{line.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(line.streams_in_words)}",
            f"LOCATION:{_text(line.place)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    rows.append("END:VCALENDAR")
    return b"".join(_folded(row) for row in rows)


def _text(value: str) -> str:
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\n", "\\n")


def _folded(row: str) -> bytes:
    """Lines end with CRLF and are at most 75 bytes long; what is longer goes on after a space."""
    parts: list[bytes] = []
    part = b""
    for sign in row:
        written = sign.encode()
        if len(part) + len(written) > LONGEST_LINE:
            parts.append(part)
            part = b" "
        part += written
    return b"\r\n".join([*parts, part]) + b"\r\n"
