"""The API of the exchange: deliveries come in, facts of the outbox are fetched and acknowledged."""

import logging
from datetime import datetime
from typing import Annotated, Any, BinaryIO, cast
from uuid import UUID

from django.core.files.base import File as DjangoFile
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, File, Header, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle

from portal.exchange import receiving, schema, tokens
from portal.exchange.models import ApiToken, DeliveryFault, ReceivedDelivery
from portal.outbox import actions as outbox
from portal.outbox import queries

log = logging.getLogger("portal.exchange")

LARGEST = 4 * 1024**3  # bytes of a delivery
LINES = {"application/x-ndjson", "application/ndjson", "application/jsonl"}
FULL = {"detail": "The delivery cannot be kept just now. Nothing of it was taken; send it again later."}
LAST = 2**63 - 1  # positions are 64-bit numbers


class Token(HttpBearer):
    """A token of the panel that has this scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        return tokens.token_of(token, self.scope)


class Fault(Schema):
    detail: str


class Delivery(Schema):
    """Where a delivery stands. `counts` tells by file how many rows were new, changed, same, gone, out."""

    id: UUID
    state: str
    received_at: datetime
    as_of: datetime | None = None
    counts: dict[str, dict[str, int]] = {}
    fault_counts: dict[str, int] = {}


class RowFault(Schema):
    number: int
    weight: str
    file: str
    line: int | None
    sentence: str


class RowFaults(Schema):
    faults: list[RowFault]
    next_after: int | None


class Fact(Schema):
    position: int
    key: UUID
    kind: str
    about: str
    happened_at: datetime
    values: dict[str, Any]


class Facts(Schema):
    facts: list[Fact]
    acknowledged: int


class Acknowledgement(Schema):
    position: int = Field(ge=0, le=LAST, description="the position of the last fact that you have kept")


class Acknowledged(Schema):
    acknowledged: int


router = Router(tags=["exchange"], throttle=[AuthRateThrottle("120/m")])


class Wrong(Schema):
    """What of the request does not fit this document."""

    detail: list[dict[str, Any]]


THROTTLED = {401: Fault, 422: Wrong, 429: Fault}


Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._:-]+$")]
SENT = {200: Delivery, 202: Delivery, 400: Fault, 409: Fault, 413: Fault, 507: Fault, **THROTTLED}


@router.post("/deliveries", auth=Token(tokens.PUSH), response=SENT, summary="Send a delivery as a ZIP")
def send_delivery(request: HttpRequest, delivery: File[UploadedFile], idempotency_key: Key) -> Status[Any]:
    """A ZIP of the exchange format. It is kept and taken over by a job; ask for its state under the id in the answer.

    The same key with the same content answers with the first (200) and does nothing; with other content 409.
    """
    if (delivery.size or 0) > LARGEST:
        return Status(413, {"detail": "The ZIP is larger than 4 GB. Send the changes only, or split it."})
    if delivery.read(4)[:2] != b"PK":
        return Status(400, {"detail": "This is no ZIP. Send the delivery as one ZIP with manifest.json in it."})
    delivery.seek(0)
    return _received(request, delivery, idempotency_key, receiving.ZIP)


@router.post(
    "/batches",
    auth=Token(tokens.PUSH),
    response={**SENT, 411: Fault, 415: Fault},
    summary="Send a delivery as NDJSON",
    openapi_extra={"requestBody": schema.request_body()},
)
def send_batch(request: HttpRequest, idempotency_key: Key) -> Status[Any]:
    """Rows of the exchange format as JSON, one a line, the manifest first. It is streamed, kept and taken over by a job.

    Ask for its state, and for its faults by line, under the id in the answer, as of a delivery. The same key with the
    same content answers with the first (200) and does nothing; with other content 409.
    """
    if request.content_type not in LINES:
        return Status(415, {"detail": "Send the rows as application/x-ndjson, one JSON object a line."})
    length = str(request.headers.get("Content-Length", ""))
    if not length.isdecimal() or not int(length):
        return Status(411, {"detail": "Say in Content-Length how many bytes you send, and send at least one line."})
    if int(length) > LARGEST:
        return Status(413, {"detail": "The batch is larger than 4 GB. Send the changes only, or split it."})
    try:
        with receiving.spooled(cast("BinaryIO", request), int(length)) as content:
            return _received(request, content, idempotency_key, receiving.NDJSON)
    except receiving.CutShort as refusal:
        return Status(400, {"detail": str(refusal)})
    except OSError:
        return Status(507, FULL)


def _received(request: HttpRequest, content: DjangoFile, key: str, kind: str) -> Status[Any]:
    token = cast("ApiToken", request.auth)  # type: ignore[attr-defined]  # ninja's
    try:
        received, is_new = receiving.receive(content, token=token, key=key, kind=kind)
    except receiving.KeyUsed as refusal:
        return Status(409, {"detail": str(refusal)})
    except OSError:
        log.exception("A delivery could not be kept.")
        return Status(507, FULL)
    return Status(202 if is_new else 200, _told(received))


@router.get("/deliveries/{uuid:key}", auth=Token(tokens.PUSH), response={200: Delivery, 404: Fault, **THROTTLED})
def delivery(request: HttpRequest, key: UUID) -> Any:
    """Where a delivery of this token stands."""
    return _told(_of_token(request, key))


@router.get(
    "/deliveries/{uuid:key}/faults", auth=Token(tokens.PUSH), response={200: RowFaults, 404: Fault, **THROTTLED}
)
def faults(
    request: HttpRequest, key: UUID, after: int = Query(0, ge=0, le=LAST), limit: int = Query(100, ge=1, le=1000)
) -> Any:
    """What was wrong with a delivery, row by row: file, line, sentence."""
    received = _of_token(request, key)
    found = list(DeliveryFault.objects.filter(delivery=received.delivery_id, pk__gt=after).order_by("pk")[:limit])
    told = [
        {"number": one.pk, "weight": one.weight, "file": one.file, "line": one.line, "sentence": one.sentence}
        for one in found
    ]
    return {"faults": told, "next_after": found[-1].pk if len(found) == limit else None}


@router.get("/outbox", auth=Token(tokens.READ_OUTBOX), response={200: Facts, **THROTTLED}, summary="Fetch facts")
def fetch(
    request: HttpRequest, after: int | None = Query(None, ge=0, le=LAST), limit: int = Query(100, ge=1, le=1000)
) -> Any:
    """Facts after a position, in their order; without `after` those that this token has not acknowledged."""
    outbox.publish()
    acknowledged = queries.acknowledged_by(_reader(request))
    start = acknowledged if after is None else after
    return {
        "facts": [queries.as_told(fact) for fact in queries.facts_after(start, limit=limit)],
        "acknowledged": acknowledged,
    }


@router.post(
    "/outbox/acknowledge", auth=Token(tokens.READ_OUTBOX), response={200: Acknowledged, 409: Fault, **THROTTLED}
)
def acknowledge(request: HttpRequest, stated: Acknowledgement) -> Any:
    """Say that everything up to this position is kept on your side. An older position changes nothing."""
    try:
        reader = outbox.acknowledge(_reader(request), stated.position)
    except outbox.TooFar as refusal:
        raise HttpError(409, str(refusal)) from None
    return {"acknowledged": reader.acknowledged}


def _reader(request: HttpRequest) -> str:
    return f"token:{request.auth.pk}"  # type: ignore[attr-defined]  # ninja's


def _of_token(request: HttpRequest, key: UUID) -> ReceivedDelivery:
    mine = ReceivedDelivery.objects.filter(token=request.auth)  # type: ignore[attr-defined]  # ninja's
    return get_object_or_404(mine.select_related("delivery"), public_id=key)


def _told(received: ReceivedDelivery) -> dict[str, Any]:
    taken = received.delivery
    return {
        "id": received.public_id,
        "state": received.state,
        "received_at": received.received_at,
        "as_of": taken.as_of if taken else None,
        "counts": taken.counts if taken else {},
        "fault_counts": taken.fault_counts if taken else {},
    }
