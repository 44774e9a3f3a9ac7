"""The words of each step: an editor's where there are any, else the house's, which follow the rules."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from wagtail.rich_text import RichText

from forms.registration.rules import RegistrationRules
from forms.registration.steps import CONTACT, INVOICE, PASSWORD, SENT, TERMS, WAITS
from portal.billing.rules import BillingRules
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


def words_for(step: str, written: Any) -> Words:
    """`written` is the page's stream of blocks; the first one for the step counts, and what it leaves empty is the house's."""
    default = _default(step)
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
    )


def _default(step: str) -> Words:
    return {
        INVOICE: _invoice,
        CONTACT: _contact,
        PASSWORD: _password,
        TERMS: _terms,
        SENT: _sent,
        WAITS: _waits,
    }[step]()


def _invoice() -> Words:
    months = rules(BillingRules).proof_recent_months
    return Words(
        heading=_("Which is one of your invoices?"),
        text=_("Any invoice of the last %(months)s months will do. By it we know that it is you.") % {"months": months},
        hints={
            "number": _("At the top of the invoice. Spaces, dashes and capital letters do not matter."),
            "amount": _("The gross value or “to pay”, in złoty."),
        },
        folds=[
            Fold(
                _("I have no invoice"),
                _("Call us or come to the office with an identity document: we will register you on the spot."),
            )
        ],
    )


def _contact() -> Words:
    return Words(
        heading=_("How can we reach you?"),
        text=_("We will send you a link that confirms your e-mail. Messages about your account will come there too."),
        hints={"email": "", "phone": _("We call when something about your registration is unclear.")},
    )


def _password() -> Words:
    return Words(heading=_("Choose a password"))


def _terms() -> Words:
    return Words(heading=_("Read the regulations"), text=_("They say what you and we may expect of each other."))


def _sent() -> Words:
    hours = rules(RegistrationRules).link_hours
    return Words(
        heading=_("Look into your mail box"),
        text=_(
            "We have sent you the message “Registration”. Press the link in it within %(hours)s hours: "
            "then the message “Account activation” comes, and you can sign in."
        )
        % {"hours": hours},
        folds=[
            Fold(
                _("No message came"),
                _("Look among unwanted mail. If it is not there after half an hour, register again: check the e-mail."),
            )
        ],
    )


def _waits() -> Words:
    days = rules(RegistrationRules).decision_working_days
    return Words(
        heading=_("We have your registration"),
        text=_(
            "A clerk looks at it within %(days)s working days, because your browser could not show "
            "that a person filled it in. Then the message “Registration” comes with a link: press it, and your account opens."
        )
        % {"days": days},
    )
