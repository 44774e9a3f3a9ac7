"""The words of each step: an editor's where there are any, else the house's, which follow the rules."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from wagtail.rich_text import RichText

from forms.registration.rules import KINDS, RegistrationRules
from forms.registration.steps import (
    CODE,
    CONTACT,
    INVOICE,
    NUMBERED,
    PASSWORD,
    PERSON,
    SENT,
    TERMS,
    WAITS,
    makes_password,
    way_of,
)
from forms.registration.verification.base import Leads
from portal.accounts.rules import SignInRules
from portal.billing.rules import BillingRules
from portal.customers import services
from portal.utility.rulebook import rules


@dataclass(frozen=True)
class Fold:
    title: str
    text: str | RichText


@dataclass(frozen=True)
class Words:
    heading: str
    text: str | RichText = ""
    hints: dict[str, str] = field(default_factory=dict)
    folds: list[Fold] = field(default_factory=list)
    button: str = ""


def words_for(step: str, written: Any, way: str = "") -> Words:
    """`written` is the page's stream of blocks; the first one for the step counts, and what it leaves empty is the house's."""
    default = _default(step, way)
    found = next((child.value for child in written if child.value["step"] == step), None)
    if found is None:
        return default
    hints = {hint["field"]: hint["text"] for hint in found["hints"]}
    folds = [Fold(fold["title"], fold["text"]) for fold in found["folds"]]
    return Words(
        heading=found["heading"] or default.heading,
        text=found["text"] if str(found["text"].source).strip() else default.text,
        hints=default.hints | hints,
        folds=folds or default.folds,
        button=found.get("button") or default.button,
    )


def _default(step: str, way: str) -> Words:
    if step == SENT:
        return _sent(way)
    return {
        INVOICE: _invoice,
        NUMBERED: _numbered,
        CODE: _code,
        PERSON: _person,
        CONTACT: _contact,
        PASSWORD: _password,
        TERMS: _terms,
        WAITS: _waits,
    }[step]()


def other_way(code: str) -> str:
    """The link that leads to another way of proving who one is."""
    return {
        "invoice_proof": _("I have an invoice"),
        "at_once": _("I have an invoice with my customer number"),
        "letter_code": _("I have a letter with a code, or want one"),
        "clerk": _("I have no invoice: let a clerk check my application"),
        "signed_form": _("I will send a signed form"),
    }[code]


def who_may() -> Fold:
    """Who may have an account, by the rules of the day: said beside the first question."""
    in_force = rules(RegistrationRules)
    kinds, held = dict(KINDS), services.in_words(in_force.services_needed)
    said = [
        _("Customers of ours: %(kinds)s.") % {"kinds": ", ".join(_(kinds[kind]) for kind in in_force.eligible_kinds)}
    ]
    if held:
        said.append(_("They have a contract with us for one of these: %(services)s.") % {"services": held})
    if in_force.is_first_invoice_needed:
        said.append(_("Registration is possible after the first invoice has come."))
    if rules(SignInRules).customers_per_email == "one":
        said.append(_("One e-mail is for the account of one customer."))
    return Fold(_("Who may open an account?"), " ".join(said))


def _no_invoice() -> Fold:
    return Fold(
        _("I have no invoice"),
        _("Call us or come to the office with an identity document: we will register you on the spot."),
    )


def _invoice() -> Words:
    months = rules(BillingRules).proof_recent_months
    return Words(
        heading=_("Which is one of your invoices?"),
        text=_("Any invoice of the last %(months)s months will do. By it we know that it is you.") % {"months": months},
        hints={
            "number": _("At the top of the invoice. Spaces, dashes and capital letters do not matter."),
            "amount": _("The gross value or “to pay”, in złoty."),
        },
        folds=[_no_invoice()],
    )


def _numbered() -> Words:
    months = rules(BillingRules).proof_recent_months
    return Words(
        heading=_("Your customer number and one of your invoices"),
        text=_(
            "All three stand on any invoice of the last %(months)s months. We send the login and the password "
            "to your e-mail at once."
        )
        % {"months": months},
        hints={
            "customer_number": _("You will sign in with it."),
            "number": _("At the top of the invoice. Spaces, dashes and capital letters do not matter."),
            "amount": _("The gross value or “to pay”, in złoty."),
        },
    )


def _code() -> Words:
    days = rules(RegistrationRules).letter_code_days
    return Words(
        heading=_("The code of our letter"),
        text=_("We post it to the address of the contract. It works for %(days)s days, once.") % {"days": days},
        hints={"code": _("Spaces, dashes and capital letters do not matter.")},
    )


def _person() -> Words:
    return Words(
        heading=_("Who are you?"),
        text=_("We compare it with the contract. Write it as it stands there."),
        hints={"customer_number": _("It stands on every invoice.")},
    )


def _contact() -> Words:
    return Words(
        heading=_("How can we reach you?"),
        text=_(
            "We will write to this e-mail about your registration. Messages about your account will come there too."
        ),
        hints={"email": "", "phone": _("We call when something about your registration is unclear.")},
    )


def _password() -> Words:
    return Words(heading=_("Choose a password"))


def _terms() -> Words:
    return Words(heading=_("Read the regulations"), text=_("They say what you and we may expect of each other."))


def _no_message() -> Fold:
    return Fold(
        _("No message came"),
        _("Look among unwanted mail. If it is not there after half an hour, register again: check the e-mail."),
    )


def _sent(code: str) -> Words:
    in_force = rules(RegistrationRules)
    way = way_of(in_force, code)
    if way.leads is Leads.TO_FORM:
        return _sent_with_form(in_force)
    if makes_password(way, in_force):
        return _received(in_force) if way.leads is Leads.TO_CLERK else _sent_with_password()
    text = (
        _(
            "We have sent you the message “Registration”. Press the link in it within %(hours)s hours; "
            "then a clerk checks the application."
        )
        if way.leads is Leads.TO_CLERK
        else _(
            "We have sent you the message “Registration”. Press the link in it within %(hours)s hours: "
            "then the message “Account activation” comes, and you can sign in."
        )
    )
    return Words(
        heading=_("Look into your mail box"), text=text % {"hours": in_force.link_hours}, folds=[_no_message()]
    )


def _sent_with_form(in_force: RegistrationRules) -> Words:
    return Words(
        heading=_("Look into your mail box"),
        text=_(
            "We have sent you the message “Registration”. Press the link in it within %(hours)s hours: from then on "
            "you can sign in. Print Form A from the same message, sign it and bring or post it to us: "
            "when we have it, everything opens, and we write to you."
        )
        % {"hours": in_force.link_hours},
        folds=[_no_message()],
    )


def _sent_with_password() -> Words:
    return Words(
        heading=_("Look into your mail box"),
        text=_("We have sent you a message with your login and password. You can sign in at once."),
        folds=[_no_message()],
    )


def _received(in_force: RegistrationRules) -> Words:
    return Words(
        heading=_("We have your application"),
        text=_(
            "A clerk compares it with your contract. It takes up to %(days)s working days. "
            "Then a message comes with the decision, and with it your login and password."
        )
        % {"days": in_force.decision_working_days},
        folds=[_no_message()],
    )


def _waits() -> Words:
    days = rules(RegistrationRules).decision_working_days
    return Words(
        heading=_("We have your registration"),
        text=_(
            "A clerk looks at it within %(days)s working days, because your browser could not show "
            "that a person filled it in. Then a message comes that says what to do next."
        )
        % {"days": days},
    )
