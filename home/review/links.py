"""Where the links of the site lead. Pages, places on a page and files are looked up; other sites are only listed, never asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import get_language_from_path, override
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.models import Page

from home import navigation, routing
from home.downloads.models import Download
from home.review.drawn import Drawn, nobody_s_request

OTHERS = ("tel:", "mailto:", "sms:", "data:")


@dataclass(frozen=True)
class Link:
    """A link or picture of a page; `fault` says what is wrong with it, and is empty when nothing is."""

    page: Page
    words: str
    address: str
    fault: str = ""
    is_external: bool = False


def links(drawn: list[Drawn]) -> list[Link]:
    """Every link of these pages: first those that lead nowhere, then those to other sites."""
    pages = {one.url: one for one in drawn}
    found = [link for one in drawn for link in _of(one, pages)]
    return sorted(found, key=lambda link: (not link.fault, link.is_external, link.page.path))


def _of(one: Drawn, pages: dict[str, Drawn]) -> Iterator[Link]:
    for tag in one.main.find_all(["a", "img"]):
        words = " ".join(tag.get_text(" ").split()) or str(tag.get("alt", ""))
        address = tag.get("href" if tag.name == "a" else "src")
        if address is None:
            yield Link(one.page, words, "", _("The page or file that this led to is gone."))
        elif _is_other_site(str(address)):
            yield Link(one.page, words, str(address), is_external=True)
        elif not str(address).startswith(OTHERS):
            yield Link(one.page, words, str(address), _fault(str(address), one, pages))


def _is_other_site(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) and parts.netloc != urlsplit(settings.EBOK_BASE_URL).netloc


def _fault(address: str, one: Drawn, pages: dict[str, Drawn]) -> str:
    parts = urlsplit(address)
    path, place = parts.path or one.url, unquote(parts.fragment)
    target = pages.get(path)
    if target is not None:
        if place and place not in target.anchors:
            return _("There is no place called “%(place)s” on that page.") % {"place": place}
        return ""
    return _fault_of_path(path)


def _fault_of_path(path: str) -> str:
    if path.startswith(settings.STATIC_URL):
        return ""
    if path.startswith(settings.MEDIA_URL):
        name = unquote(path.removeprefix(settings.MEDIA_URL))
        return "" if default_storage.exists(name) else _("There is no such file.")
    language = get_language_from_path(path) or settings.LANGUAGE_CODE
    try:
        with override(language):
            match = resolve(path)
    except Resolver404:
        return _("There is no such address.")
    look_up = LOOK_UPS.get(match.url_name or "")
    return look_up(match, language) if look_up else ""


def _fault_of_role(match: ResolverMatch, language: str) -> str:
    return "" if navigation.role_url(match.kwargs["role"]) else _("No page holds this role.")


def _fault_of_download(match: ResolverMatch, language: str) -> str:
    is_there = Download.objects.filter(slug=match.kwargs["slug"]).exists()
    return "" if is_there else _("There is no such form to download.")


def _fault_of_document(match: ResolverMatch, language: str) -> str:
    document = get_document_model().objects.filter(pk=match.kwargs.get("document_id") or match.args[0]).first()
    is_there = document is not None and document.file.storage.exists(document.file.name)
    return "" if is_there else _("There is no such file.")


def _fault_of_page(match: ResolverMatch, language: str) -> str:
    found = navigation.site_map(language)
    path = match.kwargs.get("path") or "".join(match.args)
    try:
        if found is not None:
            routing.route(found.root_path, nobody_s_request(f"/{path}"), [part for part in path.split("/") if part])
            return ""
    except Http404:
        pass
    return _("There is no such page, or it is not published.")


LOOK_UPS: dict[str, Callable[[ResolverMatch, str], str]] = {
    "go": _fault_of_role,
    "download": _fault_of_download,
    "wagtaildocs_serve": _fault_of_document,
    "wagtail_serve": _fault_of_page,
}
