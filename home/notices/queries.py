"""Which notices are in force now."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from home.notices.models import NoticePage, NoticeQuerySet
from portal import clock
from portal.content import addresses
from portal.utility.kept import Kept


def current_notices(language: str | None = None) -> NoticeQuerySet:
    """In the reader's language, the weightiest and newest first; one statement, without the long text."""
    notices: NoticeQuerySet = NoticePage.objects.current()
    return notices.filter(locale__language_code=language or get_language()).defer("body")


@dataclass(frozen=True)
class Banner:
    """An urgent notice, above every page."""

    title: str
    lead: str
    url: str
    language: str
    begins: datetime | None
    ends: datetime | None

    def stands(self, now: datetime) -> bool:
        return (self.begins is None or self.begins <= now) and (self.ends is None or now < self.ends)


def banners() -> list[Banner]:
    """The urgent notices of this moment, kept: they cost a page no statement."""
    now, language = clock.now(), get_language()
    return [banner for banner in urgent() if banner.language == language and banner.stands(now)]


def _urgent() -> tuple[Banner, ...]:
    found = NoticePage.objects.live().filter(weight=NoticePage.Weight.URGENT).select_related("locale")
    return tuple(
        Banner(
            notice.title,
            notice.lead,
            addresses.url_of(notice),
            notice.locale.language_code,
            notice.go_live_at,
            notice.expire_at,
        )
        for notice in found.defer("body").order_by("-day", "-pk")
    )


urgent = Kept(_urgent)
