"""What happens to people's accounts."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse

from portal import clock, jobs
from portal.accounts.models import Acceptance, PasswordAsked, SignInIdentifier, TermsVersion, User
from portal.accounts.policies import GENERATED, canonical
from portal.accounts.queries import find_by_email, password_key
from portal.accounts.rules import SignInRules
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.notifications.models import Delivery
from portal.utility.rulebook import rules

_also_answered_by: list[Callable[[str, str], bool]] = []
A_WHILE, LETTERS_IN_A_WHILE = timedelta(hours=1), 5
OF_A_GENERATED = ("must_change_password", "password_valid_until", "password_change_by")


class IdentifierTaken(Exception):
    """This identifier signs somebody else in already."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def give_identifier(user: User, kind: str, value: str) -> SignInIdentifier:
    """Let a person sign in with this value. Raises IdentifierTaken; giving it twice changes nothing."""
    found, _ = SignInIdentifier.objects.get_or_create(value=canonical(value), defaults={"user": user, "kind": kind})
    if found.user_id != user.pk:
        raise IdentifierTaken
    return found


def take_identifier(user: User, kind: str, value: str) -> None:
    """From now on this value signs the person in no more."""
    SignInIdentifier.objects.filter(user=user, kind=kind, value=canonical(value)).delete()


@transaction.atomic
def issue_password(user: User, *, by: Any) -> str:
    """A password made by us, in words for a letter: the only moment at which anybody may read it.

    It must be used within the days that the rules give, and changed as soon as they say.
    """
    made = "-".join("".join(secrets.choice(GENERATED) for _ in range(4)) for _ in range(4))
    in_force = rules(SignInRules)
    user.set_password(made)
    user.must_change_password = in_force.generated_change_after_days == 0
    user.password_valid_until = clock.now() + timedelta(days=in_force.generated_password_days)
    user.password_change_by = None
    user.save(update_fields=["password", *OF_A_GENERATED])
    note("password_issued", about=f"user:{user.public_id}", by=by)
    return made


def publish_terms(
    *,
    kind: str,
    language: str,
    version: str,
    effective_from: date,
    title: str,
    text: str,
    pdf: bytes = b"",
    needs_acceptance: bool = True,
) -> TermsVersion:
    """Keep a version of a text for ever. A version that people accepted is never changed: publish a new one."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    terms = TermsVersion.objects.filter(kind=kind, language=language, version=version).first()
    if terms is not None and (terms.text_sha256 == digest or terms.acceptances.exists()):
        return terms
    terms = terms or TermsVersion(kind=kind, language=language, version=version)
    terms.effective_from, terms.needs_acceptance = effective_from, needs_acceptance
    terms.title, terms.text, terms.text_sha256 = title, text, digest
    if pdf:
        terms.pdf_bytes = len(pdf)
        terms.pdf.save(f"{kind}-{version}-{language}.pdf", ContentFile(pdf), save=False)
    terms.save()
    return terms


@transaction.atomic
def accept(user: User, terms: TermsVersion, *, channel: str = "portal") -> Acceptance:
    acceptance, is_new = Acceptance.objects.get_or_create(
        user=user, terms=terms, defaults={"accepted_at": clock.now(), "channel": channel}
    )
    if is_new:
        note("terms_accepted", about=f"user:{user.public_id}", by=user, version=terms.version, kind=terms.kind)
    return acceptance


def put_off_terms(user: User, terms: TermsVersion) -> None:
    """Not accepted today: what `terms_gate` leaves open goes on, and the question comes back at the next sign-in."""
    note("terms_put_off", about=f"user:{user.public_id}", by=user, version=terms.version, kind=terms.kind)


@transaction.atomic
def record_sign_in(user: User, **facts: Any) -> None:
    """The line of it; a generated password that is used for the first time no longer runs out, and must be changed in time."""
    if user.password_valid_until is not None:
        days = rules(SignInRules).generated_change_after_days
        user.password_valid_until = None
        user.password_change_by = None if user.must_change_password else clock.today() + timedelta(days=days)
        user.save(update_fields=["password_valid_until", "password_change_by"])
    note("signed_in", about=f"user:{user.public_id}", by=user, **facts)


@transaction.atomic
def change_password(user: User, password: str) -> None:
    """A new password, chosen by its owner: whoever was made to change it has done so, and is told."""
    user.set_password(password)
    user.must_change_password, user.password_valid_until, user.password_change_by = False, None, None
    user.save(update_fields=["password", *OF_A_GENERATED])
    line = note("password_changed", about=f"user:{user.public_id}", by=user)
    send("password_changed", to=user.email or "", about=f"audit:{line.pk}", user=user, language=user.language)


@transaction.atomic
def ask_for_password(typed: str, *, language: str) -> None:
    """Write down what was typed and leave the rest to a job, so that the time of the answer tells nothing of anybody."""
    asked = PasswordAsked.objects.create(typed=canonical(typed)[:254], language=language, asked_at=clock.now())
    jobs.later("portal.accounts.tasks.answer_password_asked", asked.pk)


@transaction.atomic
def answer_password_asked(asked: PasswordAsked) -> None:
    """A letter to whoever has the account; else to whom a room above knows; else to nobody."""
    user = find_by_email(asked.typed)
    if user is not None:
        write_password_link(user)
    else:
        any(answer(asked.typed, asked.language) for answer in _also_answered_by)
    asked.delete()


def also_answered_by(answer: Callable[[str, str], bool]) -> None:
    """Where nobody with this e-mail has an account: a room above may know whom it is; filled in its apps.py."""
    _also_answered_by.append(answer)


@transaction.atomic
def write_password_link(user: User) -> bool:
    """The letter with the link that sets a new password; the link's own secret is kept here only as a digest.

    To the address we know, not to the one typed: the two may only look alike. False where the account is closed, and
    where so many were written within the hour that somebody must be flooding a stranger's mail box.
    """
    lately = Delivery.objects.filter(user=user, message="password_reset", queued_at__gte=clock.now() - A_WHILE)
    if not user.is_active or lately.count() >= LETTERS_IN_A_WHILE:
        return False
    key = password_key(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    link = absolute(path.replace("UID-KEY", key))
    about = f"user:{user.public_id}:{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    send("password_reset", to=user.email or "", about=about, user=user, language=user.language, link=link)
    note("password_reset_asked", about=f"user:{user.public_id}", by="sign-in page")
    return True
