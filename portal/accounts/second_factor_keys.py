"""Secrets of second factors, encrypted before they reach the database: a copy of it opens no account."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

MARK = "locked:"  # before what is encrypted; a secret of before the keys has no mark and still works


def locked(text: str) -> str:
    return MARK + _keys().encrypt(text.encode()).decode()


def unlocked(kept: str) -> str:
    """Raises cryptography's InvalidToken when none of the installation's keys wrote it."""
    if not kept.startswith(MARK):
        return kept
    return _keys().decrypt(kept.removeprefix(MARK).encode()).decode()


def _keys() -> MultiFernet:
    """Any long text is a key: its digest has the length that the cipher asks for."""
    return MultiFernet(
        [Fernet(urlsafe_b64encode(sha256(key.encode()).digest())) for key in settings.EBOK_SECOND_FACTOR_KEYS]
    )
