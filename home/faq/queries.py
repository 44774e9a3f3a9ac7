"""Questions with their answers drawn, in one statement each (one more when answers link to pages)."""

from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.db.models import Case, QuerySet, Value, When
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from home.faq.entries import READERS_ORDER, FaqEntry
from portal.content import richtext
from portal.content.folding import finds, fold, stems


@dataclass(frozen=True)
class Answered:
    pk: int
    question: str
    anchor: str
    answer: SafeString
    group: str


def groups(locale_id: int, asked: str = "") -> list[tuple[str, list[Answered]]]:
    """The questions of a language by group: all, or those that have every word asked for in them or in their answer."""
    answered = _answered(_entries(locale_id))
    if wanted := stems(asked):
        answered = [entry for entry in answered if finds(wanted, fold(f"{entry.question} {strip_tags(entry.answer)}"))]
    return [(name, list(entries)) for name, entries in groupby(answered, key=lambda entry: entry.group)]


def top(locale_id: int, count: int = 4) -> list[Answered]:
    """The questions that editors put on the front page."""
    return _answered(_entries(locale_id).filter(is_top=True).order_by("order", "question")[:count])


def in_editors_order(entries: QuerySet[FaqEntry]) -> QuerySet[FaqEntry]:
    """As readers meet them, one language after the other, the site's own first."""
    own_first = Case(When(locale__language_code=settings.LANGUAGE_CODE, then=Value(0)), default=Value(1))
    return entries.order_by(own_first, "locale__language_code", *READERS_ORDER)


def _entries(locale_id: int) -> QuerySet[FaqEntry]:
    return FaqEntry.objects.filter(locale_id=locale_id).select_related("category")


def _answered(entries: QuerySet[FaqEntry]) -> list[Answered]:
    rows = list(entries)
    answers = richtext.shown(row.answer for row in rows)
    return [
        Answered(row.pk, row.question, row.anchor, answer, row.category.name)
        for row, answer in zip(rows, answers, strict=True)
    ]
