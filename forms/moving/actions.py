"""What happens to accounts of the old portal: the list is taken over, a letter leads to a password, the account moves."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from forms.moving.models import OldAccount
from forms.moving.queries import waiting_for
from forms.moving.reader import Line, read
from forms.registration.linking import EmailTaken, conclude, new_user
from forms.registration.models import Application
from forms.registration.rules import OLD_PORTAL
from portal import clock
from portal.accounts.actions import write_password_link
from portal.accounts.models import TermsVersion, User
from portal.accounts.policies import canonical
from portal.accounts.queries import find_by_email
from portal.accounts.rules import OldPortalRules
from portal.customers.models import Customer
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.notifications.models import Delivery
from portal.utility.rulebook import rules

LASTS = timedelta(hours=24)
LETTERS_A_DAY = 5  # to one account: who presses on and on may be somebody else
BATCH = 1000
State = OldAccount.State
_signer = Signer(salt="moving", sep=".")


class LinkOver(Exception):
    """This link was used already, its time is over, or a part of it is missing."""

    def __str__(self) -> str:
        return self.__doc__ or ""


# Taking the list over


@dataclass
class Taken:
    """What taking a list over did, or would do."""

    added: int = 0
    changed: int = 0
    same: int = 0
    without_customer: int = 0
    faults: list[str] = field(default_factory=list)


def take_over(content: bytes, *, dry_run: bool = False, progress: Callable[[int], None] | None = None) -> Taken:
    """Write the accounts of a list down, by their login; who has moved stays as it is. Raises NotAList."""
    found = read(content)
    taken = Taken(faults=found.faults)
    for start in range(0, len(found.lines), BATCH):
        batch = found.lines[start : start + BATCH]
        with transaction.atomic():
            _take(batch, taken)
            if dry_run:
                transaction.set_rollback(True)
        if progress:
            progress(len(batch))
    if not dry_run and (taken.added or taken.changed):
        note("old_accounts_taken", about="old_portal", by="command", added=taken.added, changed=taken.changed)
    return taken


def _take(lines: list[Line], taken: Taken) -> None:
    numbers = {line.number for line in lines if line.number}
    customers = {customer.number: customer for customer in Customer.objects.filter(number__in=numbers)}
    logins = [canonical(line.login) for line in lines]
    held = {old.login_folded: old for old in OldAccount.objects.filter(login_folded__in=logins)}
    new, changed = [], []
    for line in lines:
        customer = customers.get(line.number)
        taken.without_customer += customer is None
        old = held.get(canonical(line.login))
        facts = (line.email, line.number, customer.pk if customer else None)
        if old is None:
            new.append(_new(line, customer))
        elif old.state == State.WAITING and (old.email, old.customer_number, old.customer_id) != facts:
            old.email, old.customer_number, old.customer_id = facts
            changed.append(old)
        else:
            taken.same += 1
    OldAccount.objects.bulk_create(new)
    OldAccount.objects.bulk_update(changed, ["email", "customer_number", "customer"])
    taken.added += len(new)
    taken.changed += len(changed)


def _new(line: Line, customer: Customer | None) -> OldAccount:
    return OldAccount(
        login=line.login,
        login_folded=canonical(line.login),
        email=line.email,
        customer_number=line.number,
        customer=customer,
        imported_at=clock.now(),
    )


# The way over


def answer(typed: str, language: str) -> bool:
    """Asked for a new password: is it an old account's, a letter leads on. Says whether one was written."""
    old = waiting_for(typed) if rules(OldPortalRules).is_known else None
    if old is None:
        return False
    held = find_by_email(old.email)
    if held is not None:
        return write_password_link(held)
    if _was_written_to_enough(old):
        return False
    old.letters, old.link_expires_at = old.letters + 1, clock.now() + LASTS
    old.save(update_fields=["letters", "link_expires_at"])
    link = absolute(reverse("moving:move", args=[token_of(old)]))
    about = f"old_account:{old.public_id}:{old.letters}"
    send("old_account_link", to=old.email, about=about, language=language, link=link)
    note("old_account_asked", about=f"old_account:{old.public_id}", by="sign-in page")
    return True


def _was_written_to_enough(old: OldAccount) -> bool:
    """Whether the letter so many letters ago is of this very day; the last one of them still works."""
    about = f"old_account:{old.public_id}:{old.letters - LETTERS_A_DAY + 1}"
    since = clock.now() - timedelta(days=1)
    return Delivery.objects.filter(message="old_account_link", about=about, queued_at__gte=since).exists()


def token_of(old: OldAccount) -> str:
    return _signer.sign(f"{old.public_id.hex}-{old.letters}")


def found_by(token: str) -> OldAccount:
    """Whose letter this link stands in, while it works. Raises LinkOver."""
    try:
        key, _dash, letter = _signer.unsign(token).partition("-")
        old = OldAccount.objects.select_related("customer").filter(public_id=UUID(key)).first()
    except (BadSignature, ValueError):
        raise LinkOver from None
    if old is None or old.state != State.WAITING or str(old.letters) != letter:
        raise LinkOver
    if old.link_expires_at is None or old.link_expires_at <= clock.now() or find_by_email(old.email) is not None:
        raise LinkOver
    return old


@transaction.atomic
def move(old: OldAccount, *, password: str, terms: TermsVersion | None, language: str) -> User:
    """The person chose a password (hashed already): an account of this portal, linked as the rules allow.

    What the rules keep from linking itself goes to a clerk, as with every registration. Other old accounts of the same
    e-mail come along. Raises LinkOver.
    """
    # Only itself is locked: PostgreSQL locks no row that may be missing, and a customer may be.
    waiting = OldAccount.objects.select_for_update(of=("self",)).filter(email=old.email, state=State.WAITING)
    # The account of the link first: where an e-mail owns one customer, it is this one.
    together = sorted(waiting.select_related("customer"), key=lambda one: one.pk != old.pk)
    if not together or together[0].pk != old.pk:
        raise LinkOver
    user: User | None = None
    for one in together:
        application = _application(one, password=password, terms=terms, language=language, user=user)
        if user is None:
            try:
                user = new_user(application)
            except EmailTaken:
                raise LinkOver from None
        conclude(application)
        one.state, one.moved_at, one.application = State.MOVED, clock.now(), application
        one.save(update_fields=["state", "moved_at", "application"])
        note("old_account_moved", about=f"old_account:{one.public_id}", by=user)
    assert user is not None  # noqa: S101 - there is at least the account of the link
    return user


def _application(
    old: OldAccount, *, password: str, terms: TermsVersion | None, language: str, user: User | None
) -> Application:
    return Application.objects.create(
        mode=OLD_PORTAL,
        email=old.email,
        password="" if user else password,
        language=language,
        proven_customer=old.customer,
        terms=terms,
        submission=uuid.uuid4(),
        user=user,
        captcha_passed=True,
        given={"customer_number": old.customer_number} if old.customer_number else {},
        created_at=clock.now(),
        confirmed_at=clock.now(),
    )
