"""From a confirmed application to an account that works: linked by itself, left to a clerk, or waiting for a form."""

import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from forms.registration import letters
from forms.registration.models import Application
from forms.registration.policies import ToClerk, linking, linking_vouched
from forms.registration.queries import facts_of
from forms.registration.rules import RegistrationRules
from forms.registration.verification import way_named
from forms.registration.verification.base import Leads
from portal import clock
from portal.accounts.actions import IdentifierTaken, accept, give_identifier, issue_password, take_identifier
from portal.accounts.models import SignInIdentifier, User
from portal.accounts.queries import find_by_email
from portal.billing.consent_model import EInvoiceConsent
from portal.billing.e_invoice import ThroughKsef, give_consent
from portal.billing.e_invoice_queries import e_invoice_terms
from portal.calendar import add_working_days
from portal.customers.actions import (
    HasOwner,
    OwnsAnother,
    change_billing_period,
    grant_access,
    revoke_access,
    use_letter_codes,
)
from portal.customers.models import Contract, Customer, Delegation
from portal.journal.actions import note
from portal.outbox.actions import tell
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

State, Reason = Application.State, Application.Reason
Kind = SignInIdentifier.Kind
GROUNDS = {
    "signed_form": "form_a",
    "clerk": "clerk",
    "in_person": "in_person",
    "letter_code": "letter_code",
    "old_portal": "old_portal",
}


class EmailTaken(Exception):
    """There is an account with this e-mail already."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def conclude(application: Application) -> None:
    """The e-mail is confirmed, or need not be: what the way of verifying leads to."""
    leads = way_named(application.mode).leads
    if leads is Leads.TO_FORM:
        await_form(application)
    elif leads is Leads.TO_CLERK or application.proven_customer is None:
        leave_to_clerk(application, Reason.BY_RULE)
        letters.say_waiting(application)
    else:
        _link_itself(application, application.proven_customer)


def _link_itself(application: Application, customer: Customer) -> None:
    decide = linking_vouched if way_named(application.mode).is_vouched else linking
    verdict = decide(facts_of(customer), rules(RegistrationRules))
    reason = verdict.reason if isinstance(verdict, ToClerk) else ""
    if not reason:
        try:
            with transaction.atomic():
                open_account(application, customer, by=application.user or "registration")
            return
        except HasOwner:  # somebody else's link was pressed in this very moment
            reason = Reason.HAS_OWNER
        except OwnsAnother:
            reason = Reason.OWNS_ANOTHER
    leave_to_clerk(application, reason)
    letters.tell_that_access_was_asked_for(application, customer)
    letters.say_waiting(application)


def leave_to_clerk(application: Application, reason: str, *, body: str = "") -> None:
    """The clock of working days starts when a clerk first may look; a question to the applicant starts it anew."""
    days = rules(RegistrationRules).decision_working_days
    application.state, application.reason = State.TO_DECIDE, reason
    application.due_on = add_working_days(clock.today(), days)
    application.save(update_fields=["state", "reason", "due_on"])
    letters.open_desk_task(application, body=body)


def await_form(application: Application) -> None:
    application.state = State.AWAITS_FORM
    application.save(update_fields=["state"])


# The account


def new_user(application: Application) -> User:
    """The person, who from now on may sign in; whoever has this e-mail already, where one e-mail may own many customers.

    Raises EmailTaken.
    """
    held = find_by_email(application.email) if application.email else None
    if held is not None:
        raise EmailTaken
    user = User(
        email=application.email or None,
        first_name=application.given.get("first_name", ""),
        last_name=application.given.get("last_name", ""),
        phone=application.phone,
        language=application.language,
        password=application.password,
        email_confirmed_at=application.confirmed_at,
    )
    if not application.password:
        user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise EmailTaken from None
    if application.email and "email" in rules(RegistrationRules).gives_identifiers:
        give_identifier(user, Kind.EMAIL, application.email)
    application.user, application.password = user, ""
    application.save(update_fields=["user", "password"])
    accept_all(application, user)
    return user


def accept_all(application: Application, user: User) -> None:
    """The regulations and each consent, as they were when the form was sent."""
    accepted = [application.terms] if application.terms is not None else []
    for terms in [*accepted, *application.consents.all()]:
        accept(user, terms, channel="registration")


def open_account(application: Application, customer: Customer, *, by: Any) -> None:
    """The applicant becomes the customer's owner and is told what to sign in with. Raises HasOwner, OwnsAnother, EmailTaken."""
    by_clerk = isinstance(by, User) and by.is_staff
    user = application.user or new_user(application)
    ground = GROUNDS.get(application.mode, "registration")
    before = _billing_periods(customer)
    grant_access(user=user, customer=customer, role=Delegation.Role.OWNER, ground=ground, by=by)
    _give_identifiers(user, customer)
    use_letter_codes(customer)
    is_without_password = not user.has_usable_password()
    password = issue_password(user, by=by) if is_without_password and application.email else ""
    application.state, application.reason, application.customer = State.ACTIVE, "", customer
    application.decided_at, application.decided_by = clock.now(), by if by_clerk else None
    after = _billing_periods(customer)
    application.months_before = {pk: months for pk, months in before.items() if after.get(pk) != months}
    application.save(
        update_fields=["state", "reason", "customer", "decided_at", "decided_by", "months_before", "user", "password"]
    )
    if application.wants_e_invoice:
        _turn_on_e_invoices(application, customer, user)
    note("account_opened", about=letters.about(application), by=by, customer=customer.public_id, ground=ground)
    tell(
        "account_opened",
        about=letters.about(application),
        customer=customer.external_id,
        email=application.email,
    )
    if application.email:
        letters.say_open(application, user, password=password, by_clerk=by_clerk)
    letters.tell_the_known_contact(application, customer)


