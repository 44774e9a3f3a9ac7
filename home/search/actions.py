"""Writing down what can be found, when a page is published, a question saved, a file replaced."""

import html
from typing import Any

from django.db import transaction
from django.utils.html import strip_tags
from wagtail.models import Page

from home.downloads.models import Download
from home.faq.entries import FaqEntry
from home.search.models import Findable
from portal.content.folding import fold
from portal.content.models import BasePage

WORDS_OF_A_PAGE = ("lead", "text", "body", "after")
KIND_OF_APP = {
    "notices": Findable.Kind.NOTICE,
    "instructions": Findable.Kind.INSTRUCTION,
    "regulations": Findable.Kind.REGULATION,
}


def index_page(page: Any) -> None:
    """A public page that is live is found; any other is not."""
    if not isinstance(page, BasePage) or not page.live or not page.is_found_by_search:
        Findable.objects.filter(page_id=page.pk).delete()
        return
    kind = KIND_OF_APP.get(page._meta.app_label, Findable.Kind.PAGE)
    _keep({"page_id": page.pk}, kind, page.locale.language_code, page.title, " ".join(_words(page)))


def index_question(entry: FaqEntry) -> None:
    _keep(
        {"question_id": entry.pk},
        Findable.Kind.QUESTION,
        entry.locale.language_code,
        entry.question,
        _plain(entry.answer),
    )


def index_download(download: Download) -> None:
    words = f"{download.category} {download.description}"
    _keep({"download_id": download.pk}, Findable.Kind.DOWNLOAD, download.locale.language_code, download.title, words)


@transaction.atomic
def index_everything() -> None:
    """All anew: what signals missed (a restored database, a new kind of page) is put right within a day."""
    seen = []
    for page in Page.objects.live().specific().iterator():
        index_page(page)
        seen.append(page.pk)
    Findable.objects.filter(page__isnull=False).exclude(page_id__in=seen).delete()
    for entry in FaqEntry.objects.select_related("locale"):
        index_question(entry)
    for download in Download.objects.select_related("locale"):
        index_download(download)


def _keep(of: dict[str, Any], kind: str, language: str, title: str, text: str) -> None:
    words = {"kind": kind, "language": language, "title": title, "text": text}
    # A space before the first word too: a word is looked for by what it begins with.
    folded = {"folded_title": f" {fold(title)}"[:300], "folded": f" {fold(f'{title} {text}')}"}
    Findable.objects.update_or_create(**of, defaults=words | folded)


def _words(page: BasePage) -> list[str]:
    found: list[str] = []
    for field in page._meta.concrete_fields:
        if field.name in WORDS_OF_A_PAGE:
            value = field.value_from_object(page)
            searchable = getattr(field, "get_searchable_content", None)
            found += searchable(value) if searchable else [str(value)]
    return [_plain(str(words)) for words in found if words]


def _plain(text: str) -> str:
    return " ".join(html.unescape(strip_tags(text.replace("<", " <"))).split())
