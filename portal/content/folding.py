"""Polish text as it is searched: small letters without tails, and words cut to what their forms share."""

import re
import unicodedata
from collections.abc import Collection
from itertools import count

SHORTEST = 2
LONGEST_QUERY = 100
_WORDS = re.compile(r"\w+")


def fold(text: str) -> str:
    """“Łódź, Żółwia 3” → “lodz zolwia 3”. Both databases find it with a plain comparison."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return " ".join(_WORDS.findall("".join(sign for sign in plain if not unicodedata.combining(sign))))


def free_address(words: str, taken: Collection[str], longest: int) -> str:
    """The end of an address made from these words (“Gdzie są faktury?” → “gdzie-sa-faktury”), other than those taken."""
    wanted = fold(words).replace("_", "-").replace(" ", "-")[: longest - 4].strip("-") or "x"
    numbered = (f"{wanted}-{number}" for number in count(2))
    return wanted if wanted not in taken else next(name for name in numbered if name not in taken)


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
