"""Public pages kept drawn for strangers: no statement when kept, and what is published is seen at once.

Kept by address, language and a generation. Publishing, a new rule, a changed department raise the generation:
from then on nobody finds what was kept before, in any process. A page drawn while something was published is
kept under the generation that it began with, and so never shown.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import caches
from django.db import transaction
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from wagtail.models import Page

from portal import clock
from portal.content.models import PUBLIC
from portal.utility.kept import Kept, forget_everything

GENERATION = "generation"
KEPT_HEADERS = ("Content-Type", "Content-Language", "Cache-Control", "ETag", "Vary")
_seen = ""


@dataclass(frozen=True)
class KeptPage:
    content: bytes
    headers: dict[str, str]
    since: datetime
    until: datetime


def renew() -> None:
    """Let nothing that was kept be shown again. Call it where what public pages say has changed."""
    _raise_generation()
    # Once more when the deed stands: meanwhile a page may have been drawn from what stood before it.
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(_raise_generation)


def find(request: HttpRequest) -> tuple[str, HttpResponse | None]:
    """The key to keep the answer under (empty: it is not one that strangers share), and the answer if it is kept."""
    generation = _follow()
    if not _is_a_stranger_s(request):
        return "", None
    named = f"{generation} {get_language()} {request.path}"
    key = hashlib.sha256(named.encode()).hexdigest()
    kept: KeptPage | None = caches["pages"].get(key)
    if kept is None or not kept.since <= clock.now() < kept.until:
        return key, None
    response = HttpResponse(kept.content, headers=kept.headers)
    return key, get_conditional_response(request, etag=kept.headers["ETag"], response=response)


def keep(key: str, response: HttpResponse, until: datetime | None) -> None:
    """Keep the answer once it is drawn, if it may be shared; to the next dated change at the longest."""
    if isinstance(response, TemplateResponse):
        response.add_post_render_callback(lambda drawn: _keep(key, drawn, until))


def _keep(key: str, drawn: HttpResponse, until: datetime | None) -> None:
    if drawn.status_code != 200 or drawn.headers.get("Cache-Control") != PUBLIC or "ETag" not in drawn.headers:
        return
    now = clock.now()
    midnight = clock.at(now.date() + timedelta(days=1))  # rules and versions of documents begin with their day
    changes = [moment for moment in (midnight, next_change().moment, until) if moment and moment > now]
    headers = {name: drawn.headers[name] for name in KEPT_HEADERS if name in drawn.headers}
    kept = KeptPage(bytes(drawn.content), headers, now, min(changes))
    caches["pages"].set(key, kept, (kept.until - now).total_seconds())


def _is_a_stranger_s(request: HttpRequest) -> bool:
    """Nobody's in particular, and the page as it stands: no session, nothing to say, nothing asked."""
    own = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
    return request.method in ("GET", "HEAD") and not request.META.get("QUERY_STRING") and not own & set(request.COOKIES)


def _raise_generation() -> None:
    caches["pages"].set(GENERATION, uuid.uuid4().hex, None)


def _follow() -> str:
    """The generation; a process that meets a new one forgets what it kept of the site's map and the rules."""
    global _seen  # noqa: PLW0603 - one memory per process is the point
    generation = str(caches["pages"].get_or_set(GENERATION, lambda: uuid.uuid4().hex, None))
    if generation != _seen:
        forget_everything()
        _seen = generation
    return generation


# Rooms above say from their apps.py when what public pages show of theirs changes next by itself.
_dated: list[Callable[[], datetime | None]] = []


def changes_by(next_of: Callable[[], datetime | None]) -> None:
    if next_of not in _dated:
        _dated.append(next_of)


@dataclass(frozen=True)
class Change:
    moment: datetime | None


def _next_change() -> Change:
    """When the next page appears or is withdrawn by its own dates."""
    now = clock.now()
    live = Page.objects.live().filter(Q(expire_at__gt=now) | Q(go_live_at__gt=now))
    dated = live.aggregate(
        ends=Min("expire_at", filter=Q(expire_at__gt=now)), begins=Min("go_live_at", filter=Q(go_live_at__gt=now))
    )
    moments = [*dated.values(), *(next_of() for next_of in _dated)]
    return Change(min((moment for moment in moments if moment), default=None))


next_change = Kept(_next_change)
