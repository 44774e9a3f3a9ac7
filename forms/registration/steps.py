"""The steps of registering, in the order of the rules; their names stand in the page's address."""

from django.utils.translation import gettext_lazy as _

from forms.registration.rules import RegistrationRules
from forms.registration.verification import way_named
from forms.registration.verification.base import Leads, Verification

INVOICE = "faktura"
NUMBERED = "numer"
CODE = "kod"
PERSON = "dane"
CONTACT = "kontakt"
PASSWORD = "haslo"  # noqa: S105 - the name of a step
TERMS = "regulamin"
SENT = "wyslane"
WAITS = "oczekuje"

# What editors may put words to.
CHOICES = [
    (INVOICE, _("Invoice")),
    (NUMBERED, _("Customer number and invoice")),
    (CODE, _("Code of a letter")),
    (PERSON, _("Who you are")),
    (CONTACT, _("E-mail and phone")),
    (PASSWORD, _("Password")),
    (TERMS, _("Regulations")),
    (SENT, _("End: what happens next")),
    (WAITS, _("End, when a clerk decides")),
]


def ways_of(rules: RegistrationRules) -> tuple[Verification, ...]:
    """The ways that the website offers, the first one first."""
    return tuple(way for way in map(way_named, rules.modes) if way.is_online)


def way_of(rules: RegistrationRules, chosen: str = "") -> Verification:
    """The way that was chosen, where the rules offer it; else the one offered first. None online: a clerk decides."""
    offered = ways_of(rules)
    return next((way for way in offered if way.code == chosen), offered[0] if offered else way_named("clerk"))


def makes_password(way: Verification, rules: RegistrationRules) -> bool:
    return way.makes_password or (rules.generates_passwords and way.leads is not Leads.TO_FORM)


def steps_of(rules: RegistrationRules, way: Verification | None = None) -> tuple[str, ...]:
    way = way or way_of(rules)
    asked = list(way.steps)
    if rules.fields and way.leads is not Leads.TO_LINK:
        asked.append(PERSON)
    asked.append(CONTACT)
    if not makes_password(way, rules):
        asked.append(PASSWORD)
    return (TERMS, *asked) if rules.are_terms_first else (*asked, TERMS)
