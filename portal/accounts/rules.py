"""How people sign in."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule

IDENTIFIERS = (
    ("email", gettext_noop("e-mail")),
    ("customer_number", gettext_noop("customer number")),
    ("issued", gettext_noop("identifier issued by the office")),
)


@register
@dataclass(frozen=True)
class SignInRules(RuleSet):
    code = "sign_in"
    title = gettext_noop("Signing in")

    identifiers: tuple[str, ...] = rule(("email",), gettext_noop("People sign in with"), choices=IDENTIFIERS)
    label: str = rule("E-mail", gettext_noop("Label of the field"))
    hint: str = rule("", gettext_noop("Hint beside the field"))
    customer_number_pattern: str = rule(
        r"\d{1,20}", gettext_noop("Pattern of the customer number"), help_text=gettext_noop("A regular expression.")
    )
