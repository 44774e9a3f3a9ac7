"""What happens to people's accounts."""

import hashlib
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from portal import clock
from portal.accounts.models import Acceptance, SignInIdentifier, TermsVersion, User
from portal.accounts.policies import canonical
from portal.journal.actions import note
from portal.notifications.actions import send


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


def publish_terms(
    *, kind: str, language: str, version: str, effective_from: date, title: str, text: str, pdf: bytes = b""
) -> TermsVersion:
    """Keep a version of a text for ever. A version that people accepted is never changed: publish a new one."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    terms = TermsVersion.objects.filter(kind=kind, language=language, version=version).first()
    if terms is not None and (terms.text_sha256 == digest or terms.acceptances.exists()):
        return terms
    terms = terms or TermsVersion(kind=kind, language=language, version=version)
    terms.effective_from = effective_from
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
    """Not accepted today: the account goes on, and the question comes back at the next sign-in."""
    note("terms_put_off", about=f"user:{user.public_id}", by=user, version=terms.version, kind=terms.kind)


def record_sign_in(user: User, **facts: Any) -> None:
    note("signed_in", about=f"user:{user.public_id}", by=user, **facts)


@transaction.atomic
def change_password(user: User, password: str) -> None:
    """A new password, chosen by its owner: whoever was made to change it has done so, and is told."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    line = note("password_changed", about=f"user:{user.public_id}", by=user)
    send("password_changed", to=user.email or "", about=f"audit:{line.pk}", user=user, language=user.language)


@transaction.atomic
def send_password_reset(user: User, *, link: str, key: str) -> None:
    """The letter with the link that sets a new password; `key` is the link's own secret, kept here only as a digest."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    about = f"user:{user.public_id}:{digest}"
    send("password_reset", to=user.email or "", about=about, user=user, language=user.language, link=link)
    note("password_reset_asked", about=f"user:{user.public_id}", by="sign-in page")
