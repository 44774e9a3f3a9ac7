"""The outbox as files in a folder: each fact in exactly one file, whatever stops the writing of it."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from portal import clock, jobs
from portal.outbox.actions import acknowledge, last_position, publish
from portal.outbox.models import OutboxFact, OutboxReader
from portal.outbox.queries import as_told

READER = "files"
MOST_IN_A_FILE = 10_000
FORMAT, VERSION = "ebok-outbox", 1


@dataclass(frozen=True)
class Batch:
    """One file of facts, of these positions, both included."""

    path: Path
    first: int
    last: int
    rows: int


def export(folder: Path) -> list[Batch]:
    """Write every published fact that no file holds yet; returns the files. Raises jobs.Busy and OSError.

    What a file will hold is decided and committed before the first byte of it: stopped anywhere, the next run writes
    the same file again and no other.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with jobs.lease("export_outbox"):
        publish()
        while (batch := _next(folder)) is not None:
            written.append(batch)
    return written


def _next(folder: Path) -> Batch | None:
    reader, _ = OutboxReader.objects.get_or_create(name=READER)
    if reader.writing_until is None:
        until = min(last_position(), reader.acknowledged + MOST_IN_A_FILE)
        if until <= reader.acknowledged:
            return None
        reader.writing_until = until
        reader.save(update_fields=["writing_until"])
    batch = _write(folder, reader.acknowledged + 1, reader.writing_until)
    acknowledge(READER, batch.last)
    OutboxReader.objects.filter(name=READER).update(writing_until=None)
    return batch


def _write(folder: Path, first: int, last: int) -> Batch:
    name = f"outbox-{first:012}-{last:012}"
    facts = OutboxFact.objects.filter(position__range=(first, last)).order_by("position")
    digest, rows = hashlib.sha256(), 0
    half = folder / f"{name}.ndjson.part"
    with half.open("wb") as file:
        for fact in facts.iterator():
            line = json.dumps(as_told(fact), ensure_ascii=False, sort_keys=True).encode() + b"\n"
            file.write(line)
            digest.update(line)
            rows += 1
        _to_disk(file.fileno())
    half.replace(folder / f"{name}.ndjson")
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": clock.now().isoformat(),
        "first_position": first,
        "last_position": last,
        "files": {f"{name}.ndjson": {"rows": rows, "sha256": digest.hexdigest()}},
    }
    half = folder / f"{name}.manifest.json.part"
    with half.open("w", encoding="utf-8", newline="\n") as text:
        text.write(json.dumps(manifest, indent=2) + "\n")
        text.flush()
        _to_disk(text.fileno())
    half.replace(folder / f"{name}.manifest.json")
    return Batch(folder / f"{name}.ndjson", first, last, rows)


def _to_disk(number: int) -> None:
    os.fsync(number)
