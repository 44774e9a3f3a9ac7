"""Polish text as it is searched: small letters without tails, and words cut to what their forms share."""

import re
import unicodedata

SHORTEST = 2
LONGEST_QUERY = 100
_WORDS = re.compile(r"\w+")


def fold(text: str) -> str:
    """“Łódź, Żółwia 3” → “lodz zolwia 3”. Both databases find it with a plain comparison."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return " ".join(_WORDS.findall("".join(sign for sign in plain if not unicodedata.combining(sign))))


def stems(asked: str) -> list[str]:
    """What to look for: each word of the question without its ending, so that “fakturę” finds “faktury”."""
    return [_stem(word) for word in fold(asked[:LONGEST_QUERY]).split() if len(word) >= SHORTEST]


def finds(wanted: list[str], folded: str) -> bool:
    """Whether every stem begins a word of the folded text."""
    return all(f" {stem}" in f" {folded}" for stem in wanted)


def _stem(word: str) -> str:
    if word.isdigit() or len(word) < 5:
        return word
    return word[:-2] if len(word) > 6 else word[:-1]
