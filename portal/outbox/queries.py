"""The feed of facts as readers get it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

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


def published(kind: str, about: Iterable[str]) -> dict[str, datetime]:
    """Of things told to the billing system, since when it can fetch them; what still waits is not there. One statement."""
    facts = OutboxFact.objects.filter(kind=kind, about__in=list(about), position__isnull=False)
    return dict(facts.values_list("about", Coalesce("published_at", "happened_at")))


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
