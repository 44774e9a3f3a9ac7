"""Deliveries that come through the API: kept as they came, then taken over by a job, each key once."""

import hashlib
import tempfile
from pathlib import Path

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from portal import clock, jobs
from portal.exchange.actions import import_delivery
from portal.exchange.models import ApiToken, ReceivedDelivery, private

PIECE = 1024 * 1024


class KeyUsed(Exception):
    """This idempotency key was used for another delivery. Use a new key for new content."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def receive(upload: UploadedFile, *, token: ApiToken, key: str) -> tuple[ReceivedDelivery, bool]:
    """Keep a delivery and have it taken over; returns it and whether it is new. The same again finds the first.

    Raises KeyUsed. The file is written before its row, so that no row waits for a file that is not there.
    """
    digest = hashlib.sha256()
    for piece in upload.chunks(PIECE):
        digest.update(piece)
    known = ReceivedDelivery.objects.filter(token=token, idempotency_key=key).first()
    if known is not None:
        return _same(known, digest.hexdigest()), False
    upload.seek(0)
    name = private().save(f"deliveries/{digest.hexdigest()}.zip", File(upload))
    try:
        with transaction.atomic():
            received = ReceivedDelivery.objects.create(
                token=token, idempotency_key=key, sha256=digest.hexdigest(), file=name, received_at=clock.now()
            )
            jobs.later("portal.exchange.tasks.take_received", received.pk)
    except IntegrityError:  # the same request twice at once
        private().delete(name)
        return _same(ReceivedDelivery.objects.get(token=token, idempotency_key=key), digest.hexdigest()), False
    return received, True


def _same(known: ReceivedDelivery, digest: str) -> ReceivedDelivery:
    if known.sha256 != digest:
        raise KeyUsed
    return known


def take(received: ReceivedDelivery) -> None:
    """Take a delivery over. Done again after a crash it changes nothing twice. Raises AlreadyRunning, to be tried again."""
    if received.state in {ReceivedDelivery.State.MERGED, ReceivedDelivery.State.REFUSED}:
        return
    received.state = ReceivedDelivery.State.TAKING
    received.save(update_fields=["state"])
    with tempfile.TemporaryDirectory(prefix="ebok-delivery-") as folder:
        path = Path(folder, f"{received.public_id}.zip")
        with received.file.open("rb") as kept, path.open("wb") as copy:
            for piece in kept.chunks(PIECE):
                copy.write(piece)
        outcome = import_delivery(path)
    states = ReceivedDelivery.State
    received.state = states.REFUSED if outcome.is_refused else states.MERGED
    received.delivery_id = outcome.delivery_id
    received.save(update_fields=["state", "delivery"])
    private().delete(str(received.file.name))
