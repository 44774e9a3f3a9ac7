"""What clerks do with an application: link it, ask for more, refuse it, undo a wrong link, register somebody at the desk."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.core.files.base import File
from django.core.signing import BadSignature
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms.registration import letters
from forms.registration.actions import LinkAltered
from forms.registration.linking import leave_to_clerk, new_user, open_account, take_back
from forms.registration.models import Application
from forms.registration.policies import Refused, linking_by_clerk
from forms.registration.queries import facts_of
from forms.registration.rules import IN_PERSON, RegistrationRules
from forms.registration.verification import way_named
from forms.registration.verification.base import Leads
from portal import clock
from portal.accounts.actions import issue_password
from portal.accounts.models import SignInIdentifier, User
from portal.accounts.policies import canonical
from portal.accounts.queries import find_by_email, terms_in_force
from portal.customers.actions import HasOwner, OwnsAnother
from portal.customers.models import Customer
from portal.journal.actions import note
from portal.retention.files import forget_file
from portal.utility.rulebook import rules

State, Reason = Application.State, Application.Reason
UNDECIDED = (State.TO_DECIDE, State.NEEDS_MORE, State.PROPOSED, State.AWAITS_FORM)


class NotToDecide(Exception):
    """This application is not waiting for a clerk any more: look at it again."""

    def __str__(self) -> str:
        return _("This application is not waiting for a clerk any more: look at it again.")


class MustBeReleased(Exception):
    """Nobody has confirmed the e-mail yet: let the application go on first, and the applicant will get a link."""

    def __str__(self) -> str:
        return _("Nobody has confirmed the e-mail yet: let the application go on first, and the applicant gets a link.")


class SameClerk(Exception):
    """You proposed this link yourself: another clerk confirms it."""

    def __str__(self) -> str:
        return _("You proposed this link yourself: another clerk confirms it.")


class CannotLink(Exception):
    """The rules do not let this customer be linked; the sentence says why."""

    sentences: ClassVar[dict[str, Any]] = {
        Reason.HAS_OWNER: gettext_lazy("This customer has an account already. Its owner may invite the applicant."),
        Reason.CLOSED: gettext_lazy("This customer is closed in the billing system."),
        Reason.NOT_ELIGIBLE: gettext_lazy(
            "Customers of this kind cannot have an account yet: the rules of registration say so."
        ),
        Reason.SERVICES: gettext_lazy(
            "This customer holds none of the services that the rules of registration ask for."
        ),
        Reason.NO_INVOICE: gettext_lazy(
            "This customer has received no invoice yet. Registration is possible after the first one."
        ),
        Reason.OWNS_ANOTHER: gettext_lazy("This e-mail owns another customer already, and the rules let it own one."),
        Reason.TAKEN_EMAIL: gettext_lazy(
            "There is an account with this e-mail already, and the rules let it own one customer."
        ),
    }

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.sentences[Reason(self.reason)])


# Deciding


@transaction.atomic
def accept(
    application: Application, customer: Customer, *, by: User, with_e_invoice: bool | None = None
) -> Application:
    """Link the application to a customer, or propose it where a second clerk confirms.

    Raises NotToDecide, MustBeReleased, SameClerk, CannotLink.
    """
    application = _locked(application)
    if application.state not in UNDECIDED:
        raise NotToDecide
    if application.user is None and application.password:
        raise MustBeReleased
    if with_e_invoice is not None and with_e_invoice != application.wants_e_invoice:
        application.wants_e_invoice = with_e_invoice
        application.save(update_fields=["wants_e_invoice"])
    verdict = linking_by_clerk(facts_of(customer), rules(RegistrationRules))
    if isinstance(verdict, Refused):
        raise CannotLink(verdict.reason)
    if rules(RegistrationRules).needs_second_clerk and not _is_confirmed_by_another(application, customer, by):
        _propose(application, customer, by=by)
        return application
    _open(application, customer, by=by)
    letters.close_desk_task(application)
    return application


def _is_confirmed_by_another(application: Application, customer: Customer, by: User) -> bool:
    if application.state != State.PROPOSED or application.customer_id != customer.pk:
        return False
    if application.proposed_by_id == by.pk:
        raise SameClerk
    return True


def _propose(application: Application, customer: Customer, *, by: User) -> None:
    application.state, application.customer, application.proposed_by = State.PROPOSED, customer, by
    application.save(update_fields=["state", "customer", "proposed_by"])
    note("link_proposed", about=letters.about(application), by=by, customer=customer.public_id)
    letters.open_desk_task(application, body=_("A second clerk confirms the link with %(who)s.") % {"who": customer})


def _open(application: Application, customer: Customer, *, by: User) -> None:
    try:
        with transaction.atomic():
            if application.user is None and application.email:
                held = find_by_email(application.email)
                if held is not None:
                    raise CannotLink(Reason.TAKEN_EMAIL)
            open_account(application, customer, by=by)
    except HasOwner:
        raise CannotLink(Reason.HAS_OWNER) from None
    except OwnsAnother:
        raise CannotLink(Reason.OWNS_ANOTHER) from None


@transaction.atomic
def refuse(application: Application, *, why: str, by: User) -> None:
    """Say no, with a reason that the applicant reads. A limited account stays what it was. Raises NotToDecide."""
    application = _locked(application)
    if application.state not in UNDECIDED:
        raise NotToDecide
    application.state, application.reason, application.decision = State.REFUSED, Reason.BY_CLERK, why
    application.decided_at, application.decided_by, application.password = clock.now(), by, ""
    application.customer = None
    application.save(update_fields=["state", "reason", "decision", "decided_at", "decided_by", "password", "customer"])
    note("application_refused", about=letters.about(application), by=by, why=why)
    letters.write("registration_refused", application, to=application.email, user=application.user, why=why)
    letters.close_desk_task(application)


@transaction.atomic
def ask_for_more(application: Application, *, question: str, by: User) -> None:
    """Ask the applicant something; the matter waits for the answer. Raises NotToDecide."""
    application = _locked(application)
    if application.state not in UNDECIDED:
        raise NotToDecide
    if application.state != State.AWAITS_FORM:
        application.state = State.NEEDS_MORE
    application.question, application.answer = question, ""
    application.save(update_fields=["state", "question", "answer"])
    note("application_asked", about=letters.about(application), by=by, question=question)
    letters.say_question(application, again=f":{clock.now():%Y%m%d%H%M%S}")
    letters.close_desk_task(application)


def asked_by(token: str) -> Application:
    """Which application's question a link leads to. Raises LinkAltered."""
    try:
        key = UUID(letters.key_of_answer(token))
    except (BadSignature, ValueError):
        raise LinkAltered from None
    application = Application.objects.filter(public_id=key).first()
    if application is None:
        raise LinkAltered
    return application


