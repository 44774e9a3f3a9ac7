"""Files that people attach: known by their content whatever they are called, and kept where only access leads."""

import io
import uuid
import warnings
import zipfile
from typing import Any

from django.core.files.base import File
from django.core.files.storage import storages
from django.utils.translation import gettext as _
from PIL import Image

WAITING = "forms/waiting"
KEPT = "forms/answers"
MEGABYTE = 1024 * 1024
MOST_PIXELS = 100_000_000
PICTURES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
# What a packed document has inside, by which it is known.
PACKED = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "content.xml": "odt"}
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.webp,.docx,.xlsx,.odt"


class FileRefused(Exception):
    """This file cannot be attached; the words say why."""


def kind_of(upload: Any, *, megabytes: int) -> str:
    """The ending that the content deserves. Raises FileRefused."""
    if not upload.size:
        raise FileRefused(_("This file is empty. Choose another one."))
    if upload.size > megabytes * MEGABYTE:
        raise FileRefused(_("This file is larger than %(most)s MB. Choose a smaller one.") % {"most": megabytes})
    upload.seek(0)
    content: bytes = upload.read()
    upload.seek(0)
    kind = _pdf(content) or _picture(content) or _packed(content)
    if not kind:
        raise FileRefused(_("Attach a PDF, a picture (JPG, PNG, WebP) or a document (DOCX, XLSX, ODT)."))
    return kind


def _pdf(content: bytes) -> str:
    return "pdf" if content.startswith(b"%PDF-") else ""


def _picture(content: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(content), formats=tuple(PICTURES))
            if picture.width * picture.height > MOST_PIXELS:
                return ""
            picture.verify()
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        return ""
    return PICTURES[picture.format or ""]


def _packed(content: bytes) -> str:
    """A document without macros."""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        return ""
    return next((kind for inside, kind in PACKED.items() if inside in names), "")


class WaitingFiles:
    """Where a wizard keeps files between its steps: under names that nobody chooses or guesses."""

    def save(self, name: str, content: File) -> str:
        return storages["private"].save(f"{WAITING}/{uuid.uuid4()}", content)

    def open(self, name: str) -> Any:
        return storages["private"].open(name)

    def delete(self, name: str) -> None:
        storages["private"].delete(name)
