"""The messages of an application: to whom each goes and what fills it."""

from typing import Any

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from forms.registration.models import Application
from forms.registration.policies import masked
from forms.registration.queries import owner_of, was_written_to_enough
from forms.registration.rules import RegistrationRules
from forms.registration.verification import way_named
from forms.registration.verification.base import Leads
from portal.accounts.models import User
from portal.accounts.rules import SignInRules
from portal.customers.models import Customer
from portal.desk.actions import close_about, open_task
from portal.notifications.actions import absolute, send
from portal.utility import identity
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day

_confirming = Signer(salt="registration", sep=".")
_showing_form = Signer(salt="registration-form", sep=".")
_answering = Signer(salt="registration-answer", sep=".")


def about(application: Application) -> str:
    return f"application:{application.public_id}"


def token_of(application: Application) -> str:
    return _confirming.sign(application.public_id.hex)


def form_token_of(application: Application) -> str:
    return _showing_form.sign(application.public_id.hex)


def answer_token_of(application: Application) -> str:
    return _answering.sign(application.public_id.hex)


def key_of(token: str) -> str:
    return _confirming.unsign(token)


def key_of_form(token: str) -> str:
    return _showing_form.unsign(token)


def key_of_answer(token: str) -> str:
    return _answering.unsign(token)


def write(code: str, application: Application, *, to: str, user: Any = None, again: str = "", **values: str) -> None:
    """One message about an application. `again` tells a second message of the same kind from the first."""
    customer = application.customer or application.proven_customer
    send(
        code,
        to=to,
        about=about(application) + again,
        user=user,
        customer=customer.public_id if customer else None,
        language=application.language,
        **values,
    )


def ask_to_confirm(application: Application, *, is_known: bool) -> None:
    """The mail “Registration”, with the link that everything waits for; with a signed form, also the way to the form."""
    if was_written_to_enough(application.email):
        return
    link = absolute(reverse("registration_confirm", args=[token_of(application)]))
    hours = str(rules(RegistrationRules).link_hours)
    if way_named(application.mode).leads is Leads.TO_FORM:
        write(
            "registration_form_a",
            application,
            to=application.email,
            link=link,
            hours=hours,
            form=form_address(application),
            address=postal_address(),
            until=day(application.form_expires_at),
        )
        return
    code = "registration_add" if is_known else "registration_confirm"
    write(code, application, to=application.email, link=link, hours=hours)


def form_address(application: Application) -> str:
    return absolute(reverse("registration_form_pdf", args=[form_token_of(application)]))


def postal_address() -> str:
    """Where the signed form goes, with what is written on the envelope."""
    utility, marking = identity.current(), rules(RegistrationRules).form_marking
    lines = [utility.legal_name or utility.name, utility.street, f"{utility.postcode} {utility.city}".strip()]
    if marking:
        lines.append(_("marked: %(marking)s") % {"marking": marking})
    return ", ".join(line for line in lines if line)


def say_taken(application: Application, held: User) -> None:
    if not was_written_to_enough(application.email):
        reset = absolute(reverse("account_reset_password"))
        write("registration_taken", application, to=held.email or "", reset=reset)


def say_waiting(application: Application, *, again: str = "") -> None:
    days = str(rules(RegistrationRules).decision_working_days)
    until = day(application.due_on)
    write(
        "registration_waiting",
        application,
        to=application.email,
        user=application.user,
        again=again,
        days=days,
        until=until,
    )


def say_open(application: Application, user: User, *, password: str = "", by_clerk: bool = False) -> None:
    """What the person signs in with; with a password that we made, the password too."""
    login, words = login_of(user), rules(SignInRules)
    values = {
        "user_number": login,
        "email": application.email,
        "label": words.label,
        "hint": words.hint if login != user.email else "",
    }
    if not password:
        write("registration_done", application, to=application.email, user=user, **values)
        return
    code = "registration_accepted" if by_clerk else "registration_password"
    change = change_words()
    until = day(user.password_valid_until)
    write(code, application, to=application.email, user=user, **values, password=password, until=until, change=change)


def change_words() -> str:
    days = rules(SignInRules).generated_change_after_days
    if not days:
        return _("You must change the password when you first sign in.")
    return _("You may change the password at any time; do it within %(days)s days of the first sign-in.") % {
        "days": days
    }


def login_of(user: User) -> str:
    """What the person types first of all, by the order of the rules."""
    held = {identifier.kind: identifier.value for identifier in user.identifiers.all()}
    found = next((held[kind] for kind in rules(SignInRules).identifiers if kind in held), "")
    return found or user.email or ""


def tell_the_known_contact(application: Application, customer: Customer) -> None:
    if customer.email.lower() != application.email:
        write("contact_told", application, to=customer.email, number=customer.number, applicant=_applicant(application))


def tell_that_access_was_asked_for(application: Application, customer: Customer) -> None:
    owner = owner_of(customer)
    known = {customer.email.lower(), (owner.user.email or "").lower() if owner else ""} - {"", application.email}
    for address in sorted(known):
        write(
            "registration_owner_told",
            application,
            to=address,
            number=customer.number,
            applicant=_applicant(application),
        )


def tell_that_it_was_undone(application: Application, customer: Customer, user: User, *, again: str) -> None:
    """Both: whoever saw what was not his, and the customer whose data it was."""
    write("registration_undone", application, to=application.email, user=user, again=again, number=customer.number)
    if customer.email.lower() != application.email:
        write("contact_undone", application, to=customer.email, again=again, number=customer.number)


def _applicant(application: Application) -> str:
    return masked(application.email) if application.email else _("without an e-mail")


def open_desk_task(application: Application, *, body: str = "") -> None:
    """A clerk's task, in the utility's own words."""
    customer = application.proven_customer
    with translation.override(settings.LANGUAGE_CODE):
        open_task(
            "application",
            about=about(application),
            title=_("Registration to decide: %(email)s") % {"email": application.email},
            body=body or str(application.get_reason_display()),
            customer=customer.public_id if customer else None,
        )


def close_desk_task(application: Application, *, outcome: str = "") -> None:
    """The matter is decided where it belongs; the task on the list is done with it."""
    close_about("application", about(application), outcome=outcome or str(application.get_state_display()))


def say_question(application: Application, *, again: str) -> None:
    link = absolute(reverse("registration_answer", args=[answer_token_of(application)]))
    write(
        "registration_question",
        application,
        to=application.email,
        user=application.user,
        again=again,
        question=application.question,
        link=link,
    )
