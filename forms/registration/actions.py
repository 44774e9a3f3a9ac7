"""What happens to an application: it is sent, released by a clerk, confirmed, linked or left to a clerk."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from forms.registration.models import Application
from forms.registration.policies import Link, ToClerk, linking, masked
from forms.registration.queries import facts_of, owner_of, was_written_to_enough
from forms.registration.rules import RegistrationRules
from portal import clock
from portal.accounts.actions import IdentifierTaken, accept, give_identifier
from portal.accounts.models import SignInIdentifier, User
from portal.accounts.queries import find_by_email
from portal.accounts.rules import SignInRules
from portal.customers.actions import HasOwner, grant_access
from portal.customers.models import Customer, Delegation
from portal.desk.actions import open_task
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.outbox.actions import tell
from portal.utility.rulebook import rules

State, Reason = Application.State, Application.Reason
_signer = Signer(salt="registration", sep=".")


class LinkAltered(Exception):
    """This link is not one of ours, or a part of it is missing."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class LinkExpired(Exception):
    """This link has stopped working. Register once more."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True)
class Asked:
    """What the wizard collected. The password is hashed already."""

    submission: UUID
    way: str
    email: str
    password: str
    customer_id: int
    invoice_number: str = ""
    phone: str = ""
    language: str = "pl"
    terms_id: int | None = None
    is_person: bool = False


# Sending


@transaction.atomic
def submit(asked: Asked) -> Application:
    """Write an application down, once for each submission, and answer it by mail.

    A taken e-mail changes nothing that the sender sees; its owner is told by mail. Without the check that a person
    filled the form in no mail goes out at all: a clerk looks first.
    """
    application, is_new = Application.objects.get_or_create(
        submission=asked.submission,
        defaults={
            "mode": asked.way,
            "email": asked.email,
            "phone": asked.phone,
            "password": asked.password,
            "language": asked.language,
            "proven_customer_id": asked.customer_id,
            "invoice_number": asked.invoice_number,
            "terms_id": asked.terms_id,
            "captcha_passed": asked.is_person,
            "created_at": clock.now(),
        },
    )
    if not is_new:
        return application
    note("application_sent", about=_about(application), by="applicant", way=asked.way, is_person=asked.is_person)
    if rules(RegistrationRules).is_captcha_on and not asked.is_person:
        _leave_to_clerk(application, Reason.NO_CAPTCHA)
    else:
        _answer(application)
    return application


@transaction.atomic
def release(application: Application, *, by: User) -> None:
    """A clerk finds that a person sent it: the link goes out."""
    application.state, application.reason, application.decided_at = State.UNCONFIRMED, "", clock.now()
    application.save(update_fields=["state", "reason", "decided_at"])
    note("application_released", about=_about(application), by=by)
    _answer(application)


def _answer(application: Application) -> None:
    held = find_by_email(application.email)
    if held is not None:
        _refuse_taken(application, held)
        return
    hours = rules(RegistrationRules).link_hours
    application.link_expires_at = clock.now() + timedelta(hours=hours)
    application.save(update_fields=["link_expires_at"])
    if was_written_to_enough(application.email):
        return
    link = absolute(reverse("registration_confirm", args=[token_of(application)]))
    _write("registration_confirm", application, to=application.email, link=link, hours=str(hours))


def token_of(application: Application) -> str:
    return _signer.sign(application.public_id.hex)


def _refuse_taken(application: Application, held: User) -> None:
    application.state, application.reason, application.password = State.REFUSED, Reason.TAKEN_EMAIL, ""
    application.save(update_fields=["state", "reason", "password"])
    if not was_written_to_enough(application.email):
        reset = absolute(reverse("account_reset_password"))
        _write("registration_taken", application, to=held.email or "", reset=reset)


# Confirming


def confirm(token: str) -> Application:
    """Act on the link of the mail; pressed again it changes nothing. Raises LinkAltered or LinkExpired."""
    try:
        key = UUID(_signer.unsign(token))
    except (BadSignature, ValueError):
        raise LinkAltered from None
    with transaction.atomic():
        application = Application.objects.select_for_update().filter(public_id=key).first()
        if application is None:
            raise LinkAltered
        is_waiting = application.state == State.UNCONFIRMED
        if is_waiting and not _has_expired(application):
            _confirm(application)
            return application
        if is_waiting:
            _expire(application)
    if application.state == State.EXPIRED:
        raise LinkExpired
    return application


def _has_expired(application: Application) -> bool:
    return application.link_expires_at is None or application.link_expires_at <= clock.now()


def _expire(application: Application) -> None:
    application.state, application.password = State.EXPIRED, ""
    application.save(update_fields=["state", "password"])


@transaction.atomic
def expire_links() -> int:
    """Close the applications whose link nobody pressed in time; their passwords are forgotten."""
    late = Application.objects.filter(state=State.UNCONFIRMED, link_expires_at__lte=clock.now())
    return late.update(state=State.EXPIRED, password="")


def _confirm(application: Application) -> None:
    application.confirmed_at = clock.now()
    user = _new_user(application)
    if user is None:
        application.save(update_fields=["confirmed_at"])
        held = find_by_email(application.email)
        if held is not None:
            _refuse_taken(application, held)
        return
    application.user, application.password = user, ""
    application.save(update_fields=["confirmed_at", "user", "password"])
    note("email_confirmed", about=_about(application), by=user)
    if application.terms is not None:
        accept(user, application.terms, channel="registration")
    _link(application, user)


def _new_user(application: Application) -> User | None:
    """The person, who from now on may sign in; None when the e-mail was taken meanwhile."""
    user = User(
        email=application.email,
        phone=application.phone,
        language=application.language,
        password=application.password,
        email_confirmed_at=application.confirmed_at,
    )
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        return None
    if "email" in rules(RegistrationRules).gives_identifiers:
        give_identifier(user, SignInIdentifier.Kind.EMAIL, application.email)
    return user


# Linking


def _link(application: Application, user: User) -> None:
    customer = application.proven_customer
    if customer is None:
        return
    verdict = linking(facts_of(customer), rules(RegistrationRules))
    if isinstance(verdict, Link):
        try:
            grant_access(user=user, customer=customer, role=Delegation.Role.OWNER, ground="registration", by=user)
        except HasOwner:  # somebody else's link was pressed in this very moment
            verdict = ToClerk(Reason.HAS_OWNER)
    if isinstance(verdict, ToClerk):
        _leave_to_clerk(application, verdict.reason)
        _tell_that_access_was_asked_for(application, customer)
        days = str(rules(RegistrationRules).decision_working_days)
        _write("registration_waiting", application, to=application.email, user=user, days=days)
        return
    _open(application, user, customer)


def _open(application: Application, user: User, customer: Customer) -> None:
    number = _give_number(user, customer)
    application.state, application.decided_at = State.ACTIVE, clock.now()
    application.save(update_fields=["state", "decided_at"])
    note("account_opened", about=_about(application), by=user, customer=customer.public_id)
    tell("account_opened", about=_about(application), customer=customer.external_id, email=application.email)
    words = rules(SignInRules)
    _write(
        "registration_done",
        application,
        to=application.email,
        user=user,
        user_number=number or application.email,
        email=application.email,
        label=words.label,
        hint=words.hint if number else "",
    )
    if customer.email.lower() != application.email:
        _write(
            "contact_told", application, to=customer.email, number=customer.number, applicant=masked(application.email)
        )


def _give_number(user: User, customer: Customer) -> str:
    """The customer number signs in its first owner only."""
    if "customer_number" not in rules(RegistrationRules).gives_identifiers:
        return ""
    try:
        give_identifier(user, SignInIdentifier.Kind.CUSTOMER_NUMBER, customer.number)
    except IdentifierTaken:
        return ""
    return customer.number


def _tell_that_access_was_asked_for(application: Application, customer: Customer) -> None:
    owner = owner_of(customer)
    known = {customer.email.lower(), (owner.user.email or "").lower() if owner else ""} - {"", application.email}
    for address in sorted(known):
        _write(
            "registration_owner_told",
            application,
            to=address,
            number=customer.number,
            applicant=masked(application.email),
        )


def _leave_to_clerk(application: Application, reason: str) -> None:
    application.state, application.reason = State.TO_DECIDE, reason
    application.save(update_fields=["state", "reason"])
    customer = application.proven_customer
    with translation.override(settings.LANGUAGE_CODE):
        open_task(
            "application",
            about=_about(application),
            title=_("Registration to decide: %(email)s") % {"email": application.email},
            body=str(application.get_reason_display()),
            customer=customer.public_id if customer else None,
        )


def _about(application: Application) -> str:
    return f"application:{application.public_id}"


def _write(code: str, application: Application, *, to: str, user: Any = None, **values: str) -> None:
    customer = application.proven_customer
    send(
        code,
        to=to,
        about=_about(application),
        user=user,
        customer=customer.public_id if customer else None,
        language=application.language,
        **values,
    )
