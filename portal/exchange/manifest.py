"""The manifest of a delivery: what it claims to be, checked before anything else is read."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal import clock
from portal.exchange.columns import FileFormat
from portal.exchange.dialect import PLAIN, Dialect
from portal.exchange.faults import FileFault
from portal.exchange.format import BY_FILE_NAME, CUSTOMERS, MANIFEST, NAME, VERSION

KINDS = ("full", "changes")
LARGEST = 1_000_000  # bytes
YEARS = range(1990, 2200)  # a moment at the edge of the calendar cannot even be told in Warsaw's time


@dataclass(frozen=True, kw_only=True)
class Listed:
    rows: int
    sha256: str  # empty when the manifest gives none


@dataclass(frozen=True, kw_only=True)
class Manifest:
    source: str
    kind: str
    as_of: datetime
    made_at: datetime
    files: dict[str, Listed]  # by the names of the format
    digest: str
    dialect: Dialect = PLAIN

    def name_of(self, file: FileFormat) -> str:
        """As the sender calls it."""
        return self.dialect.file_name_of(file)

    @property
    def is_vouched_for(self) -> bool:
        """Whether a digest stands beside every file, so that the same manifest means the same rows."""
        return all(listed.sha256 for listed in self.files.values())

    @property
    def is_full(self) -> bool:
        return self.kind == "full"

    @property
    def rows(self) -> int:
        return sum(listed.rows for listed in self.files.values())


def read_manifest(content: bytes, dialect: Dialect = PLAIN) -> Manifest:
    """Raises FileFault with the sentence that helps the sender."""
    try:
        stated = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _fault(_("The manifest is not JSON: %(fault)s.") % {"fault": str(error).rstrip(".")}) from None
    if not isinstance(stated, dict) or stated.get("format") != NAME:
        raise _fault(_("The manifest does not say that its format is %(format)s.") % {"format": NAME})
    if stated.get("version") != VERSION:
        raise _fault(
            _("The manifest is of version %(found)s of the format; this portal reads version %(ours)d.")
            % {"found": stated.get("version"), "ours": VERSION}
        )
    kind = stated.get("kind")
    if kind not in KINDS:
        raise _fault(_("The manifest's kind is neither full nor changes."))
    files = _files(stated.get("files"), dialect)
    if kind == "full" and CUSTOMERS.file_name not in files:
        raise _fault(_("A full delivery must hold %(file)s.") % {"file": CUSTOMERS.file_name})
    return Manifest(
        source=_source(stated.get("source", "billing")),
        kind=kind,
        as_of=_moment(stated, "as_of"),
        made_at=_moment(stated, "made_at"),
        files=files,
        digest=hashlib.sha256(content).hexdigest(),
        dialect=dialect,
    )


def _fault(sentence: str) -> FileFault:
    return FileFault(MANIFEST, sentence)


def _source(stated: Any) -> str:
    if not isinstance(stated, str) or not re.fullmatch(r"[a-z0-9_-]{1,20}", stated):
        raise _fault(_("The manifest's source is not a short name of lower-case letters, digits and hyphens."))
    return stated


def _moment(stated: dict[str, Any], name: str) -> datetime:
    try:
        moment: datetime | None = datetime.fromisoformat(str(stated[name]))
    except KeyError:
        raise _fault(_("The manifest does not say %(name)s.") % {"name": name}) from None
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise _fault(_("The manifest's %(name)s is not a moment such as 2026-11-20T04:00:00+01:00.") % {"name": name})
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.WARSAW)


def _files(stated: Any, dialect: Dialect) -> dict[str, Listed]:
    if not isinstance(stated, dict) or not stated:
        raise _fault(_("The manifest lists no files."))
    names = {file.file_name: dialect.file_name_of(file) for file in BY_FILE_NAME.values()}
    unknown = sorted(set(stated) - set(names.values()))
    if unknown:
        raise _fault(
            _("The manifest lists %(files)s, which this format does not know.") % {"files": ", ".join(unknown)}
        )
    return {name: _listed(theirs, stated[theirs]) for name, theirs in names.items() if theirs in stated}


def _listed(name: str, stated: Any) -> Listed:
    rows = stated.get("rows") if isinstance(stated, dict) else None
    if not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise _fault(_("The manifest does not say how many rows %(file)s has.") % {"file": name})
    sha256 = stated.get("sha256", "")
    if not isinstance(sha256, str) or not re.fullmatch(r"(?:[0-9a-fA-F]{64})?", sha256):
        raise _fault(_("The manifest's sha256 of %(file)s is not 64 hexadecimal digits.") % {"file": name})
    return Listed(rows=rows, sha256=sha256.lower())
