"""The forms to download that presets bring: a page of HTML drawn as a PDF, and a small picture of it."""

import io
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont

from portal import pdf

PAPERS = Path(__file__).parent / "presets" / "papers"
SHEET = "pdf/form.css"
WIDTH, HEIGHT, MARGIN = 420, 594, 40  # A4, small
INK, LINE = "#0e2530", "#cddbe2"
LETTERS = (
    "vendor/atkinson/atkinson-hyperlegible-next-latin.woff2",
    "vendor/atkinson/atkinson-hyperlegible-next-latin-ext.woff2",
)


def source(name: str) -> str:
    return (PAPERS / name).read_text(encoding="utf-8")


@cache
def drawn(html: str, title: str) -> bytes:
    return pdf.render(html, title=title, language="pl", sheets=(SHEET,))


@cache
def pictured(html: str) -> bytes:
    """A preview: the heading in its words, the rest as the lines that it is."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 0, WIDTH - 1, HEIGHT - 1), outline=LINE)
    y = MARGIN
    for line in _broken(_heading(html), 22, WIDTH - 2 * MARGIN):
        write(pen, (MARGIN, y), line, 22, INK)
        y += 30
    y += 14
    for number in range((HEIGHT - MARGIN - y) // 22):
        is_short = number % 5 == 4
        pen.rectangle((MARGIN, y, WIDTH - MARGIN - (150 if is_short else 0), y + (2 if number % 3 else 7)), fill=LINE)
        y += 22
    kept = io.BytesIO()
    sheet.save(kept, "PNG", optimize=True)
    return kept.getvalue()


class _Heading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.is_in = "", False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.is_in = self.is_in or tag == "h1"

    def handle_endtag(self, tag: str) -> None:
        self.is_in = self.is_in and tag != "h1"

    def handle_data(self, text: str) -> None:
        if self.is_in:
            self.words += text


def _heading(html: str) -> str:
    reader = _Heading()
    reader.feed(html)
    return reader.words.strip()


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    path = finders.find(name)
    if not path:
        raise pdf.SheetMissing(f"The typeface {name} is not among the static files.")
    return ImageFont.truetype(path, size)


def _of(letter: str, size: int) -> ImageFont.FreeTypeFont:
    return _font(LETTERS[ord(letter) > 0xFF], size)


def _length(text: str, size: int) -> float:
    return sum(_of(letter, size).getlength(letter) for letter in text)


def _broken(text: str, size: int, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _length(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def write(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, colour: str) -> None:
    x = float(at[0])
    for letter in text:
        pen.text((x, at[1] + size), letter, font=_of(letter, size), fill=colour, anchor="ls")
        x += _of(letter, size).getlength(letter)
