"""How most journeys begin: a preset, customers that came through the real import, and the demo's people.

Each beginning is made once in a process, by the commands that an installation uses; afterwards its rows and files are
put back as they were. Whoever has written into the database before gets it made anew, upon what he wrote.
"""

import copy
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.files.storage import storages
from django.core.management import call_command

from ebok import demo_people
from portal import clock, jobs
from tests import rows

EMPTY: list[rows.Kept] = []  # the rows that migrations make; filled in by conftest.py
_KEPT: dict[tuple[Any, ...], "Beginning"] = {}
_ASIDE = tempfile.TemporaryDirectory(prefix="ebok-beginnings-")


@dataclass(frozen=True)
class Beginning:
    rows: rows.Kept
    files: Path
    answer: Any


def load_preset(name: str) -> None:
    """As long ago: what loading left to the worker has been done."""

    def make() -> None:
        call_command("load_preset", name, verbosity=0)
        jobs.run_due()

    _begin(make, name)


def begin(settings: Any, folder: Path, preset: str, *, customers: int = 8) -> dict[str, dict[str, Any]]:
    """The preset with customers that went through the real import, and the people of its demo."""
    settings.VAR_DIR, settings.EBOK_PRESET = folder, preset

    def make() -> dict[str, dict[str, Any]]:
        load_preset(preset)
        call_command("demo_data", customers=customers, seed=1, verbosity=0)
        return demo_people.settle()

    return _begin(make, preset, customers, folders=(folder,))


def _begin(make: Callable[[], Any], *what: Any, folders: tuple[Path, ...] = ()) -> Any:
    if not rows.as_kept(EMPTY[0]):
        return make()
    folders += (Path(storages["default"].location), Path(storages["private"].location))
    key = (*what, clock.now().replace(minute=0, second=0, microsecond=0), settings.EBOK_PRESET, settings.EMAIL_BACKEND)
    if key in _KEPT:
        rows.put_back(_KEPT[key].rows)
        for number, folder in enumerate(folders):
            shutil.copytree(_KEPT[key].files / str(number), folder, dirs_exist_ok=True)
    else:
        before = {folder: _files(folder) for folder in folders}
        answer = make()
        mail.outbox = []
        _KEPT[key] = Beginning(rows.remember(), _set_aside(before), answer)
    return copy.deepcopy(_KEPT[key].answer)


def _files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def _set_aside(before: dict[Path, set[Path]]) -> Path:
    """Copies of the files that are new, folder by folder."""
    aside = Path(tempfile.mkdtemp(dir=_ASIDE.name))
    for number, (folder, known) in enumerate(before.items()):
        (aside / str(number)).mkdir()
        for name in _files(folder) - known:
            (aside / str(number) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, aside / str(number) / name)
    return aside
