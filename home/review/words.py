"""What makes a page hard to read, above all with a screen reader: headings, alternative texts, words of links, empty parts."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from django.utils.translation import gettext as _

from portal.content.folding import fold

HEADING = re.compile(r"^h[1-6]$")
LOOKS_LIKE_A_FILE = re.compile(r"\.(jpe?g|png|webp|gif)$|^(img|dsc|image|zdjecie)[ _-]?\d+$", re.IGNORECASE)
# Words that say nothing when a screen reader lists a page's links; folded.
SAY_NOTHING = frozenset(
    {
        "kliknij",
        "kliknij tutaj",
        "kliknij tu",
        "tutaj",
        "tu",
        "link",
        "wiecej",
        "czytaj wiecej",
        "czytaj dalej",
        "zobacz wiecej",
        "dowiedz sie wiecej",
        "click here",
        "here",
        "more",
        "read more",
        "learn more",
    }
)
SOMETHING = ("img", "svg", "table", "input", "select", "textarea", "button", "form", "iframe", "video", "audio")


def faults(main: Tag) -> list[str]:
    """A sentence for each thing to put right, in the order of the page."""
    return [*_headings(main), *_pictures(main), *_links(main), *_empty_parts(main)]


def _headings(main: Tag) -> Iterator[str]:
    headings = main.find_all(HEADING)
    if sum(tag.name == "h1" for tag in headings) > 1:
        yield _("The page has two main headings.")
    before = 0
    for tag in headings:
        level = int(tag.name[1])
        if before and level > before + 1:
            yield _("The heading “%(words)s” skips a level.") % {"words": _words(tag)}
        before = level


def _pictures(main: Tag) -> Iterator[str]:
    for tag in main.find_all("img"):
        alternative = tag.get("alt")
        if alternative is None:
            yield _("A picture has no alternative text: %(file)s.") % {
                "file": str(tag.get("src", "")).rsplit("/", 1)[-1]
            }
        elif LOOKS_LIKE_A_FILE.search(str(alternative).strip()):
            yield _("The alternative text “%(words)s” is a file's name. Say what is in the picture.") % {
                "words": alternative
            }


def _links(main: Tag) -> Iterator[str]:
    for tag in main.find_all("a"):
        words = _words(tag)
        if not words and not tag.find("img", alt=True) and not tag.get("aria-label") and not tag.find("title"):
            yield _("A link has no words: %(address)s.") % {"address": tag.get("href", "")}
        elif fold(words) in SAY_NOTHING:
            yield _("The link “%(words)s” does not say where it leads.") % {"words": words}


def _empty_parts(main: Tag) -> Iterator[str]:
    """Headings with nothing below them before the next one of the same level or above."""
    open_heading: Tag | None = None
    has_something = True
    for node in main.descendants:
        if isinstance(node, Tag) and HEADING.match(node.name):
            if open_heading is not None and not has_something and node.name <= open_heading.name:
                yield _empty(open_heading)
            open_heading, has_something = node, False
        elif open_heading is not None and not has_something:
            is_below = isinstance(node, Tag) and node.name in SOMETHING
            says = not isinstance(node, Tag) and str(node).strip() and open_heading not in node.parents
            has_something = bool(is_below or says)
    if open_heading is not None and not has_something:
        yield _empty(open_heading)


def _empty(heading: Tag) -> str:
    return _("Below the heading “%(words)s” there is nothing.") % {"words": _words(heading)}


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def of_html(html: str) -> list[str]:
    return faults(BeautifulSoup(f"<main>{html}</main>", "html.parser"))
