"""Which notices are in force now."""

from django.utils.translation import get_language

from home.notices.models import NoticePage, NoticeQuerySet


def current_notices(language: str | None = None) -> NoticeQuerySet:
    """In the reader's language, the weightiest and newest first; one statement, without the long text."""
    notices: NoticeQuerySet = NoticePage.objects.current()
    return notices.filter(locale__language_code=language or get_language()).defer("body")