def _turn_on_e_invoices(application: Application, customer: Customer, user: User) -> None:
    """The same consent as the portal's own page gives, from the form or the paper. What stands in its way stops nothing else."""
    terms = e_invoice_terms(user)
    if terms is None or not application.email or not rules(Modules).e_invoice:
        return
    is_paper = way_named(application.mode).leads is Leads.TO_FORM
    channel = EInvoiceConsent.Channel.FORM_A if is_paper else EInvoiceConsent.Channel.REGISTRATION
    with suppress(ThroughKsef):
        give_consent(customer=customer, terms=terms, email=application.email, by=user, channel=channel)


def _give_identifiers(user: User, customer: Customer) -> None:
    """The customer number signs in its first owner only; an issued identifier is given once."""
    gives = rules(RegistrationRules).gives_identifiers
    if "customer_number" in gives:
        with suppress(IdentifierTaken):
            give_identifier(user, Kind.CUSTOMER_NUMBER, customer.number)
    if "issued" in gives and not user.identifiers.filter(kind=Kind.ISSUED).exists():
        _issue_identifier(user)


def _issue_identifier(user: User) -> None:
    """Eight digits that tell nothing of how many there are."""
    while True:
        try:
            give_identifier(user, Kind.ISSUED, f"{secrets.randbelow(9 * 10**7) + 10**7}")
        except IdentifierTaken:
            continue
        return


def _billing_periods(customer: Customer) -> dict[str, int]:
    return {str(pk): months for pk, months in customer.contracts.values_list("pk", "billing_period_months")}


# Undoing


def take_back(application: Application, *, by: Any) -> None:
    """What linking gave is taken away again: the right, the number, the billing period."""
    user, customer = application.user, application.customer
    if user is None or customer is None:
        return
    for delegation in Delegation.objects.filter(user=user, customer=customer, revoked_at__isnull=True):
        revoke_access(delegation, by=by)
    take_identifier(user, Kind.CUSTOMER_NUMBER, customer.number)
    for contract in Contract.objects.filter(pk__in=application.months_before).select_related("customer"):
        change_billing_period(contract, months=application.months_before[str(contract.pk)], by=by, why="account_undone")
    tell(
        "account_undone",
        about=f"{letters.about(application)}:{clock.now():%Y%m%d%H%M%S}",
        customer=customer.external_id,
        email=application.email,
    )


def form_deadline() -> Any:
    return clock.now() + timedelta(days=rules(RegistrationRules).form_wait_days)
