"""Questions with their answers drawn, in one statement each (one more when answers link to pages)."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from home.faq.entries import FaqEntry
from portal.content import richtext


@dataclass(frozen=True)
class Answered:
    question: str
    anchor: str
    answer: SafeString
    group: str


def groups(locale_id: int) -> list[tuple[str, list[Answered]]]:
    """All questions of a language by group."""
    answered = _answered(_entries(locale_id))
    return [(name, list(entries)) for name, entries in groupby(answered, key=lambda entry: entry.group)]


def top(locale_id: int, count: int = 4) -> list[Answered]:
    """The questions that editors put on the front page."""
    return _answered(_entries(locale_id).filter(is_top=True).order_by("order", "question")[:count])


def _entries(locale_id: int) -> QuerySet[FaqEntry]:
    return FaqEntry.objects.filter(locale_id=locale_id).select_related("category")


def _answered(entries: QuerySet[FaqEntry]) -> list[Answered]:
    rows = list(entries)
    answers = richtext.shown(row.answer for row in rows)
    return [
        Answered(row.question, row.anchor, answer, row.category.name) for row, answer in zip(rows, answers, strict=True)
    ]
