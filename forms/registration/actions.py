"""What happens to an application: it is sent, released by a clerk, confirmed, and closed when nothing more comes."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature
from django.db import transaction

from forms.registration import letters
from forms.registration.letters import token_of
from forms.registration.linking import EmailTaken, accept_all, conclude, form_deadline, leave_to_clerk, new_user
from forms.registration.models import Application
from forms.registration.rules import RegistrationRules
from forms.registration.steps import makes_password
from forms.registration.verification import way_named
from forms.registration.verification.base import Leads
from portal import clock
from portal.accounts.models import User
from portal.accounts.policies import GENERATED
from portal.accounts.queries import find_by_email
from portal.accounts.rules import SignInRules
from portal.journal.actions import note
from portal.utility.rulebook import rules

__all__ = ["Asked", "LinkAltered", "LinkExpired", "confirm", "expire_links", "release", "submit", "token_of"]

State, Reason = Application.State, Application.Reason


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
    """What the wizard collected. The password is hashed already; it is empty where we make one."""

    submission: UUID
    way: str
    email: str
    password: str = ""
    customer_id: int | None = None
    invoice_number: str = ""
    phone: str = ""
    language: str = "pl"
    terms_id: int | None = None
    is_person: bool = False
    given: dict[str, str] = field(default_factory=dict)
    consents: tuple[int, ...] = ()
    wants_e_invoice: bool = False


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
            "given": asked.given,
            "wants_e_invoice": asked.wants_e_invoice,
            "created_at": clock.now(),
        },
    )
    if not is_new:
        return application
    application.consents.set(asked.consents)
    note("application_sent", about=letters.about(application), by="applicant", way=asked.way, is_person=asked.is_person)
    if rules(RegistrationRules).is_captcha_on and not asked.is_person:
        leave_to_clerk(application, Reason.NO_CAPTCHA)
    else:
        _answer(application)
    return application


@transaction.atomic
def release(application: Application, *, by: User) -> None:
    """A clerk finds that a person sent it: it goes on as if the check had been there."""
    application.state, application.reason, application.decided_at = State.UNCONFIRMED, "", clock.now()
    application.save(update_fields=["state", "reason", "decided_at"])
    note("application_released", about=letters.about(application), by=by)
    letters.close_desk_task(application)
    _answer(application)


def _answer(application: Application) -> None:
    held = find_by_email(application.email)
    if held is not None and not _may_own_another(held):
        refuse_taken(application, held)
        return
    in_force, way = rules(RegistrationRules), way_named(application.mode)
    if held is None and makes_password(way, in_force):
        conclude(application)
        return
    application.link_expires_at = clock.now() + timedelta(hours=in_force.link_hours)
    if way.leads is Leads.TO_FORM:
        application.form_code, application.form_expires_at = new_form_code(), form_deadline()
    application.save(update_fields=["link_expires_at", "form_code", "form_expires_at"])
    letters.ask_to_confirm(application, is_known=held is not None)


def _may_own_another(held: User) -> bool:
    return held.is_active and not held.is_staff and rules(SignInRules).customers_per_email == "many"


def new_form_code() -> str:
    """What stands on the paper beside the code to scan, short enough to be typed: “A-7FK3-92QD”."""
    signs = "".join(secrets.choice(GENERATED) for _ in range(8)).upper()
    return f"A-{signs[:4]}-{signs[4:]}"


def refuse_taken(application: Application, held: User) -> None:
    application.state, application.reason, application.password = State.REFUSED, Reason.TAKEN_EMAIL, ""
    application.save(update_fields=["state", "reason", "password"])
    letters.say_taken(application, held)


# Confirming


def found_by(token: str) -> Application:
    """Whose link this is. Raises LinkAltered or LinkExpired; changes nothing."""
    application = Application.objects.filter(public_id=_key(token)).first()
    if application is None:
        raise LinkAltered
    if application.state == State.EXPIRED or (application.state == State.UNCONFIRMED and _has_expired(application)):
        raise LinkExpired
    return application


def confirm(token: str) -> Application:
    """Act on the link of the mail; pressed again it changes nothing. Raises LinkAltered or LinkExpired."""
    key = _key(token)
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


def _key(token: str) -> UUID:
    try:
        return UUID(letters.key_of(token))
    except (BadSignature, ValueError):
        raise LinkAltered from None


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
    application.save(update_fields=["confirmed_at"])
    held = find_by_email(application.email)
    if held is not None and not _may_own_another(held):
        refuse_taken(application, held)
        return
    if held is not None:
        application.user, application.password = held, ""
        application.save(update_fields=["user", "password"])
        accept_all(application, held)
    else:
        try:
            new_user(application)
        except EmailTaken:  # taken in this very moment
            refuse_taken(application, User.objects.get(email__iexact=application.email))
            return
    note("email_confirmed", about=letters.about(application), by=application.user)
    conclude(application)
