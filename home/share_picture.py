"""The picture that stands beside a shared link: the page's title in the utility's colours, drawn here and nowhere else."""

import hashlib
import io
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from portal.utility.look import Colours

SIZE = (1200, 630)
MARGIN = 80
FONTS = Path(settings.BASE_DIR) / "static" / "vendor" / "atkinson"
LATIN, LATIN_EXTENDED = (FONTS / f"atkinson-hyperlegible-next-{part}.woff2" for part in ("latin", "latin-ext"))
# What the first file lacks lies in the second: the Polish letters but for ó.
IN_LATIN = frozenset("–—‘’“”„…€") | {chr(code) for code in range(0x20, 0x100)}
LINES = 4


class Typeface:
    """Both files of the house's typeface as one, at one size and weight."""

    def __init__(self, size: int, weight: int) -> None:
        self.latin = ImageFont.truetype(str(LATIN), size)
        self.extended = ImageFont.truetype(str(LATIN_EXTENDED), size)
        for font in (self.latin, self.extended):
            font.set_variation_by_axes([weight])

    def _of(self, sign: str) -> ImageFont.FreeTypeFont:
        return self.latin if sign in IN_LATIN else self.extended

    def width(self, text: str) -> float:
        return sum(self._of(sign).getlength(sign) for sign in text)

    def write(self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, colour: str) -> None:
        x, y = at
        for sign in text:
            font = self._of(sign)
            draw.text((x, y), sign, font=font, fill=colour, anchor="ls")
            x += font.getlength(sign)

    def lines(self, text: str, width: float, most: int) -> list[str]:
        """The text in lines of that width; what does not fit ends in an ellipsis."""
        found: list[str] = []
        for word in text.split():
            if found and self.width(f"{found[-1]} {word}") <= width:
                found[-1] += f" {word}"
            else:
                found.append(word)
        if len(found) > most:
            found = [*found[: most - 1], f"{found[most - 1]}…"]
        return found


def fingerprint(title: str, utility: str, product: str, colours: Colours) -> str:
    named = f"{title}|{utility}|{product}|{colours}"
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def draw(title: str, utility: str, product: str, colours: Colours) -> bytes:
    """A PNG of 1200 × 630."""
    picture = Image.new("RGB", SIZE, colours.deep)
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((MARGIN, MARGIN, MARGIN + 76, MARGIN + 76), 20, fill=colours.action)
    pen.ellipse((MARGIN + 20, MARGIN + 30, MARGIN + 56, MARGIN + 66), fill="#ffffff")
    pen.polygon([(MARGIN + 38, MARGIN + 10), (MARGIN + 22, MARGIN + 40), (MARGIN + 54, MARGIN + 40)], fill="#ffffff")
    Typeface(38, 600).write(pen, (MARGIN + 104, MARGIN + 52), utility, "#ffffff")
    big = Typeface(76, 700)
    lines = big.lines(title, SIZE[0] - 2 * MARGIN, LINES)
    top = 300 if len(lines) > 2 else 340
    for number, line in enumerate(lines):
        big.write(pen, (MARGIN, top + number * 88), line, "#ffffff")
    pen.rectangle((0, SIZE[1] - 16, SIZE[0], SIZE[1]), fill=colours.bright)
    Typeface(30, 500).write(pen, (SIZE[0] - MARGIN - Typeface(30, 500).width(product), MARGIN + 52), product, "#ffffff")
    made = io.BytesIO()
    picture.save(made, "PNG", optimize=True)
    return made.getvalue()
