"""Rich text as a page shows it, with one look-up for the links of many texts together."""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page
from wagtail.rich_text import expand_db_html
from wagtail.rich_text.pages import PageLinkHandler

from portal.content import addresses

BETWEEN = "\n<!-- between two texts -->\n"


class QuickPageLinkHandler(PageLinkHandler):
    """Links to pages, all of a text in one statement; Wagtail's own takes several for each link."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        wanted = [attrs.get("id") for attrs in attrs_list]
        pages = {str(page.pk): page for page in Page.objects.live().filter(pk__in=[pk for pk in wanted if pk])}
        return [f'<a href="{escape(addresses.url_of(pages[pk]))}">' if pk in pages else "<a>" for pk in map(str, wanted)]


def shown(texts: Iterable[str]) -> list[SafeString]:
    """Stored rich texts as HTML, in their order."""
    stored = list(texts)
    if not stored:
        return []
    return [mark_safe(html) for html in expand_db_html(BETWEEN.join(stored)).split(BETWEEN)]  # noqa: S308 - cleaned when it was stored
