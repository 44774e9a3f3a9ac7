"""What a utility decides about bills."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule


@register
@dataclass(frozen=True)
class BillingRules(RuleSet):
    code = "billing"
    title = gettext_noop("Bills")

    proof_recent_months: int = rule(
        6,
        gettext_noop("An invoice proves who you are for so many months"),
        help_text=gettext_noop("Older invoices are not accepted."),
    )
    proof_attempts: int = rule(
        5,
        gettext_noop("Wrong attempts before a pause"),
        help_text=gettext_noop("Counted per invoice number and per person."),
    )
    proof_attempts_address: int = rule(
        20,
        gettext_noop("Wrong attempts from one address before a pause"),
        help_text=gettext_noop("Many people can share one address on the internet: an office, a mobile network."),
    )
    proof_pause_minutes: int = rule(60, gettext_noop("Length of the pause, minutes"))
    due_soon_days: int = rule(7, gettext_noop("“Due soon” begins so many days before the date"))
    disputed_share_percent: int = rule(
        1, gettext_noop("A delivery is refused when more customers than this are faulty, per cent")
    )
    shows_transfer_code: bool = rule(True, gettext_noop("Show the transfer QR code"))


@register
@dataclass(frozen=True)
class TransitRules(RuleSet):
    code = "transit"
    title = gettext_noop("Payments being booked")

    days_to_book: int = rule(5, gettext_noop("Working days after which an unbooked payment goes to a clerk"))
    match_within_days: int = rule(10, gettext_noop("A payment without our reference may match within so many days"))
