"""Whether a registration may be linked to a customer, by itself or by a clerk, and what speaks for it. Plain Python."""

from collections.abc import Callable
from dataclasses import dataclass

from forms.registration.rules import RegistrationRules

Fold = Callable[[str], str]


@dataclass(frozen=True)
class CustomerFacts:
    kind: str
    services: frozenset[str]
    is_closed: bool
    has_owner: bool
    is_number_free: bool
    has_invoice: bool = True


@dataclass(frozen=True)
class Link:
    """The applicant becomes the customer's owner."""


@dataclass(frozen=True)
class ToClerk:
    """A person decides; the applicant is told no more than that."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """Not even a clerk may link it; the reason says why."""

    reason: str


def linking(customer: CustomerFacts, rules: RegistrationRules) -> Link | ToClerk:
    """Never a customer who has an owner, whatever the rules say."""
    barred = linking_vouched(customer, rules)
    if isinstance(barred, ToClerk):
        return barred
    if customer.kind not in rules.self_link_kinds:
        return ToClerk("kind")
    if rules.gives_identifiers == ("customer_number",) and not customer.is_number_free:
        return ToClerk("number_taken")
    return Link()


def linking_vouched(customer: CustomerFacts, rules: RegistrationRules) -> Link | ToClerk:
    """Somebody whom the office knew before: of every kind, but never in another's place."""
    barred = linking_by_clerk(customer, rules)
    return ToClerk(barred.reason) if isinstance(barred, Refused) else barred


def linking_by_clerk(customer: CustomerFacts, rules: RegistrationRules) -> Link | Refused:
    """What holds for a clerk's link too: nobody's place is taken, and the rules say who may have an account at all."""
    if customer.has_owner:
        return Refused("has_owner")
    if customer.is_closed:
        return Refused("closed")
    if customer.kind not in rules.eligible_kinds:
        return Refused("not_eligible")
    if rules.services_needed and not customer.services & set(rules.services_needed):
        return Refused("services")
    if rules.is_first_invoice_needed and not customer.has_invoice:
        return Refused("no_invoice")
    return Link()


# Comparing what was written with what the billing system knows


@dataclass(frozen=True)
class Compared:
    """One fact beside the other: `same`, `similar` (some of its words), `different`, or `unknown` where one is missing."""

    field: str
    given: str
    known: str
    verdict: str


def compared(field: str, given: str, known: str, fold: Fold) -> Compared:
    wanted, held = set(fold(given).split()), set(fold(known).split())
    if not wanted or not held:
        verdict = "unknown"
    elif wanted == held or "".join(fold(given).split()) == "".join(fold(known).split()):
        verdict = "same"
    else:
        verdict = "similar" if wanted & held else "different"
    return Compared(field, given, known, verdict)


def masked(email: str) -> str:
    """anna@example.pl → a…a@example.pl: enough to know one's own family by, too little to write to."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{host}"
