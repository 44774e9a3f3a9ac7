"""Deliveries that come through the API: kept as they came, then taken over by a job in the order of their coming."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.core.files.base import File
from django.db import IntegrityError, transaction

from portal import clock, jobs
from portal.exchange.actions import import_unattended
from portal.exchange.faults import AlreadyRunning
from portal.exchange.models import ApiToken, ReceivedDelivery, private

PIECE = 1024 * 1024
ZIP, NDJSON = "zip", "ndjson"
LEASE = "received deliveries"


class KeyUsed(Exception):
    """This idempotency key was used for another delivery. Use a new key for new content."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class CutShort(Exception):
    """Less came than was announced. Send it again; with the same key nothing is taken twice."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@contextmanager
def spooled(stream: BinaryIO, length: int) -> Iterator[File]:
    """What comes over the line, as a file: piece by piece, never whole in memory. Raises CutShort."""
    with tempfile.TemporaryFile(prefix="ebok-received-") as kept:
        left = length
        while left:
            try:
                piece = stream.read(min(PIECE, left))
            except OSError:  # Django's word for a line that broke
                raise CutShort from None
            if not piece:
                raise CutShort
            kept.write(piece)
            left -= len(piece)
        kept.seek(0)
        yield File(kept)


def receive(content: File, *, token: ApiToken, key: str, kind: str = ZIP) -> tuple[ReceivedDelivery, bool]:
    """Keep a delivery and have it taken over; returns it and whether it is new. The same again finds the first.

    Raises KeyUsed. The file is written before its row, so that no row waits for a file that is not there.
    """
    digest = hashlib.sha256()
    for piece in content.chunks(PIECE):
        digest.update(piece)
    known = ReceivedDelivery.objects.filter(token=token, idempotency_key=key).first()
    if known is not None:
        return _same(known, digest.hexdigest()), False
    content.seek(0)
    name = private().save(f"deliveries/{digest.hexdigest()}.{kind}", File(content))
    try:
        with transaction.atomic():
            received = ReceivedDelivery.objects.create(
                token=token, idempotency_key=key, sha256=digest.hexdigest(), file=name, received_at=clock.now()
            )
            jobs.later("portal.exchange.tasks.take_received")
    except IntegrityError:  # the same request twice at once
        private().delete(name)
        return _same(ReceivedDelivery.objects.get(token=token, idempotency_key=key), digest.hexdigest()), False
    return received, True


def _same(known: ReceivedDelivery, digest: str) -> ReceivedDelivery:
    if known.sha256 != digest:
        raise KeyUsed
    return known


def take_all() -> None:
    """Take over what waits, first come, first taken: the later one would make the earlier one too old.

    Done again after a crash it changes nothing twice. Raises AlreadyRunning and Stopped: the rest waits.
    """
    waiting = ReceivedDelivery.objects.filter(
        state__in=[ReceivedDelivery.State.WAITING, ReceivedDelivery.State.TAKING]
    ).order_by("pk")
    try:
        with jobs.lease(LEASE):
            while (received := waiting.first()) is not None:
                _take(received)
    except jobs.Busy:
        raise AlreadyRunning from None


def _take(received: ReceivedDelivery) -> None:
    received.state = ReceivedDelivery.State.TAKING
    received.save(update_fields=["state"])
    name = str(received.file.name)
    with tempfile.TemporaryDirectory(prefix="ebok-delivery-") as folder:
        path = Path(folder, str(received.public_id)).with_suffix(Path(name).suffix)
        with received.file.open("rb") as kept, path.open("wb") as copy:
            for piece in kept.chunks(PIECE):
                copy.write(piece)
        outcome = import_unattended(path)
    states = ReceivedDelivery.State
    if outcome is None:
        received.state = states.FAILED
    else:
        received.state = states.REFUSED if outcome.is_refused else states.MERGED
        received.delivery_id = outcome.delivery_id
    received.save(update_fields=["state", "delivery"])
    private().delete(name)
