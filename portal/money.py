"""Złoty: the only place that rounds and the only place that writes amounts out."""

import re
from decimal import ROUND_HALF_UP, Decimal

GROSZ = Decimal("0.01")
NBSP = "\u00a0"
# No exponents and no more digits than any sum of money has: those would be numbers, but nobody's amount.
_TYPED = re.compile(r"[-+\u2212]?(?:\d{1,13}(?:\.\d{0,2}0*)?|\.\d{1,2}0*)")


class NotAnAmount(ValueError):
    """Enter an amount in złoty, for example 135,38."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def round_half_up(amount: Decimal, to: Decimal = GROSZ) -> Decimal:
    return amount.quantize(to, rounding=ROUND_HALF_UP)


def to_grosze(amount: Decimal) -> int:
    """Whole grosze of an amount in złoty; a fraction of a grosz is a fault of the caller and raises."""
    grosze = amount * 100
    if grosze != grosze.to_integral_value():
        msg = f"{amount} zł is not a whole number of grosze."
        raise NotAnAmount(msg)
    return int(grosze)


def from_grosze(grosze: int) -> Decimal:
    return (Decimal(grosze) / 100).quantize(GROSZ)


def parse_amount(text: str) -> Decimal:
    """What a person types: spaces, a decimal comma or point, "zł" behind. Raises NotAnAmount."""
    bare = "".join(text.lower().replace("zł", "").replace("pln", "").split())
    bare = bare.replace(NBSP, "").replace("\u202f", "").replace("'", "")
    if "," in bare and "." in bare:  # the later of the two is the decimal sign, the other groups thousands
        group = "," if bare.rindex(".") > bare.rindex(",") else "."
        bare = bare.replace(group, "")
    bare = bare.replace(",", ".")
    if not _TYPED.fullmatch(bare):
        raise NotAnAmount
    return round_half_up(Decimal(bare.replace("\u2212", "-")))


def amount(value: Decimal, places: int = 2) -> str:
    """1234.5 → "1 234,50", with non-breaking spaces and a true minus sign."""
    text = f"{round_half_up(value, Decimal(1).scaleb(-places)):,.{places}f}"
    text = text.replace(",", NBSP).replace(".", ",")
    return text.replace("-", "\u2212")


def zloty(value: Decimal) -> str:
    """1234.5 → "1 234,50 zł"."""
    return f"{amount(value)}{NBSP}zł"


def in_currency(value: Decimal, currency: str) -> str:
    """1234.5 and EUR → "1 234,50 EUR"; złoty as everywhere."""
    return zloty(value) if currency == "PLN" else f"{amount(value)}{NBSP}{currency}"
