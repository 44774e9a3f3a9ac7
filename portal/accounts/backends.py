"""Signing in with whatever the utility's rules allow: e-mail, customer number, an issued identifier."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from portal import clock
from portal.accounts.models import User
from portal.accounts.queries import find_by_identifier


class SignInIdentifierBackend(AuthenticationBackend):
    """Allauth's permissions, our look-up. A wrong identifier costs as much time as a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not username or not password:
            return None
        user = find_by_identifier(username)
        if user is None:
            User().set_password(password)  # one hash, as for a wrong password
            return None
        if user.check_password(password) and self.user_can_authenticate(user) and not _has_run_out(user):
            return user
        return None


def _has_run_out(user: User) -> bool:
    """A password from a letter that nobody used in time opens nothing: letters get lost."""
    return user.password_valid_until is not None and user.password_valid_until <= clock.now()
