"""Rich text as a page shows it, with one look-up for the links of many texts together."""

from collections.abc import Iterable

from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import expand_db_html

BETWEEN = "\n<!-- between two texts -->\n"


def shown(texts: Iterable[str]) -> list[SafeString]:
    """Stored rich texts as HTML, in their order."""
    stored = list(texts)
    if not stored:
        return []
    return [mark_safe(html) for html in expand_db_html(BETWEEN.join(stored)).split(BETWEEN)]  # noqa: S308 - cleaned when it was stored
