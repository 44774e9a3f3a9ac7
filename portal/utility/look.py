"""A utility's own colours: which pairs they must read well in, and the style sheet made of them. Knows no Django."""

import hashlib
from dataclasses import dataclass

WHITE = "#ffffff"
NIGHT = "#14252d"  # the sheets of the dark scheme, see static/ebok/theme.css
NIGHT_INK = "#06202c"
AA_TEXT = 4.5
AA_SHAPE = 3.0


@dataclass(frozen=True)
class Colours:
    """The three colours that a utility chooses; everything else follows from them."""

    action: str = "#0a5c7d"
    deep: str = "#07384d"
    bright: str = "#38b6d8"


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faults(colours: Colours) -> list[tuple[str, str, float]]:
    """Pairs that read too badly: (field, the other colour, their contrast). Empty when all is well."""
    soft = mix(colours.deep, WHITE, 0.88)
    pale = mix(colours.action, WHITE, 0.86)
    pairs = [
        ("action", WHITE, colours.action, AA_TEXT),
        ("action", pale, colours.action, AA_TEXT),
        ("action", soft, colours.action, AA_TEXT),
        ("deep", WHITE, colours.deep, AA_TEXT),
        ("deep", pale, colours.deep, AA_TEXT),
        ("deep", soft, colours.deep, AA_TEXT),
        ("bright", colours.deep, colours.bright, AA_SHAPE),
    ]
    return [
        (name, other, contrast(chosen, other))
        for name, other, chosen, least in pairs
        if contrast(chosen, other) < least
    ]


def mix(one: str, other: str, share: float) -> str:
    """`share` of the other colour in the first: 0 is the first, 1 the other."""
    channels = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


def lightened_for(background: str, colour: str, least: float = 7.0) -> str:
    """The colour with as much white as it needs to be read on a dark background."""
    for step in range(21):
        candidate = mix(colour, WHITE, step / 20)
        if contrast(candidate, background) >= least:
            return candidate
    return WHITE


def style_sheet(colours: Colours) -> str:
    """The custom properties that differ from the house's own; the names are those of static/ebok/theme.css."""
    night_action = lightened_for(NIGHT, colours.action)
    light = {
        "--water": colours.action,
        "--water-deep": colours.deep,
        "--water-pale": mix(colours.action, WHITE, 0.86),
        "--water-bright": colours.bright,
        "--deep": colours.deep,
        "--deep-glow": colours.action,
        "--on-deep-soft": mix(colours.deep, WHITE, 0.88),
    }
    dark = {
        "--water": night_action,
        "--water-deep": mix(night_action, WHITE, 0.45),
        "--water-pale": mix(colours.action, NIGHT, 0.72),
        "--on-water": NIGHT_INK,
    }
    return f":root{{{_properties(light)}}}\n@media (prefers-color-scheme:dark){{:root{{{_properties(dark)}}}}}\n"


def fingerprint(colours: Colours) -> str:
    return hashlib.sha256(style_sheet(colours).encode()).hexdigest()[:12]


def _properties(values: dict[str, str]) -> str:
    return ";".join(f"{name}:{value}" for name, value in values.items())


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