@transaction.atomic
def answer(application: Application, *, text: str) -> None:
    """What the applicant says to our question: it is with a clerk again, with a clock of its own. Raises NotToDecide."""
    application = _locked(application)
    if not application.is_asked:
        raise NotToDecide
    application.answer = text
    application.save(update_fields=["answer"])
    note("application_answered", about=letters.about(application), by=application.user or "applicant")
    if application.state == State.NEEDS_MORE:
        leave_to_clerk(application, application.reason, body=text)
    else:
        letters.open_desk_task(application, body=text)


@transaction.atomic
def keep_form(application: Application, *, scan: File, kind: str, by: User) -> None:
    """The signed form, scanned: kept with the application; another one takes the place of the one before. Raises NotToDecide."""
    application = _locked(application)
    if way_named(application.mode).leads is not Leads.TO_FORM:
        raise NotToDecide
    forget_file(application.form_scan)
    application.form_scan.save(f"{uuid.uuid4().hex}.{kind}", scan, save=False)
    application.save(update_fields=["form_scan"])
    note("form_scanned", about=letters.about(application), by=by)


@transaction.atomic
def undo(application: Application, *, why: str, by: User) -> None:
    """A link that was wrong: at once nothing of the customer is seen any more, and both are told. Raises NotToDecide."""
    application = _locked(application)
    customer, user = application.customer, application.user
    if application.state != State.ACTIVE or customer is None or user is None:
        raise NotToDecide
    take_back(application, by=by)
    again = f":{clock.now():%Y%m%d%H%M%S}"
    letters.tell_that_it_was_undone(application, customer, user, again=again)
    application.customer, application.proposed_by, application.months_before = None, None, {}
    application.save(update_fields=["customer", "proposed_by", "months_before"])
    note("link_undone", about=letters.about(application), by=by, customer=customer.public_id, why=why)
    leave_to_clerk(application, Reason.UNDONE, body=why)


# At the office


@dataclass(frozen=True)
class Statement:
    """What somebody signed at the office. The e-mail may be absent."""

    first_name: str
    last_name: str
    email: str
    phone: str
    signed_on: date


@transaction.atomic
def register_in_person(statement: Statement, customer: Customer, *, by: User) -> Application:
    """Open an account for somebody who stands at the desk; the start letter holds the password. Raises CannotLink."""
    verdict = linking_by_clerk(facts_of(customer), rules(RegistrationRules))
    if isinstance(verdict, Refused):
        raise CannotLink(verdict.reason)
    application = Application.objects.create(
        mode=IN_PERSON,
        email=statement.email,
        phone=statement.phone,
        given={
            "first_name": statement.first_name,
            "last_name": statement.last_name,
            "signed_on": statement.signed_on.isoformat(),
        },
        terms=terms_in_force(),
        submission=uuid.uuid4(),
        captcha_passed=True,
        created_at=clock.now(),
    )
    note("application_sent", about=letters.about(application), by=by, way=IN_PERSON)
    if statement.email and find_by_email(statement.email) is not None:
        raise CannotLink(Reason.TAKEN_EMAIL)
    if not _will_sign_in(statement, customer):
        raise NoWayIn
    new_user(application)
    _open(application, customer, by=by)
    return application


class NoWayIn(Exception):
    """Nothing would sign this person in: ask for an e-mail."""

    def __str__(self) -> str:
        return _("Nothing would sign this person in: ask for an e-mail.")


def _will_sign_in(statement: Statement, customer: Customer) -> bool:
    gives = rules(RegistrationRules).gives_identifiers
    is_free = not SignInIdentifier.objects.filter(value=canonical(customer.number)).exists()
    return "issued" in gives or ("email" in gives and bool(statement.email)) or ("customer_number" in gives and is_free)


@transaction.atomic
def new_start_password(application: Application, *, by: User) -> str:
    """For the letter that a clerk prints now; one that was printed before opens nothing any more. Raises NotToDecide."""
    application = _locked(application)
    user = application.user
    if application.mode != IN_PERSON or application.state != State.ACTIVE or user is None or has_signed_in(user):
        raise NotToDecide
    return issue_password(user, by=by)


def has_signed_in(user: User) -> bool:
    return user.last_login is not None


def _locked(application: Application) -> Application:
    return Application.objects.select_for_update().get(pk=application.pk)
