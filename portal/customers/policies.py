"""The code of a letter: how it is made, written and compared. Plain Python."""

import hashlib
import secrets

SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none is taken for another on paper
LENGTH = 12


def new_code() -> str:
    """Twelve signs in threes, about 59 bits: “K7M-3FW-P9D-XQ2”."""
    signs = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return "-".join(signs[at : at + 3] for at in range(0, LENGTH, 3))


def digest_of(number: str, code: str) -> str:
    """What is kept of a code: it goes with its customer number, and spaces, dashes and small letters do not matter."""
    bare = "".join(sign for sign in code.upper() if sign.isalnum())
    whose = "".join(sign for sign in number.upper() if sign.isalnum())
    return hashlib.sha256(f"{whose}:{bare}".encode()).hexdigest()
