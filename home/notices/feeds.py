"""Notices for feed readers, as RSS and Atom."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed

from portal import clock
from portal.content import addresses
from portal.content.models import PUBLIC

FEEDS: dict[str, type[SyndicationFeed]] = {"rss": Rss201rev2Feed, "atom": Atom1Feed}
LENGTH = 30


def feed(index: Any, notices: Iterable[Any], name: str) -> HttpResponse:
    """Of a NoticeIndexPage and its NoticePages, which stand above this module."""
    base = settings.EBOK_BASE_URL.rstrip("/")
    here = base + addresses.url_of(index)
    drawn = FEEDS[name](
        title=index.title,
        link=here,
        description=index.lead or index.title,
        language=index.locale.language_code,
        feed_url=f"{here}{name}/",
    )
    for notice in notices:
        url = base + addresses.url_of(notice)
        moment = datetime.combine(notice.day, time(), tzinfo=clock.WARSAW)
        drawn.add_item(
            title=notice.title,
            link=url,
            description=notice.lead,
            unique_id=url,
            pubdate=moment,
            updateddate=moment,
        )
    response = HttpResponse(content_type=f"application/{name}+xml; charset=utf-8")
    drawn.write(response, "utf-8")
    response.headers["Cache-Control"] = PUBLIC
    return response
