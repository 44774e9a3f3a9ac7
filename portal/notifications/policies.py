"""Where a message may go: what makes a number a mobile one, and which channels a choice leaves open."""

import re
from collections.abc import Mapping

EMAIL, SMS = "email", "sms"
POLISH = re.compile(r"(?:\+?48)?([4-8]\d{8})")
FOREIGN = re.compile(r"\+\d{8,15}")


def phone_number(typed: str) -> str:
    """The number as gateways want it (+48501502503), or nothing when it cannot be one that takes text messages."""
    digits = re.sub(r"[\s().\-]", "", typed)
    if polish := POLISH.fullmatch(digits):
        return f"+48{polish[1]}"
    return digits if FOREIGN.fullmatch(digits) else ""


def open_channels(
    *, is_obligatory: bool, is_marketing: bool, agreed_to_marketing: bool, by_sms: bool, chosen: Mapping[str, bool]
) -> tuple[str, ...]:
    """The channels of one message to one person. E-mail unless switched off, SMS only when switched on."""
    if is_marketing and not agreed_to_marketing:
        return ()
    email = is_obligatory or chosen.get(EMAIL, True)
    sms = by_sms and chosen.get(SMS, False)
    return (*((EMAIL,) if email else ()), *((SMS,) if sms else ()))
