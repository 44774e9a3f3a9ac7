"""What people attach: known by its content, photos drawn anew without what the camera wrote into them."""

import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from portal.cases.models.cases import private
from portal.metering.photos import PhotoRefused, redrawn

FOLDER = "cases"
MEGABYTE = 1024 * 1024
PDF = "application/pdf"
JPEG = "image/jpeg"
ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
LONGEST_NAME = 100


class FileRefused(Exception):
    """This file cannot be attached; the words say why."""


@dataclass(frozen=True)
class KeptFile:
    """A file that lies in private storage and waits for its row."""

    path: str
    name: str
    content_type: str
    size: int


def keep(upload: UploadedFile, *, megabytes: int) -> KeptFile:
    """Store what somebody attached. Raises FileRefused."""
    name = plain_name(upload.name or "")
    if (upload.size or 0) > megabytes * MEGABYTE:
        raise FileRefused(
            _("The file %(name)s is larger than %(most)s MB. Attach a smaller one.") % {"name": name, "most": megabytes}
        )
    head = upload.read(1024)
    upload.seek(0)
    if b"%PDF-" in head:
        return store(upload.read(), name=_with_ending(name, ".pdf"), content_type=PDF)
    try:
        drawn = redrawn(upload)
    except PhotoRefused:
        raise FileRefused(
            _("The file %(name)s is neither a photo nor a PDF, whatever its name says. Attach a JPG, PNG, WebP or PDF.")
            % {"name": name}
        ) from None
    return store(drawn, name=_with_ending(name, ".jpg"), content_type=JPEG)


def store(content: bytes, *, name: str, content_type: str) -> KeptFile:
    path = private().save(f"{FOLDER}/{uuid.uuid4()}", ContentFile(content))
    return KeptFile(path, name, content_type, len(content))


def adopt(path: str, name: str) -> KeptFile:
    """A file that another room has checked and kept already: a case keeps a copy of its own."""
    with private().open(path) as file:
        return store(file.read(), name=name, content_type=PDF if name.endswith(".pdf") else JPEG)


def plain_name(name: str) -> str:
    """A file's name without its path and without signs that a header, a terminal or a reader takes for something else."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '"<>|:*?;')
    plain = "".join(sign for sign in kept if unicodedata.category(sign) != "Cf").strip(". ")
    return plain[-LONGEST_NAME:] or _("file")


def _with_ending(name: str, ending: str) -> str:
    """The ending says what the file truly is."""
    stem = name.rpartition(".")[0] or name
    return f"{stem}{ending}"
