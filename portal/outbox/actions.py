"""Telling the billing system: a fact is written with its deed, then published in an order that never changes."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from portal import clock
from portal.outbox.models import OutboxCounter, OutboxFact, OutboxReader

AT_A_TIME = 1000


class TooFar(Exception):
    """This position was not given yet. Acknowledge the position of a fact that you have read."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def tell(kind: str, *, about: str, **values: Any) -> OutboxFact:
    """Write a fact once: the same kind about the same thing is not written again."""
    fact, _ = OutboxFact.objects.get_or_create(
        kind=kind, about=about, defaults={"values": values, "happened_at": clock.now()}
    )
    return fact


def tell_all(kind: str, found: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """The same about many things, each with its values, in a statement for many."""
    OutboxFact.objects.bulk_create(
        [OutboxFact(kind=kind, about=about, values=values, happened_at=clock.now()) for about, values in found],
        batch_size=AT_A_TIME,
        ignore_conflicts=True,
    )


def publish() -> int:
    """Give every fact that is committed its position; returns how many got one.

    An id says when a deed began, not when it was committed, so a reader of ids would miss the slow ones. Positions are
    given by one publisher at a time and become visible in their order.
    """
    given = 0
    while count := _publish_some():
        given += count
    return given


@transaction.atomic
def _publish_some() -> int:
    OutboxCounter.objects.get_or_create(name="facts")
    counter = OutboxCounter.objects.select_for_update().get(name="facts")
    facts = list(OutboxFact.objects.select_for_update().filter(position=None).order_by("pk")[:AT_A_TIME])
    now = clock.now()
    for fact in facts:
        counter.last += 1
        fact.position, fact.published_at = counter.last, now
    OutboxFact.objects.bulk_update(facts, ["position", "published_at"])
    if facts:
        counter.save(update_fields=["last"])
    return len(facts)


@transaction.atomic
def acknowledge(name: str, position: int) -> OutboxReader:
    """A reader has everything up to this position. An older acknowledgement changes nothing. Raises TooFar."""
    if position > last_position():
        raise TooFar
    OutboxReader.objects.get_or_create(name=name)
    reader = OutboxReader.objects.select_for_update().get(name=name)
    if position > reader.acknowledged:
        reader.acknowledged, reader.acknowledged_at = position, clock.now()
        reader.save(update_fields=["acknowledged", "acknowledged_at"])
    return reader


def last_position() -> int:
    return OutboxCounter.objects.filter(name="facts").values_list("last", flat=True).first() or 0
