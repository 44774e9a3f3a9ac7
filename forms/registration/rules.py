"""How a person becomes a user of the portal."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule


@register
@dataclass(frozen=True)
class RegistrationRules(RuleSet):
    code = "registration"
    title = gettext_noop("Registration")

    modes: tuple[str, ...] = rule(
        ("invoice_proof",),
        gettext_noop("How a person proves who they are, in order"),
        choices=(("invoice_proof", gettext_noop("number and amount of an invoice")),),
    )
    is_captcha_on: bool = rule(default=True, label=gettext_noop("Ask to prove that a person is filling in the form"))
    asks_phone: str = rule(
        "optional",
        gettext_noop("Phone number"),
        choices=(
            ("no", gettext_noop("not asked")),
            ("optional", gettext_noop("optional")),
            ("required", gettext_noop("required")),
        ),
    )
    link_hours: int = rule(48, gettext_noop("The link in the e-mail works for so many hours"))
    self_link_kinds: tuple[str, ...] = rule(
        ("person",),
        gettext_noop("Customers who may link themselves"),
        choices=(
            ("person", gettext_noop("persons")),
            ("firm", gettext_noop("firms")),
            ("community", gettext_noop("housing communities")),
        ),
    )
    services_needed: tuple[str, ...] = rule(
        ("water", "sewage"),
        gettext_noop("Customers must hold one of these services"),
        choices=(
            ("water", gettext_noop("water")),
            ("sewage", gettext_noop("sewage")),
            ("waste", gettext_noop("waste")),
        ),
    )
    gives_identifiers: tuple[str, ...] = rule(
        ("customer_number", "email"),
        gettext_noop("After registration people sign in with"),
        choices=(("email", gettext_noop("e-mail")), ("customer_number", gettext_noop("customer number"))),
    )
    decision_working_days: int = rule(5, gettext_noop("A clerk decides within so many working days"))
