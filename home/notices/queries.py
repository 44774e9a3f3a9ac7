"""Which notices are in force now."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home.notices.models import NoticePage, NoticeQuerySet
from portal import clock
from portal.audiences.reader import reader_of
from portal.cases import outage_queries
from portal.content import addresses
from portal.customers.access import Viewer
from portal.utility.kept import Kept

LOOKED_THROUGH = 100  # of the notices in force; more than any utility has at once


def current_notices(language: str | None = None) -> NoticeQuerySet:
    """Those for everyone, in the reader's language, the weightiest and newest first; one statement, without the long text."""
    return _in_force(language).for_everyone()


def notices_for(viewer: Viewer, count: int) -> list[NoticePage]:
    """Those that concern this viewer. Kept, so that a dashboard pays for no more than his facts: up to two statements."""
    reader, now, language = reader_of(viewer), clock.now(), get_language()
    current = (notice for notice in live() if notice.locale.language_code == language and notice.is_current(now))
    found = (notice for notice in islice(current, LOOKED_THROUGH) if notice.concerns(viewer, reader))
    return list(islice(found, count))


def _live() -> tuple[NoticePage, ...]:
    """Without the long text, and with their addresses."""
    found: NoticeQuerySet = NoticePage.objects.live().weightiest_first()
    return tuple(found.select_related("locale").defer("body"))


live = Kept(_live)


def _in_force(language: str | None = None) -> NoticeQuerySet:
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
    """Outages that go on and the urgent notices of this moment, kept: they cost a page no statement."""
    now, language = clock.now(), get_language()
    notices = [banner for banner in urgent() if banner.language == language and banner.stands(now)]
    return [*_outages(language or ""), *notices]


def _outages(language: str) -> list[Banner]:
    return [
        Banner(
            one.title,
            _("%(place)s; expected until %(until)s.") % {"place": one.place, "until": one.until},
            reverse("cases:outages"),
            language,
            one.starts_at,
            one.ends_at,
        )
        for one in outage_queries.going_on()
    ]


def _urgent() -> tuple[Banner, ...]:
    found = NoticePage.objects.live().for_everyone().filter(weight=NoticePage.Weight.URGENT).select_related("locale")
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
