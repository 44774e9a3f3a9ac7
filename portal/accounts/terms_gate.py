"""What a person still reaches who has not accepted the terms in force: invoices, paying, cases, the way out.

Asked at the sign-in and remembered by the session, so that it costs no statement afterwards. The rooms' addresses are
named by whoever composes them (`home/apps.py`); pages say for themselves.
"""

import re
from fnmatch import fnmatch
from typing import Any

from django.http import HttpRequest
from django.urls import resolve
from django.urls.exceptions import Resolver404

OWED = "terms_owed"
OWN_ADDRESSES = re.compile(r"/(?:[a-z]{2}/)?(?:konto|platnosci)/")
_open: set[str] = {
    "account_terms",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "mfa_authenticate",
    "mfa_reauthenticate",
}


def open_without_terms(*names: str) -> None:
    """Let these names of addresses open; “payments:*” stands for all of a room's."""
    _open.update(names)


def owes(request: HttpRequest) -> bool:
    """Whether this session was asked and has not accepted."""
    session: Any = getattr(request, "session", None)
    return session is not None and bool(session.get(OWED))


def is_closed(path: str) -> bool:
    """Whether an address is one of a person's own that opens only with the terms accepted."""
    if not OWN_ADDRESSES.match(path):
        return False
    try:
        name = resolve(path).view_name
    except Resolver404:
        return False
    return not any(fnmatch(name, pattern) for pattern in _open)
