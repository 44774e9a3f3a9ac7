"""What a utility decides about billing periods."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule


@register
@dataclass(frozen=True)
class BillingPeriodRules(RuleSet):
    code = "billing_period"
    title = gettext_noop("Billing period")

    linking_sets_months: int = rule(
        0,
        gettext_noop("Having an account sets the billing period to so many months"),
        help_text=gettext_noop("For contracts billed less often. 0: an account changes nothing."),
    )
    may_ask_for: tuple[int, ...] = rule(
        (),
        gettext_noop("Customers may ask for a billing period of so many months"),
        help_text=gettext_noop("A clerk decides. Left empty: nobody asks."),
    )
