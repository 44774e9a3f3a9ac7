"""Writing the audit line."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from portal import clock
from portal.journal.models import AuditLine

AT_A_TIME = 1_000


def note(deed: str, *, about: str, by: Any = None, customer: UUID | None = None, **facts: Any) -> AuditLine:
    """One line about one deed. `by` is a user, or words such as "import"; facts are plain values, no secrets."""
    line = _line(deed, about=about, by=by, customer=customer, facts=facts)
    line.save(force_insert=True)
    return line


def note_all(deed: str, found: Iterable[tuple[str, UUID | None, dict[str, Any]]], *, by: Any = None) -> None:
    """The same deed about many things, each with its customer and facts: one line each, in a statement for many."""
    AuditLine.objects.bulk_create(
        [_line(deed, about=about, by=by, customer=customer, facts=facts) for about, customer, facts in found],
        batch_size=AT_A_TIME,
    )


def _line(deed: str, *, about: str, by: Any, customer: UUID | None, facts: dict[str, Any]) -> AuditLine:
    is_user = by is not None and hasattr(by, "pk")
    return AuditLine(
        at=clock.now(),
        user=by if is_user else None,
        by=str(by) if by is not None else "system",
        deed=deed,
        about=about,
        customer=customer,
        facts=facts,
    )
