"""How property managers ask for access."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule


@register
@dataclass(frozen=True)
class ManagerRules(RuleSet):
    code = "managers"
    title = gettext_noop("Property managers")

    asked_by: str = rule(
        "form",
        gettext_noop("A manager asks for access"),
        choices=(
            ("form", gettext_noop("by the form on the site")),
            ("email", gettext_noop("by e-mail, and a clerk enters it")),
            ("off", gettext_noop("not in the portal")),
        ),
    )
    email: str = rule("", gettext_noop("By e-mail: to this address"), help_text=gettext_noop("Empty: the office's."))
    subject: str = rule("", gettext_noop("By e-mail: with this subject"))
    needs_mandate: bool = rule(default=True, label=gettext_noop("The mandate document must be attached"))
    mandate_megabytes: int = rule(10, gettext_noop("Largest mandate document, MB"))
    longest_months: int = rule(
        36,
        gettext_noop("Access without an end in the mandate lasts so many months"),
        help_text=gettext_noop("Then the manager asks again."),
    )
    decision_working_days: int = rule(5, gettext_noop("A clerk decides within so many working days"))
