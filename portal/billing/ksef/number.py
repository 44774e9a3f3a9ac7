"""The number that KSeF gives an invoice, and the address behind the code printed on it."""

import base64
import re
from datetime import date

from django.utils.translation import gettext as _

from portal.billing.ksef.invoice import Finding

LENGTH = 35
CHECKED = 32  # the checksum covers the characters before the last hyphen
DIGEST_BYTES = 32
ADDRESS = "https://qr.ksef.mf.gov.pl"
_SHAPE = re.compile(r"\d{10}-(\d{4})(\d{2})(\d{2})-[0-9A-F]{12}-[0-9A-F]{2}")
_OLDER_SHAPE = re.compile(r"(\d{10}-\d{8}-[0-9A-F]{6})-([0-9A-F]{6}-[0-9A-F]{2})")


def crc8(text: str) -> int:
    """CRC-8 with the polynomial 0x07 from 0, over the ASCII characters."""
    register = 0
    for byte in text.encode("ascii"):
        register ^= byte
        for _bit in range(8):
            register = ((register << 1) ^ 0x07 if register & 0x80 else register << 1) & 0xFF
    return register


def ksef_number(nip: str, accepted_on: date, technical_part: str) -> str:
    """A number with its checksum, from the twelve hexadecimal digits that KSeF chose."""
    body = f"{nip}-{accepted_on:%Y%m%d}-{technical_part.upper()}"
    return f"{body}-{crc8(body):02X}"


def is_ksef_number(text: str) -> bool:
    return ksef_number_finding(text) is None


def ksef_number_finding(text: str) -> Finding | None:
    """What is wrong with a number, as a warning: the invoice stands even when its number was mistyped on the way."""
    if _OLDER_SHAPE.fullmatch(text):
        return _warning(
            "ksef_number_older", _("The KSeF number %(number)s is in the older form of 36 characters."), text
        )
    shape = _SHAPE.fullmatch(text)
    if not shape or not _is_day(*(int(part) for part in shape.groups())):
        return _warning(
            "ksef_number_shape",
            _("The KSeF number %(number)s is not of the form NIP-date-twelve characters-two characters."),
            text,
        )
    if f"{crc8(text[:CHECKED]):02X}" != text[-2:]:
        return _warning("ksef_number_checksum", _("The KSeF number %(number)s has a wrong checksum."), text)
    return None


def _warning(code: str, sentence: str, number: str) -> Finding:
    return Finding(code=code, severity="warning", sentence=sentence % {"number": number})


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def kod_i_url(nip: str, issue_date: date, data_sha256_digest: bytes) -> str:
    """KOD I: where anybody may check the invoice, by the digest of its original bytes."""
    if len(data_sha256_digest) != DIGEST_BYTES:
        msg = "KOD I needs the 32 bytes of a SHA-256 digest."
        raise ValueError(msg)
    if not re.fullmatch(r"[0-9]{10}", nip):
        msg = "KOD I needs the seller's NIP of ten digits."
        raise ValueError(msg)
    digest = base64.urlsafe_b64encode(data_sha256_digest).rstrip(b"=").decode("ascii")
    return f"{ADDRESS}/invoice/{nip}/{issue_date:%d-%m-%Y}/{digest}"
