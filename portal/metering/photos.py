"""Photos of dials: checked by their content, without what the camera wrote into them, kept where only access leads."""

import io
import uuid
import warnings
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

FOLDER = "readings"
FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE = 2000
MOST_PIXELS = 60_000_000
MEGABYTE = 1024 * 1024
QUALITY = 82
SALT = "metering.photo"
KEPT_HOURS = 24


class PhotoRefused(Exception):
    """This file cannot be used as a photo; the words say why."""


def keep(upload: UploadedFile, *, megabytes: int) -> str:
    """Store a photo drawn anew from its pixels; returns its name in private storage. Raises PhotoRefused."""
    if (upload.size or 0) > megabytes * MEGABYTE:
        raise PhotoRefused(
            _("The photo is larger than %(most)s MB. Take a smaller one, or send the reading without it.")
            % {"most": megabytes}
        )
    name = f"{FOLDER}/{uuid.uuid4()}.jpg"
    return storages["private"].save(name, ContentFile(redrawn(upload)))


def redrawn(upload: UploadedFile) -> bytes:
    """Only the pixels, turned the right way up: no place, no camera, nothing hidden behind the picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture: Image.Image = Image.open(upload, formats=FORMATS)
            _check_size(picture)
            picture = ImageOps.exif_transpose(picture).convert("RGB")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            bare = Image.new("RGB", picture.size)
            bare.paste(picture)
    except PhotoRefused:
        raise
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise PhotoRefused(_("This file is not a photo that we can read. Choose a JPG, PNG or WebP file.")) from None
    drawn = io.BytesIO()
    bare.save(drawn, "JPEG", quality=QUALITY)
    return drawn.getvalue()


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise PhotoRefused(_("The photo has too many pixels. Take a smaller one."))


def ticket(name: str, user: Any) -> str:
    """A photo that waits for the second press of a form, as the form carries it."""
    return signing.dumps([name, user.pk if user else None], salt=SALT) if name else ""


def redeem(text: str, user: Any) -> str:
    """The photo's name, if it waits and is this person's; else nothing."""
    try:
        name, owner = signing.loads(text, salt=SALT, max_age=KEPT_HOURS * 3600) if text else ("", None)
    except signing.BadSignature:
        return ""
    is_own = owner == (user.pk if user else None)
    return name if name and is_own and storages["private"].exists(name) else ""
