"""How what people type is compared. Plain Python."""

import unicodedata


def canonical(value: str) -> str:
    """How an identifier is kept and compared: no white space, small letters, one form of each sign."""
    return "".join(unicodedata.normalize("NFKC", value).split()).lower()
