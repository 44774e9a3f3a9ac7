"""Files that editors upload, known by what is in them: a name says nothing."""

import zipfile
from collections.abc import Callable
from typing import IO

from django.utils.translation import gettext as _

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
HEAD = 4096
UNPACKED_AT_MOST = 400 * MEGABYTE
# What a browser would read as a page and run: never kept, under whatever name.
PAGES = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<body", b"<iframe")
INSIDE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
ODT = b"application/vnd.oasis.opendocument.text"


def fault(file: IO[bytes], extension: str) -> str:
    """Why a file under such a name cannot be kept; empty when it can. The file is left at its beginning."""
    size = file.seek(0, 2)
    file.seek(0)
    try:
        if size > LARGEST:
            words = _("The file is larger than %(most)s MB. Make it smaller, for example by fewer or smaller pictures.")
            return words % {"most": LARGEST // MEGABYTE}
        is_one = KINDS.get(extension.lower())
        if is_one is None or not is_one(file, extension.lower()):
            words = _(
                "What is in this file is not a %(kind)s file, whatever its name says. Save it anew and choose it again."
            )
            return words % {"kind": extension.upper()}
        return ""
    finally:
        file.seek(0)


def _is_pdf(file: IO[bytes], extension: str) -> bool:
    return file.read(HEAD).startswith(b"%PDF-")


def _is_office(file: IO[bytes], extension: str) -> bool:
    """A document of an office suite without macros, and no bomb of a package."""
    try:
        with zipfile.ZipFile(file) as package:
            names = {entry.filename: entry for entry in package.infolist()}
            if sum(entry.file_size for entry in names.values()) > UNPACKED_AT_MOST:
                return False
            if any(name.lower().endswith(("vbaproject.bin", ".exe", ".js")) for name in names):
                return False
            if extension == "odt":
                kind = names.get("mimetype")
                return kind is not None and kind.file_size < HEAD and package.read(kind).strip() == ODT
            return "[Content_Types].xml" in names and INSIDE[extension] in names
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return False


def _is_table(file: IO[bytes], extension: str) -> bool:
    """Plain text, and no page that a browser would run."""
    head = file.read(HEAD)
    return b"\0" not in head and not any(tag in head.lower() for tag in PAGES)


KINDS: dict[str, Callable[[IO[bytes], str], bool]] = {
    "pdf": _is_pdf,
    "docx": _is_office,
    "xlsx": _is_office,
    "odt": _is_office,
    "csv": _is_table,
}
