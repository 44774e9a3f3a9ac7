"""Ending what has been kept long enough, and holding back what must not end."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from portal import clock
from portal.journal.actions import note
from portal.retention import registry
from portal.retention.models import LegalHold, PurgeRun
from portal.retention.policies import over_before
from portal.retention.registry import Ending
from portal.retention.rules import RetentionRules
from portal.utility.rulebook import rules

BATCH = 500


@dataclass(frozen=True)
class Line:
    """What a purge says of one ending: how many rows were due, how many a hold kept, how many were ended."""

    code: str
    before: str  # the first day that is kept; empty: kept without end
    due: int = 0
    held: int = 0
    ended: int = 0


def purge(*, is_dry: bool) -> PurgeRun:
    """End everything whose time is over; a dry run only counts. Each batch is a transaction of its own."""
    run = PurgeRun.objects.create(is_dry=is_dry, started_at=clock.now())
    for ending in registry.endings():
        run.report.append(asdict(_carry_out(ending, is_dry=is_dry)))
        run.save(update_fields=["report"])
    run.finished_at = clock.now()
    run.save(update_fields=["finished_at"])
    if not is_dry:
        counts = {line["code"]: line["ended"] for line in run.report if line["ended"]}
        note("purged", about=f"purge:{run.public_id}", **counts)
    return run


def _carry_out(ending: Ending, *, is_dry: bool) -> Line:
    before = over_before(ending.term, getattr(rules(RetentionRules), ending.term), clock.today())
    if before is None:
        return Line(ending.code, "")
    every = ending.due(before)
    free = _without_held(every, ending)
    due, to_end = every.count(), free.count()
    ended = 0 if is_dry else _end_all(free, ending)
    return Line(ending.code, before.isoformat(), due=due, held=due - to_end, ended=ended)


def _end_all(due: QuerySet[Any], ending: Ending) -> int:
    ended, last = 0, 0
    while True:
        with transaction.atomic():
            rows = list(due.filter(pk__gt=last).order_by("pk")[:BATCH])
            if not rows:
                return ended
            last = rows[-1].pk
            ending.end(rows)
        ended += len(rows)


def _without_held(due: QuerySet[Any], ending: Ending) -> QuerySet[Any]:
    holds = LegalHold.objects.filter(lifted_at__isnull=True)
    held = due.model._default_manager.none()
    if ending.customer:
        customers = holds.filter(customer__isnull=False).values("customer")
        held = held | due.model._default_manager.filter(**{f"{ending.customer}__in": customers})
    if ending.user:
        users = holds.filter(user__isnull=False).values("user")
        held = held | due.model._default_manager.filter(**{f"{ending.user}__in": users})
    return due.exclude(pk__in=held.values("pk"))


@transaction.atomic
def place_hold(*, by: Any, of_whom: str, reason: str, customer: UUID | None = None, user: Any = None) -> LegalHold:
    """Keep everything of a customer or a person until the hold is lifted."""
    hold = LegalHold.objects.create(
        customer=customer, user=user, of_whom=of_whom, reason=reason, placed_at=clock.now(), placed_by=by
    )
    note("hold_placed", about=f"hold:{hold.public_id}", by=by, customer=customer, reason=reason)
    return hold


@transaction.atomic
def lift_hold(hold: LegalHold, *, by: Any) -> None:
    """From now on the terms hold again. Lifted twice it stays as it was lifted first."""
    if LegalHold.objects.filter(pk=hold.pk, lifted_at__isnull=True).update(lifted_at=clock.now(), lifted_by=by):
        note("hold_lifted", about=f"hold:{hold.public_id}", by=by, customer=hold.customer)
