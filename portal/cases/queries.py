"""Questions about cases, as customers and clerks ask them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case as When_
from django.db.models import Count, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import get_language

from portal import clock
from portal.cases import policies
from portal.cases.models import Attachment, Case, CaseTopic, Entry
from portal.content.folding import stems
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed, ServicePoint

TOGETHER = ("topic", "customer", "department", "point", "assigned_to", "change", "handover")


# What a customer meets


def own_cases(viewer: Viewer) -> QuerySet[Case]:
    """The cases of the acting customer that this viewer may meet, the newest first."""
    return access.visible(Case.objects.select_related("topic"), viewer, Deed.WRITE_CASE)


def own_case(viewer: Viewer, public_id: UUID) -> Case | None:
    """One statement."""
    found = access.visible(Case.objects.select_related(*TOGETHER), viewer, Deed.WRITE_CASE)
    return found.filter(public_id=public_id).first()


def case_of_guest(public_id: UUID) -> Case | None:
    return Case.objects.select_related(*TOGETHER).filter(public_id=public_id, user__isnull=True).first()


def find_of_guest(number: str, signature: str) -> Case | None:
    """A case by what its letter says: however it is typed, both must be right."""
    plain = "".join(sign for sign in signature.upper() if sign.isalnum())
    return Case.objects.filter(number=number.strip().upper(), signature=plain, user__isnull=True).first()


@dataclass(frozen=True)
class Thread:
    """A case with its lines; internal ones only where they were asked for."""

    case: Case
    entries: tuple[Entry, ...]


def thread(case: Case, *, with_notes: bool = False) -> Thread:
    """Two statements."""
    entries = case.entries.select_related("user").prefetch_related(
        Prefetch("attachments", Attachment.objects.order_by("pk"))
    )
    if not with_notes:
        entries = entries.exclude(kind=Entry.Kind.NOTE)
    return Thread(case, tuple(entries))


def attachment(cases: QuerySet[Case], public_id: UUID, *, with_notes: bool = False) -> Attachment | None:
    """A file of one of these cases, once it is known to be clean."""
    found = Attachment.objects.filter(public_id=public_id, state=Attachment.State.CLEAN, entry__case__in=cases)
    return (found if with_notes else found.exclude(entry__kind=Entry.Kind.NOTE)).first()


def answer(cases: QuerySet[Case], public_id: UUID) -> Entry | None:
    """An answer of one of these cases, with its PDF."""
    found = Entry.objects.filter(public_id=public_id, kind=Entry.Kind.ANSWER, case__in=cases)
    return found.select_related("case").first()


def topics(*, for_guests: bool = False) -> QuerySet[CaseTopic]:
    """The topics offered in the reader's language; where nobody translated them, in Polish."""
    offered = CaseTopic.objects.filter(is_active=True).select_related("department")
    if for_guests:
        offered = offered.filter(is_for_guests=True)
    own = offered.filter(locale__language_code=get_language() or "pl")
    return own if own.exists() else offered.filter(locale__language_code="pl")


def topic_of_kind(kind: str) -> CaseTopic | None:
    """The topic that reports of this kind belong to, else the one for everything else."""
    wanted = CaseTopic.objects.filter(is_active=True, kind__in=[kind, CaseTopic.Kind.OTHER])
    mine_first = When_(When(kind=kind, then=Value(0)), default=Value(1), output_field=IntegerField())
    return wanted.order_by(mine_first, "order", "pk").first()


def points(viewer: Viewer) -> list[ServicePoint]:
    """Places that a case may be about. One statement."""
    own = access.visible(ServicePoint.objects.filter(is_closed=False), viewer, Deed.WRITE_CASE)
    return list(own.order_by("street", "building", "unit", "pk")[:200])


# What a clerk meets


def desk() -> QuerySet[Case]:
    """Overdue first, then by the day the answer is due; then what waits for its customer, and last what is over."""
    turn = When_(
        When(state__in=[Case.State.ANSWERED, Case.State.CLOSED], then=Value(2)),
        When(paused_since__isnull=False, then=Value(1)),  # its deadline moves with every day
        default=Value(0),
        output_field=IntegerField(),
    )
    together = Case.objects.select_related("topic", "department", "customer", "assigned_to")
    return together.annotate(turn=turn).order_by("turn", "due_on", "pk")


def whole(public_id: UUID) -> QuerySet[Case]:
    return Case.objects.select_related(*TOGETHER).filter(public_id=public_id)


def search(cases: QuerySet[Case], asked: str) -> QuerySet[Case]:
    """Every word of the question begins a word of the case, whatever its endings and Polish letters."""
    for stem in stems(asked):
        cases = cases.filter(Q(folded__startswith=stem) | Q(folded__contains=f" {stem}"))
    return cases


@dataclass(frozen=True)
class Month:
    """How a month went, for one topic or for all."""

    name: str
    came: int
    answered: int
    late: int
    open_now: int
    mean_days: float | None


def month(first: date, next_first: date) -> tuple[Month, ...]:
    """Figures by topic, all together last. One statement."""
    rows = list(
        Case.objects.filter(
            Q(opened_at__gte=clock.at(first), opened_at__lt=clock.at(next_first))
            | Q(answered_at__gte=clock.at(first), answered_at__lt=clock.at(next_first))
            | Q(state__in=policies.OPEN)
        )
        .select_related("topic")
        .only("topic__name", "opened_at", "answered_at", "due_on", "state")
        .order_by("topic__order", "topic__name")
    )
    names = list(dict.fromkeys(row.topic.name for row in rows))
    start, end = clock.at(first), clock.at(next_first)
    found = tuple(_month(name, [row for row in rows if row.topic.name == name], start, end) for name in names)
    return (*found, _month("", rows, start, end))


def _month(name: str, rows: Iterable[Case], start: datetime, end: datetime) -> Month:
    came = [row for row in rows if start <= row.opened_at < end]
    answered = [row for row in rows if row.answered_at and start <= row.answered_at < end]
    spans = [(row.answered_at - row.opened_at).total_seconds() / 86400 for row in answered if row.answered_at]
    late = [row for row in answered if row.answered_at and row.answered_at.astimezone(clock.WARSAW).date() > row.due_on]
    return Month(
        name=name,
        came=len(came),
        answered=len(answered),
        late=len(late),
        open_now=sum(row.is_open for row in rows),
        mean_days=round(sum(spans) / len(spans), 1) if spans else None,
    )


def waiting_by_department() -> list[tuple[str, int, int]]:
    """Each department's queue: how many are open, and how many of them late. One statement."""
    is_late = Count("pk", filter=Q(due_on__lt=clock.today(), paused_since__isnull=True))
    rows = (
        Case.objects.filter(state__in=policies.OPEN)
        .values_list("department__name")
        .annotate(count=Count("pk"), late=is_late)
        .order_by("department__name")
    )
    return [(name or "", count, late) for name, count, late in rows]
