"""Closing an account: the person is forgotten, what they did and paid stays."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from portal import clock
from portal.accounts.models import Acceptance, EmailChange, SignInIdentifier, TermsVersion, User
from portal.journal.actions import note
from portal.notifications.actions import send

_ends: list[Callable[[User], None]] = []


class StaffStay(Exception):
    """An account of somebody who works here is closed by the administrator."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def when_closed(end: Callable[[User], None]) -> None:
    """A room above ends what is the person's there, in the same transaction; filled in its apps.py."""
    _ends.append(end)


@transaction.atomic
def close_account(user: User) -> None:
    """Nobody signs in with it again and nothing names the person; rights end. Raises StaffStay.

    The letter that says so goes to the address of before, and is the last one.
    """
    if user.is_staff:
        raise StaffStay
    about = f"user:{user.public_id}"
    send("account_closed", to=user.email or "", about=about, language=user.language)
    for end in _ends:
        end(user)
    Acceptance.objects.filter(user=user, withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
    SignInIdentifier.objects.filter(user=user).delete()
    EmailChange.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    user.email, user.email_confirmed_at = None, None
    user.first_name = user.last_name = user.phone = ""
    user.is_active, user.closed_at = False, clock.now()
    user.set_unusable_password()
    user.save()
    note("account_closed", about=about, by="its owner")


@transaction.atomic
def withdraw(acceptance: Acceptance, *, by: Any) -> None:
    """A consent is taken back. Terms are no consent: without them there is no account, see `close_account`."""
    if acceptance.terms.kind == TermsVersion.Kind.TERMS:
        raise ValueError(acceptance.terms.kind)
    if Acceptance.objects.filter(pk=acceptance.pk, withdrawn_at__isnull=True).update(withdrawn_at=clock.now()):
        note("consent_withdrawn", about=f"user:{acceptance.user.public_id}", by=by, kind=acceptance.terms.kind)
