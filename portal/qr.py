"""Codes to be read by a telephone: any text as a QR picture, and a bank transfer as the ZBP 2D code."""

import io
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

import segno
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.money import to_grosze

ErrorLevel = Literal["L", "M", "Q", "H"]
LARGEST_AMOUNT = Decimal("9999.99")  # six digits of grosze
NAME, TITLE, RESERVED = 20, 32, (20, 12, 24)  # characters; all fields full make the 160 that a code may hold
ACCOUNT_DIGITS = 26
POLAND = "2521"  # P and L as digits, the way IBAN counts them


def svg(text: str, error_level: ErrorLevel = "M") -> str:
    """An `<svg>` to stand in a page; what it says to a screen reader is the page's affair."""
    return _make(text, error_level).svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=4)


def svg_uri(text: str, error_level: ErrorLevel = "M") -> str:
    """The same as an address for `<img src>`, where an `alt` can stand beside it."""
    return _make(text, error_level).svg_data_uri(omitsize=True, svgclass=None, lineclass=None, border=4)


def png(text: str, error_level: ErrorLevel = "M") -> bytes:
    """The same as a picture for letters, where mail programs drop an <svg>."""
    drawn = io.BytesIO()
    _make(text, error_level).save(drawn, kind="png", scale=6, border=4)
    return drawn.getvalue()


def _make(text: str, error_level: ErrorLevel) -> segno.QRCode:
    return segno.make(text, error=error_level, micro=False, boost_error=False)


class CodeWithheld(ValueError):
    """There is no code for this transfer; the message says why, and what to do instead."""

    sentence: ClassVar[str | Promise] = ""

    def __str__(self) -> str:
        return str(self.sentence)


class TitleTooLong(CodeWithheld):
    sentence = _(
        "There is no code: the title of the transfer is longer than the 32 characters it can carry. Copy the title instead."
    )


class FieldUnfit(CodeWithheld):
    sentence = _(
        "There is no code: the transfer holds the sign “|”, which divides the fields of a code. Copy the details instead."
    )


class AccountUnfit(CodeWithheld):
    sentence = _("There is no code: it can only carry a Polish account of 26 digits with right check digits.")


class NipUnfit(CodeWithheld):
    sentence = _("There is no code: the recipient's NIP is not ten digits.")


class AmountUnfit(CodeWithheld):
    sentence = _("There is no code: the amount of a transfer must be more than zero.")


class CodeTooLong(CodeWithheld):
    sentence = _("There is no code: the details of the transfer do not fit in it. Copy them instead.")


@dataclass(frozen=True, kw_only=True)
class TransferCode:
    """The text of the code, and whether the payer must type the amount himself."""

    text: str
    is_amount_left_out: bool

    def svg(self) -> str:
        return svg(self.text, "L")

    def svg_uri(self) -> str:
        return svg_uri(self.text, "L")


def zbp_code(
    *,
    account: str,
    amount: Decimal,
    name: str,
    title: str,
    nip: str = "",
    reserved: tuple[str, str, str] = ("", "", ""),
) -> TransferCode:
    """The Polish Bank Association's code for a transfer. Raises CodeWithheld.

    The name is cut to what fits, for the account says who is paid; a title is never cut, for it says what for.
    """
    bare_account = re.sub(r"\s", "", account).removeprefix("PL")
    if not has_right_check_digits(bare_account):
        raise AccountUnfit
    if nip and not re.fullmatch(r"[0-9]{10}", nip):
        raise NipUnfit
    if amount <= 0:
        raise AmountUnfit
    one_line_title = " ".join(title.split())
    if len(one_line_title) > TITLE:
        raise TitleTooLong
    is_left_out = amount > LARGEST_AMOUNT
    grosze = 0 if is_left_out else to_grosze(amount)
    fields = [nip, "PL", bare_account, f"{grosze:06d}", _cut(name), one_line_title, *reserved]
    if any("|" in part for part in fields):
        raise FieldUnfit
    if any(len(part) > most for part, most in zip(reserved, RESERVED, strict=True)):
        raise CodeTooLong
    return TransferCode(text="|".join(fields), is_amount_left_out=is_left_out)


def has_right_check_digits(account: str) -> bool:
    """A Polish account of 26 digits whose remainder by 97 is one."""
    if not re.fullmatch(rf"[0-9]{{{ACCOUNT_DIGITS}}}", account):
        return False
    return int(account[2:] + POLAND + account[:2]) % 97 == 1


def _cut(name: str) -> str:
    """At the end of a word where there is one."""
    one_line = " ".join(name.replace("|", " ").split())
    if len(one_line) <= NAME:
        return one_line
    head = one_line[: NAME + 1]
    return (head[: head.rindex(" ")] if " " in head else head[:NAME]).rstrip(" ,-–")
