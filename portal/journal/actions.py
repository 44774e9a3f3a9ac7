"""Writing the audit line."""

from typing import Any
from uuid import UUID

from portal import clock
from portal.journal.models import AuditLine


def note(deed: str, *, about: str, by: Any = None, customer: UUID | None = None, **facts: Any) -> AuditLine:
    """One line about one deed. `by` is a user, or words such as "import"; facts are plain values, no secrets."""
    is_user = by is not None and hasattr(by, "pk")
    return AuditLine.objects.create(
        at=clock.now(),
        user=by if is_user else None,
        by=str(by) if by is not None else "system",
        deed=deed,
        about=about,
        customer=customer,
        facts=facts,
    )
