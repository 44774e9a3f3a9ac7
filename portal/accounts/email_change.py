"""Changing a person's e-mail: nothing changes until both the new address and the old one have said yes."""

from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.accounts.models import EmailChange, SignInIdentifier, User
from portal.accounts.policies import canonical
from portal.accounts.queries import find_by_email
from portal.journal.actions import note
from portal.notifications.actions import absolute, send

LASTS = timedelta(hours=48)
A_DAY = 5
OLD, NEW = "old", "new"
OF_EMAIL = (SignInIdentifier.Kind.EMAIL, SignInIdentifier.Kind.APPOINTED)
_signer = Signer(salt="accounts.email", sep=".")


class LinkOver(Exception):
    """This link has stopped working. Ask for the change once more."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class TooManyQuestions(Exception):
    """You have asked for another e-mail many times today. Go on tomorrow, or call us."""

    def __str__(self) -> str:
        return _("You have asked for another e-mail many times today. Go on tomorrow, or call us.")


@transaction.atomic
def ask_for(user: User, email: str) -> EmailChange:
    """Write to both addresses. An earlier question that waits is given up. A taken address gets no letter, and the page says the same.

    Raises TooManyQuestions: strangers' mail boxes are not to be flooded, nor addresses tried out.
    """
    if EmailChange.objects.filter(user=user, asked_at__gte=clock.now() - timedelta(days=1)).count() >= A_DAY:
        raise TooManyQuestions
    EmailChange.objects.filter(user=user, done_at__isnull=True, given_up_at__isnull=True).update(
        given_up_at=clock.now()
    )
    change = EmailChange.objects.create(
        user=user,
        email=canonical(email),
        old_email=user.email or "",
        asked_at=clock.now(),
        expires_at=clock.now() + LASTS,
        old_said_yes_at=None if user.email else clock.now(),
    )
    note("email_change_asked", about=f"user:{user.public_id}", by=user)
    about = f"email_change:{change.public_id}"
    if user.email:
        send(
            "email_change_old",
            to=user.email,
            about=about,
            user=user,
            language=user.language,
            link=_link(change, OLD),
            new=_masked(change.email),
        )
    if find_by_email(change.email) is None:
        send(
            "email_change_new", to=change.email, about=about, user=user, language=user.language, link=_link(change, NEW)
        )
    return change


def _link(change: EmailChange, side: str) -> str:
    return absolute(reverse("account_email_confirm", args=[_signer.sign(f"{change.public_id.hex}-{side}")]))


def _masked(email: str) -> str:
    name, _at, host = email.partition("@")
    return f"{name[:1]}…@{host}"


def change_of(token: str) -> tuple[EmailChange, str]:
    """The change that a letter's address is about, and whose letter it is. Raises LinkOver."""
    try:
        key, _dash, side = _signer.unsign(token).partition("-")
        change = EmailChange.objects.select_related("user").filter(public_id=UUID(key)).first()
    except (BadSignature, ValueError):
        raise LinkOver from None
    if change is None or change.given_up_at or (change.done_at is None and change.expires_at <= clock.now()):
        raise LinkOver
    return change, side


@transaction.atomic
def say_yes(change: EmailChange, side: str) -> EmailChange:
    """One side agrees; with both the e-mail is another. Pressed again it changes nothing. Raises LinkOver when it was taken meanwhile."""
    change = EmailChange.objects.select_for_update().select_related("user").get(pk=change.pk)
    if change.done_at:
        return change
    if side == OLD:
        change.old_said_yes_at = change.old_said_yes_at or clock.now()
    else:
        change.new_said_yes_at = change.new_said_yes_at or clock.now()
    if change.old_said_yes_at and change.new_said_yes_at:
        _carry_out(change)
    change.save()
    return change


def _carry_out(change: EmailChange) -> None:
    user = change.user
    user.email, user.email_confirmed_at = change.email, clock.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_confirmed_at"])
            SignInIdentifier.objects.filter(user=user, kind__in=OF_EMAIL).update(value=change.email)
    except IntegrityError:
        raise LinkOver from None
    change.done_at = clock.now()
    note("email_changed", about=f"user:{user.public_id}", by=user)
    for address in filter(None, (change.old_email, change.email)):
        send("email_changed", to=address, about=f"email_change:{change.public_id}", user=user, language=user.language)


@transaction.atomic
def give_up(user: User) -> None:
    """The question is taken back."""
    waiting = EmailChange.objects.filter(user=user, done_at__isnull=True, given_up_at__isnull=True)
    if waiting.update(given_up_at=clock.now()):
        note("email_change_given_up", about=f"user:{user.public_id}", by=user)
