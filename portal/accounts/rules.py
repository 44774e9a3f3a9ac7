"""How people sign in."""

from dataclasses import dataclass
from datetime import date

from portal.utility.rules import RuleSet, gettext_noop, register, rule

IDENTIFIERS = (
    ("email", gettext_noop("e-mail")),
    ("customer_number", gettext_noop("customer number")),
    ("issued", gettext_noop("identifier issued by the office")),
)


LONG_AGO = date(2000, 1, 1)  # no old portal runs


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
    customers_per_email: str = rule(
        "many",
        gettext_noop("Customers that one e-mail may own"),
        choices=(("one", gettext_noop("one")), ("many", gettext_noop("any number"))),
        help_text=gettext_noop("Counted are owners; managers and proxies act for as many as they are asked to."),
    )
    invites_taken_email: bool = rule(
        default=True,
        label=gettext_noop("An owner may invite somebody whose e-mail has an account"),
        help_text=gettext_noop("Off: such an invitation is refused, and it is said that the e-mail is taken."),
    )
    generated_password_days: int = rule(
        14, gettext_noop("A generated password must be used for the first time within so many days")
    )
    generated_change_after_days: int = rule(
        0,
        gettext_noop("A generated password must be changed so many days after the first sign-in"),
        help_text=gettext_noop("0: at the first sign-in, before anything else opens."),
    )
    reset_words: str = rule(
        "",
        gettext_noop("Words of the link to a new password"),
        help_text=gettext_noop("Left empty: “I do not remember my password”."),
    )


@register
@dataclass(frozen=True)
class OldPortalRules(RuleSet):
    """A portal that this one takes the place of: its accounts are moved by setting a new password."""

    code = "old_portal"
    title = gettext_noop("Moving from an old portal")

    runs_until: date = rule(  # noqa: RUF009 - a date is as immutable as a number
        LONG_AGO,
        gettext_noop("The old portal runs until"),
        help_text=gettext_noop("Until that day a banner and the sign-in page tell its users what to do."),
    )
    address: str = rule("", gettext_noop("Address of the old portal"))
    instruction: str = rule(
        "", gettext_noop("Address of the instruction"), help_text=gettext_noop("For example /instrukcje/przejscie/.")
    )

    @property
    def is_known(self) -> bool:
        """Whether there is, or was, such a portal: its accounts may move, also after it has stopped."""
        return self.runs_until > LONG_AGO
