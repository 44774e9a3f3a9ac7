"""Original bytes kept unchanged, each under its own SHA-256: a file is there before the row that names it commits."""

import hashlib
import re
import time
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from portal.billing.models import Document, Invoice

INVOICES = "invoices"
DOCUMENTS = "documents"
# Younger files may belong to an import that has not merged yet.
SWEEP_AFTER_SECONDS = 24 * 60 * 60
_OURS = re.compile(r"[0-9a-f]{64}\.(?:xml|pdf)")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def name_of(content: bytes, folder: str, ending: str) -> str:
    """Where the bytes lie, or would."""
    digest = sha256(content)
    return f"{folder}/{digest[:2]}/{digest}.{ending}"


def keep(content: bytes, folder: str, ending: str) -> str:
    """Store the bytes once; returns their name, which is the same for the same bytes."""
    name = name_of(content, folder, ending)
    storage = storages["private"]
    if storage.exists(name):
        if storage.size(name) == len(content):
            return name
        storage.delete(name)  # a killed import left it half-written
    return storage.save(name, ContentFile(content))


def sweep() -> int:
    """Delete originals that no row names; returns how many. A job of every night."""
    storage = storages["private"]
    swept = 0
    for folder in (INVOICES, DOCUMENTS):
        for part in _folders(storage, folder):
            for name in _orphans(storage, part):
                storage.delete(name)
                swept += 1
    return swept


def _folders(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, _files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{part}" for part in folders)


def _orphans(storage: Storage, folder: str) -> Iterator[str]:
    _folders_within, files = storage.listdir(folder)
    names = [f"{folder}/{name}" for name in files if _OURS.fullmatch(name)]
    named: set[str] = set()
    for start in range(0, len(names), 500):
        some = names[start : start + 500]
        for model, field in ((Invoice, "original"), (Invoice, "received_pdf"), (Document, "file")):
            named.update(model._default_manager.filter(**{f"{field}__in": some}).values_list(field, flat=True))
    moment = time.time()  # files know the machine's time, whatever day a demo pretends
    for name in names:
        if name not in named and moment - storage.get_modified_time(name).timestamp() > SWEEP_AFTER_SECONDS:
            yield name
