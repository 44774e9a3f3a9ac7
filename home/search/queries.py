"""Searching: one statement whatever is asked, results grouped by what they are, the best first."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import get_language

from home import navigation
from home.search.models import Findable
from portal import clock
from portal.content import addresses
from portal.content.folding import fold, stems

IN_ALL = 60
IN_A_GROUP = 15
AROUND = 160


@dataclass(frozen=True)
class Found:
    title: str
    text: str
    url: str


@dataclass(frozen=True)
class Group:
    kind: str
    label: str
    found: list[Found]


def search(asked: str, language: str | None = None) -> list[Group]:
    """What has every word asked for, whichever its ending; what has them in its title first."""
    wanted = stems(asked)
    if not wanted:
        return []
    has_all, in_title = Q(), Q()
    for stem in wanted:
        has_all &= Q(folded__contains=f" {stem}")
        in_title &= Q(folded_title__contains=f" {stem}")
    now = clock.now()
    in_force = Q(page__isnull=True) | (
        Q(page__live=True)
        & (Q(page__expire_at__isnull=True) | Q(page__expire_at__gt=now))
        & (Q(page__go_live_at__isnull=True) | Q(page__go_live_at__lte=now))
    )
    best_first = Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = (
        Findable.objects.filter(has_all, in_force, language=language or get_language())
        .select_related("page", "question", "download")
        .order_by(best_first, "folded_title")[:IN_ALL]
    )
    by_kind: dict[str, list[Found]] = {}
    for row in rows:
        if url := _url(row):
            by_kind.setdefault(row.kind, []).append(Found(row.title, _around(row.text, wanted), url))
    return [Group(kind.value, str(kind.label), by_kind[kind][:IN_A_GROUP]) for kind in Findable.Kind if kind in by_kind]


def _url(row: Findable) -> str:
    if row.question:
        page = navigation.role_url("faq")
        return f"{page}#{row.question.anchor}" if page else ""
    if row.download:
        return row.download.url
    return addresses.url_of(row.page) if row.page else ""


def _around(text: str, wanted: list[str]) -> str:
    """The words around the first that was asked for."""
    words = text.split()
    place = next((n for n, word in enumerate(words) if any(fold(word).startswith(stem) for stem in wanted)), 0)
    start = max(0, place - 8)
    piece = " ".join(words[start:])
    cut = piece if len(piece) <= AROUND else piece[:AROUND].rsplit(" ", 1)[0] + "…"
    return f"…{cut}" if start else cut
