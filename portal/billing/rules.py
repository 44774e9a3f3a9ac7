"""What a utility decides about bills."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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
    stale_after_hours: int = rule(
        48,
        gettext_noop("Figures older than this are an alarm, hours"),
        help_text=gettext_noop("The office gets a task when the billing system has sent nothing for so long."),
    )
    history_years: int = rule(
        10,
        gettext_noop("Years of financial history that are shown"),
        help_text=gettext_noop("What is older stays in the balance."),
    )
    interest_percent_persons: Decimal = rule(  # noqa: RUF009 - rule() makes a field
        Decimal("0.00"),
        gettext_noop("Interest to date shown to persons, per cent a year"),
        help_text=gettext_noop("As an orientation, never payable. Zero: it is not shown."),
    )
    interest_percent_firms: Decimal = rule(  # noqa: RUF009 - rule() makes a field
        Decimal("0.00"),
        gettext_noop("Interest to date shown to firms and communities, per cent a year"),
        help_text=gettext_noop("As an orientation, never payable. Zero: it is not shown."),
    )
    checks_invoices: bool = rule(
        True,
        gettext_noop("Anybody may check whether an invoice is ours"),
        help_text=gettext_noop("The page asks for the number, the amount and the account printed on the invoice."),
    )
    ksef_titles_from: date = rule(  # noqa: RUF009 - rule() makes a field
        date(2027, 1, 1),
        gettext_noop("From this day customers with a NIP title their transfers with the KSeF number"),
        help_text=gettext_noop("The law's own day is 1 January 2027."),
    )
    shows_transfer_code: bool = rule(True, gettext_noop("Show the transfer QR code"))


@register
@dataclass(frozen=True)
class TransitRules(RuleSet):
    code = "transit"
    title = gettext_noop("Payments being booked")

    days_to_book: int = rule(5, gettext_noop("Working days after which an unbooked payment goes to a clerk"))
    match_within_days: int = rule(10, gettext_noop("A payment without our reference may match within so many days"))


@register
@dataclass(frozen=True)
class EInvoiceRules(RuleSet):
    code = "e_invoice"
    title = gettext_noop("E-invoices")

    service_name: str = rule(
        "",
        gettext_noop("Name of the service"),
        help_text=gettext_noop("For example eFAKTURA. Left empty: “E-invoice”."),
    )
    covers: str = rule(
        "customer",
        gettext_noop("A consent covers"),
        choices=(
            ("customer", gettext_noop("the whole customer, with every contract")),
            ("contract", gettext_noop("each contract by itself")),
        ),
    )
    starts: str = rule(
        "at_once",
        gettext_noop("It holds from"),
        choices=(
            ("at_once", gettext_noop("the day on which it is given")),
            ("next_month", gettext_noop("the first day of the next month")),
        ),
    )
    days_to_confirm: int = rule(
        14, gettext_noop("A clerk is told when billing says otherwise so many days after a consent or a withdrawal")
    )
    fee_name: str = rule("", gettext_noop("Fee that depends on how bills come"))
    fee_paper: Decimal = rule(Decimal(0), gettext_noop("This fee with a paper bill, zł gross a bill"))  # noqa: RUF009 - rule() makes a field
    fee_electronic: Decimal = rule(  # noqa: RUF009 - rule() makes a field
        Decimal(0), gettext_noop("This fee with an e-invoice, zł gross a bill")
    )


WHOLE, LAST_FOUR, NOTHING = "whole", "last_four", "none"


@register
@dataclass(frozen=True)
class InvoiceLetterRules(RuleSet):
    code = "invoice_letters"
    title = gettext_noop("Letters about invoices")

    announces: bool = rule(default=True, label=gettext_noop("Write of each new invoice"))
    new_for_days: int = rule(
        14,
        gettext_noop("An invoice is new for so many days after it was issued"),
        help_text=gettext_noop("One that comes later is not written about."),
    )
    account: str = rule(
        LAST_FOUR,
        gettext_noop("The account in such letters"),
        help_text=gettext_noop("Letters with a whole account number teach people to trust forged ones."),
        choices=(
            (LAST_FOUR, gettext_noop("its last four digits")),
            (WHOLE, gettext_noop("the whole number")),
            (NOTHING, gettext_noop("not at all")),
        ),
    )
    attaches: tuple[str, ...] = rule(
        (),
        gettext_noop("What comes with such letters"),
        choices=(
            ("invoice_pdf", gettext_noop("the invoice as a PDF")),
            ("transfer_code", gettext_noop("the transfer QR code")),
        ),
    )
    remind_days_before: int = rule(
        3, gettext_noop("Remind so many days before the due date"), help_text=gettext_noop("0: no reminder.")
    )
    remind_days_after: int = rule(
        3, gettext_noop("Remind so many days after the due date"), help_text=gettext_noop("0: no reminder.")
    )


@register
@dataclass(frozen=True)
class ForecastRules(RuleSet):
    code = "forecast"
    title = gettext_noop("Forecast of invoices")

    longest_months: int = rule(12, gettext_noop("Longest period of a forecast, months"))
    ahead_months: int = rule(12, gettext_noop("A forecast reaches so many months ahead"))
