"""A person's download of everything that is theirs: one ZIP with JSON, CSV and files, made by a job."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import Any

from django.core.files.base import File
from django.db import transaction

from portal import clock, jobs
from portal.accounts.models import DataDownload, User
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.retention.registry import Own, everything_kept

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@transaction.atomic
def ask_for_download(user: User) -> DataDownload:
    """One at a time: while one is being made, or is there to be taken, it is the answer."""
    held = DataDownload.objects.filter(
        user=user, state__in=[DataDownload.State.ASKED, DataDownload.State.READY]
    ).first()
    if held is not None:
        return held
    made = DataDownload.objects.create(user=user, asked_at=clock.now(), parts=len(parts()))
    note("download_asked", about=f"user:{user.public_id}", by=user)
    jobs.later("portal.accounts.tasks.make_download", made.pk)
    return made


def parts() -> list[Own]:
    """Of every room, what is a person's own."""
    return [entry.own for entry in everything_kept() if entry.own is not None]


def make(download: DataDownload) -> None:
    """Gather, pack, store, and write that it is ready. Done twice it makes the file once."""
    if download.state != DataDownload.State.ASKED:
        return
    with TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
            for done, part in enumerate(parts(), start=1):
                _add(pack, part, download.user)
                DataDownload.objects.filter(pk=download.pk).update(parts_done=done)
        packed.seek(0)
        download.parts_done = len(parts())
        download.file.save(f"{download.public_id.hex}.zip", File(packed), save=False)
    download.state, download.made_at = DataDownload.State.READY, clock.now()
    with transaction.atomic():
        download.save()
        user = download.user
        send(
            "download_ready",
            to=user.email or "",
            about=f"download:{download.public_id}",
            user=user,
            language=user.language,
            link=absolute("/konto/moje-dane/"),
        )


def _add(pack: zipfile.ZipFile, part: Own, user: Any) -> None:
    rows = [dict(row) for row in part.rows(user)]
    pack.writestr(f"{part.name}.json", json.dumps(rows, default=_plain, ensure_ascii=False, indent=2))
    if rows:
        pack.writestr(f"{part.name}.csv", "\ufeff" + _table(rows))
    for file in part.files(user) if part.files else ():
        pack.writestr(f"{part.name}/{file.name}", file.read())


def _table(rows: Iterable[Mapping[str, object]]) -> str:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=";")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return _plain(value) if isinstance(value, date | datetime) else str(value)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
