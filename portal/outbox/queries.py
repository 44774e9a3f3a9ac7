"""The feed of facts as readers get it."""

from typing import Any

from django.db.models import Max, QuerySet

from portal.outbox.models import OutboxFact, OutboxReader


def facts_after(position: int, *, limit: int) -> QuerySet[OutboxFact]:
    """Published facts after a position, in order. One statement."""
    return OutboxFact.objects.filter(position__gt=position).order_by("position")[:limit]


def acknowledged_by(name: str) -> int:
    """How far a reader has come; 0 for one that has read nothing. One statement."""
    return OutboxReader.objects.filter(name=name).values_list("acknowledged", flat=True).first() or 0


def fetched_until() -> int:
    """The position up to which somebody has acknowledged the facts. One statement."""
    return OutboxReader.objects.aggregate(most=Max("acknowledged"))["most"] or 0


def as_told(fact: OutboxFact) -> dict[str, Any]:
    """A fact as API and files write it."""
    return {
        "position": fact.position,
        "key": str(fact.key),
        "kind": fact.kind,
        "about": fact.about,
        "happened_at": fact.happened_at.isoformat(),
        "values": fact.values,
    }
