"""Telling the billing system."""

from typing import Any

from portal import clock
from portal.outbox.models import OutboxFact


def tell(kind: str, *, about: str, **values: Any) -> OutboxFact:
    """Write a fact once: the same kind about the same thing is not written again."""
    fact, _ = OutboxFact.objects.get_or_create(
        kind=kind, about=about, defaults={"values": values, "happened_at": clock.now()}
    )
    return fact
