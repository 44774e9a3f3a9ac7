"""Tokens of programs that use the API: made in the panel, shown once, kept as a digest."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.exchange.models import ApiToken
from portal.journal.actions import note

PUSH, READ_OUTBOX, METRICS = "push", "outbox", "metrics"
SCOPES = {
    PUSH: _("send deliveries of billing data"),
    READ_OUTBOX: _("fetch and acknowledge facts of the outbox"),
    METRICS: _("read metrics"),
}
PREFIX = "ebok_"  # so that scanners of leaked secrets know it
USED_AT_MOST_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(name: str, *, scopes: Iterable[str], by: Any, expires_on: date | None = None) -> tuple[ApiToken, str]:
    """A new token and its secret, which nobody can be shown again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name, digest=_digest(secret), scopes=sorted(scopes), made_at=clock.now(), made_by=by, expires_on=expires_on
    )
    note("api_token_made", about=f"api_token:{token.pk}", by=by, name=name, scopes=", ".join(token.scopes))
    return token, secret


@transaction.atomic
def revoke(token: ApiToken, *, by: Any) -> None:
    """From this moment on it opens nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now()):
        note("api_token_revoked", about=f"api_token:{token.pk}", by=by, name=token.name)


def token_of(secret: str, scope: str) -> ApiToken | None:
    """The token that this secret is of, when it holds today and may do this. One statement, two once a minute."""
    token = ApiToken.objects.filter(digest=_digest(secret), revoked_at=None).first()
    if token is None or scope not in token.scopes or (token.expires_on and token.expires_on < clock.today()):
        return None
    moment = clock.now()
    if token.last_used_at is None or moment - token.last_used_at > USED_AT_MOST_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=moment)
    return token


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
