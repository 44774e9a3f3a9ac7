"""Signing in with whatever the utility's rules allow: e-mail, customer number, an issued identifier."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from portal.accounts.actions import canonical
from portal.accounts.models import SignInIdentifier, User
from portal.accounts.rules import SignInRules
from portal.utility.rulebook import rules


class SignInIdentifierBackend(AuthenticationBackend):
    """Allauth's permissions, our look-up. A wrong identifier costs as much time as a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not username or password is None:
            return None
        found = (
            SignInIdentifier.objects.filter(value=canonical(username), kind__in=rules(SignInRules).identifiers)
            .select_related("user")
            .first()
        )
        if found is None and "@" in username:  # staff sign in with their e-mail whatever customers use
            user = User.objects.filter(email__iexact=username.strip(), is_staff=True).first()
        else:
            user = found.user if found else None
        if user is None:
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
