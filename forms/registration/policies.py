"""Whether a registration may link itself to the customer it proved. Plain Python."""

from dataclasses import dataclass

from forms.registration.rules import RegistrationRules


@dataclass(frozen=True)
class CustomerFacts:
    kind: str
    services: frozenset[str]
    is_closed: bool
    has_owner: bool
    is_number_free: bool


@dataclass(frozen=True)
class Link:
    """The applicant becomes the customer's owner."""


@dataclass(frozen=True)
class ToClerk:
    """A person decides; the applicant is told no more than that."""

    reason: str


def linking(customer: CustomerFacts, rules: RegistrationRules) -> Link | ToClerk:
    """Never a customer who has an owner, whatever the rules say."""
    if customer.has_owner:
        return ToClerk("has_owner")
    if customer.is_closed:
        return ToClerk("closed")
    if customer.kind not in rules.self_link_kinds:
        return ToClerk("kind")
    if rules.services_needed and not customer.services & set(rules.services_needed):
        return ToClerk("services")
    if rules.gives_identifiers == ("customer_number",) and not customer.is_number_free:
        return ToClerk("number_taken")
    return Link()


def masked(email: str) -> str:
    """anna@example.pl → a…a@example.pl: enough to know one's own family by, too little to write to."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{host}"
