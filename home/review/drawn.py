"""Every page of the site as its readers meet it: public pages as a stranger does, portal pages as an invented household."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.utils import translation
from wagtail.models import Page

from portal.content import addresses
from portal.content.models import BasePage
from portal.customers.access import STRANGER
from portal.widgets import PERSONAS


@dataclass(frozen=True)
class Drawn:
    """One page as drawn: the whole of it, and the part that editors fill."""

    page: BasePage
    url: str
    whole: BeautifulSoup
    main: Tag
    anchors: frozenset[str] = field(default_factory=frozenset)


def everything() -> Iterator[Drawn]:
    """Each live page that draws itself (a page that only leads on, like registration's, does not)."""
    for page in Page.objects.live().specific().order_by("path"):
        if isinstance(page, BasePage) and (found := draw(page)):
            yield found


def draw(page: BasePage) -> Drawn | None:
    url = addresses.url_of(page)
    if not url:
        return None
    with translation.override(page.locale.language_code):
        response = _answer(page, url)
        if isinstance(response, TemplateResponse):
            response.render()
    if response is None or response.status_code != 200:
        return None
    whole = BeautifulSoup(response.content, "html.parser")
    main = whole.find("main")
    if not isinstance(main, Tag):
        return None
    return Drawn(page, url, whole, main, frozenset(str(tag["id"]) for tag in whole.find_all(id=True)))


def _answer(page: BasePage, url: str) -> HttpResponse | None:
    request = nobody_s_request(url)
    if not page.is_shown_to_all:
        modes = dict(page.preview_modes)
        household = PERSONAS[0].code
        response: HttpResponse | None = page.serve_preview(request, household) if household in modes else None
        return response
    try:
        found = page.route(request, [])
    except Http404:
        return None
    answer: HttpResponse = found.page.serve(request, *found.args, **found.kwargs)
    return answer


def nobody_s_request(url: str) -> HttpRequest:
    host = urlsplit(settings.EBOK_BASE_URL).netloc or "localhost"
    request = RequestFactory(SERVER_NAME=host.partition(":")[0]).get(url)
    request.user = AnonymousUser()
    request.viewer = STRANGER  # type: ignore[attr-defined]  # the middleware's
    request.session = {}  # type: ignore[assignment]  # nobody has one
    request.is_dummy = True  # type: ignore[attr-defined]  # Wagtail's own name for a request that nobody made
    return request
