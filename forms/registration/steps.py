"""The steps of registering, in the order of the rules; their names stand in the page's address."""

from django.utils.translation import gettext_lazy as _

from forms.registration.rules import RegistrationRules
from forms.registration.verification import way_named
from forms.registration.verification.base import Verification

INVOICE = "faktura"
CONTACT = "kontakt"
PASSWORD = "haslo"  # noqa: S105 - the name of a step
TERMS = "regulamin"
SENT = "wyslane"
WAITS = "oczekuje"

# What editors may put words to.
CHOICES = [
    (INVOICE, _("Invoice")),
    (CONTACT, _("E-mail and phone")),
    (PASSWORD, _("Password")),
    (TERMS, _("Regulations")),
    (SENT, _("End: what happens next")),
    (WAITS, _("End, when a clerk decides")),
]


def way_of(rules: RegistrationRules) -> Verification:
    """The way offered first."""
    return way_named(rules.modes[0])


def steps_of(rules: RegistrationRules) -> tuple[str, ...]:
    return (*way_of(rules).steps, CONTACT, PASSWORD, TERMS)
