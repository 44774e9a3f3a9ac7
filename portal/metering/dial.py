"""Reading what a person typed off a dial. Plain Python."""

from decimal import Decimal
from enum import StrEnum

UNITS = ("m³", "m3")
DECIMAL_SIGNS = ",."


class Fault(StrEnum):
    EMPTY = "empty"
    NEGATIVE = "negative"
    DECIMAL = "decimal"
    LETTERS = "letters"
    TOO_LONG = "too_long"


def read(typed: str, digits: int) -> Decimal | Fault:
    """Whole cubic metres. Spaces, zeros in front and the unit behind are forgiven; the red figures are not wanted."""
    text = "".join(typed.split())
    for unit in UNITS:
        text = text.removesuffix(unit)
    if not text:
        return Fault.EMPTY
    if text[0] in "-−":
        return Fault.NEGATIVE
    if any(sign in text for sign in DECIMAL_SIGNS):
        return Fault.DECIMAL
    if not (text.isascii() and text.isdecimal()):
        return Fault.LETTERS
    if len(text) > digits and len(text.lstrip("0")) > digits:
        return Fault.TOO_LONG
    return Decimal(int(text))
