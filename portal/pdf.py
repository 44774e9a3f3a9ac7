"""Pages of HTML into a tagged PDF, with nothing fetched from disk or network while it is made."""

import base64
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock

from django.contrib.staticfiles import finders
from django.utils.html import escape
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

FONT = "Atkinson Hyperlegible Next"
FONT_FILES = {  # one static file a weight: a variable one is cut anew for every document, which takes three times as long
    400: "vendor/atkinson/atkinson-hyperlegible-next-400.woff2",
    700: "vendor/atkinson/atkinson-hyperlegible-next-700.woff2",
}
BASE_SHEET = "pdf/document.css"
_one_at_a_time = Lock()  # the typefaces' map is shared, and Pango forbids its use from two threads at once
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class SheetMissing(RuntimeError):
    """A style sheet of the documents is not among the static files."""


def render(html: str, *, title: str, language: str, sheets: tuple[str, ...] = (), brand: str | None = None) -> bytes:
    """A PDF of the profile PDF/UA-1 from what stands between `<body>` and `</body>`.

    `sheets` are names of static files that follow the common one; `brand` is a colour like #0a5c7d that takes the
    place of the common one. The same input gives the same bytes.
    """
    if brand is not None and not _COLOUR.fullmatch(brand):
        msg = f"{brand!r} is not a colour of the form #rrggbb."
        raise ValueError(msg)
    page = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body>{html}</body></html>"
    )
    with _one_at_a_time, _no_time_of_day():
        styles = [_sheet(name) for name in (BASE_SHEET, *sheets)]
        if brand:
            styles.append(_brand(brand))
        pdf: bytes = HTML(string=page, url_fetcher=_fetcher()).write_pdf(
            stylesheets=styles, font_config=_fonts(), pdf_variant="pdf/ua-1"
        )
    return pdf


@contextmanager
def _no_time_of_day() -> Iterator[None]:
    """The library that embeds typefaces writes the hour into each, unless this variable tells it another."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


@cache
def _fetcher() -> URLFetcher:
    return URLFetcher(allowed_protocols={"data"})


@cache
def _fonts() -> FontConfiguration:
    """The house's typeface, handed over as bytes; where it is missing, the sheet falls back on DejaVu Sans."""
    configuration = FontConfiguration()
    faces = []
    for weight, name in FONT_FILES.items():
        path = finders.find(name)
        if path:
            letters = base64.b64encode(Path(path).read_bytes()).decode("ascii")
            faces.append(
                f'@font-face{{font-family:"{FONT}";font-weight:{weight};'
                f'src:url(data:font/woff2;base64,{letters}) format("woff2")}}'
            )
    CSS(string="".join(faces), font_config=configuration, url_fetcher=_fetcher())
    return configuration


@cache
def _sheet(name: str) -> CSS:
    path = finders.find(name)
    if not path:
        msg = f"The style sheet {name} is not among the static files."
        raise SheetMissing(msg)
    return CSS(string=Path(path).read_text(encoding="utf-8"), font_config=_fonts(), url_fetcher=_fetcher())


@cache
def _brand(colour: str) -> CSS:
    return CSS(string=f":root{{--brand:{colour}}}", font_config=_fonts(), url_fetcher=_fetcher())
