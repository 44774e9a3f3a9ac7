"""The pictures that presets bring for their instructions, drawn in the house's letters and colours."""

import io
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw

from ebok import papers

WIDTH, HEIGHT = 700, 260
BOX, GAP, APART, TOP = 60, 8, 22, 60
BLACK, RED, CASE, RING = "#10181c", "#a3271b", "#dce6eb", "#0a5c7d"


@cache
def dial() -> bytes:
    """The register of a water meter: five black digits to copy, ringed, and three red ones to leave."""
    drawn = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(drawn)
    pen.rounded_rectangle((10, 20, WIDTH - 10, HEIGHT - 70), 26, fill=CASE)
    x = 42
    for place, digit in enumerate("00142735"):
        pen.rectangle((x, TOP, x + BOX, TOP + BOX + 20), fill=BLACK if place < 5 else RED)
        papers.write(pen, (x + 14, TOP + 8), digit, 54, "white")
        x += BOX + (APART if place == 4 else GAP)
    right = 42 + 5 * (BOX + GAP) - GAP
    pen.rounded_rectangle((32, TOP - 12, right + 10, TOP + BOX + 32), 10, outline=RING, width=5)
    papers.write(pen, (x + 6, TOP + 22), "m³", 34, papers.INK)
    papers.write(pen, (42, HEIGHT - 56), "te cyfry spisz: 00142", 28, RING)
    papers.write(pen, (right + APART, HEIGHT - 56), "te pomiń", 28, RED)
    kept = io.BytesIO()
    drawn.save(kept, "PNG", optimize=True)
    return kept.getvalue()


PICTURES: dict[str, Callable[[], bytes]] = {"dial": dial}
