"""The folder where a billing system drops its deliveries, by SFTP or a share: whole ones are taken, archived and reported on."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from portal import clock
from portal.exchange.actions import Outcome, import_delivery
from portal.exchange.format import MANIFEST
from portal.exchange.report import lines

DONE, REFUSED = "archive", "refused"


def folder() -> Path | None:
    return Path(settings.EBOK_EXCHANGE_DROP) if settings.EBOK_EXCHANGE_DROP else None


def take_all() -> list[Outcome]:
    """Take every delivery that is complete, the oldest first. Raises AlreadyRunning and Stopped: the rest waits."""
    top = folder()
    return [_take(path) for path in sorted(complete(top), key=_moment)] if top else []


def complete(top: Path) -> Iterator[Path]:
    """A folder whose manifest is there and names nothing that is not; a ZIP that is whole. The rest is on its way."""
    if not top.is_dir():
        return
    for path in sorted(top.iterdir()):
        if path.name in {DONE, REFUSED} or path.name.startswith("."):
            continue
        if (path.is_dir() and _is_whole(path)) or (path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)):
            yield path


def _is_whole(path: Path) -> bool:
    stated = _stated(path)
    files = stated.get("files") if isinstance(stated, dict) else None
    if not isinstance(files, dict):
        return (path / MANIFEST).is_file()  # it has a fault, and the import will say which
    return all((path / str(name)).is_file() for name in files)


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


def _take(path: Path) -> Outcome:
    outcome = import_delivery(path)
    to = path.parent / (REFUSED if outcome.is_refused else DONE)
    to.mkdir(exist_ok=True)
    name = f"{clock.now():%Y%m%d-%H%M%S}-{path.name}"
    shutil.move(path, to / name)
    (to / f"{name}.txt").write_text("\n".join(lines(outcome)) + "\n", encoding="utf-8")
    return outcome
