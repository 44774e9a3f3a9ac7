"""The folder where a billing system drops its deliveries, by SFTP or a share: whole ones are taken, archived and reported on."""

import hashlib
import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from portal import clock
from portal.exchange.actions import import_unattended
from portal.exchange.faults import FileFault
from portal.exchange.format import MANIFEST
from portal.exchange.package import is_safe, opened, spoiled
from portal.exchange.report import lines

DONE, REFUSED = "archive", "refused"
SETTLED_AFTER = 10 * 60  # seconds without a byte


def folder() -> Path | None:
    return Path(settings.EBOK_EXCHANGE_DROP) if settings.EBOK_EXCHANGE_DROP else None


def take_all() -> None:
    """Take every delivery that is complete, the oldest first. Raises AlreadyRunning and Stopped: the rest waits."""
    if top := folder():
        for path in sorted(complete(top), key=_moment):
            _take(path)


def complete(top: Path) -> Iterator[Path]:
    """Deliveries that have come whole. The rest is on its way.

    A folder has come when its manifest is there and every file it lists is the one it tells of by SHA-256, or, where it
    tells of none, has not been touched for a while; a ZIP when every file in it has its checksum. What is whole but
    wrong is taken too, so that the report can say what is wrong with it.
    """
    if not top.is_dir():
        return
    for path in sorted(top.iterdir()):
        if path.name in {DONE, REFUSED} or path.name.startswith("."):
            continue
        if path.is_dir() and (path / MANIFEST).is_file():
            if _is_settled(path) or _is_as_stated(path):
                yield path
        elif path.suffix.lower() == ".zip" and path.is_file() and (_is_settled(path) or _is_whole_zip(path)):
            yield path


def _is_settled(path: Path) -> bool:
    """Nothing of it has been written to for a while: whoever sends it has ended, well or not."""
    latest = max(each.stat().st_mtime for each in (path, *path.rglob("*")))
    return time.time() - latest > SETTLED_AFTER  # files know the machine's time, whatever day a demo pretends


def _is_as_stated(path: Path) -> bool:
    """Every file of the manifest is there, to its last byte."""
    stated = _stated(path)
    files = stated.get("files") if isinstance(stated, dict) else None
    if not isinstance(files, dict) or not files:
        return False
    return all(isinstance(told, dict) and _is_the_one(path, name, told.get("sha256")) for name, told in files.items())


def _is_the_one(folder: Path, name: str, sha256: object) -> bool:
    if not isinstance(sha256, str) or not sha256 or not is_safe(name) or not (folder / name).is_file():
        return False
    with (folder / name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256.lower()


def _is_whole_zip(path: Path) -> bool:
    """Its directory stands at its end; the checksums say whether all that it names has come, in whatever order it does."""
    spoilt = spoiled(lambda fault: FileFault(path.name, fault))
    with suppress(FileFault), opened(path), spoilt, zipfile.ZipFile(path) as archive:
        return archive.testzip() is None
    return False


def _stated(path: Path) -> object:
    try:
        if path.is_dir():
            return json.loads((path / MANIFEST).read_bytes())
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read(MANIFEST))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, RecursionError):
        return None


def _moment(path: Path) -> tuple[str, str]:
    stated = _stated(path)
    return (str(stated.get("as_of", "")) if isinstance(stated, dict) else "", path.name)


def _take(path: Path) -> None:
    outcome = import_unattended(path)
    said = lines(outcome) if outcome else [_("The portal failed on this delivery; nothing of it is taken over.")]
    to = path.parent / (DONE if outcome and not outcome.is_refused else REFUSED)
    to.mkdir(exist_ok=True)
    name = f"{clock.now():%Y%m%d-%H%M%S}-{path.name}"
    shutil.move(path, to / name)
    (to / f"{name}.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
