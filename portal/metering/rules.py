"""What a utility decides about readings that customers give."""

from dataclasses import dataclass
from decimal import Decimal

from portal.utility.rules import RuleSet, gettext_noop, register, rule

REFUSE = "refuse"
TO_CHECK = "to_check"
ANSWERS = (
    (REFUSE, gettext_noop("refuse, and offer to send it to a clerk")),
    (TO_CHECK, gettext_noop("a clerk checks")),
)
KINDS = (
    ("person", gettext_noop("person")),
    ("firm", gettext_noop("firm")),
    ("community", gettext_noop("housing community")),
)


@register
@dataclass(frozen=True)
class ReadingRules(RuleSet):
    code = "readings"
    title = gettext_noop("Readings")

    is_accepting: bool = rule(default=True, label=gettext_noop("Customers submit readings"))
    accepted_from: tuple[str, ...] = rule(
        ("person", "firm", "community"), gettext_noop("Who submits readings"), choices=KINDS
    )
    main_meter_only: tuple[str, ...] = rule((), gettext_noop("Who submits of the main meter only"), choices=KINDS)
    takes_remote: bool = rule(
        default=False,
        label=gettext_noop("Readings of meters that are read remotely are taken too"),
        help_text=gettext_noop(
            "For a control reading. Nobody is reminded of one, and nothing follows when none comes."
        ),
    )
    history_months: int = rule(24, gettext_noop("Months of history shown"))
    window_from_day: int = rule(
        0,
        gettext_noop("The window opens on this day of the month"),
        help_text=gettext_noop("It closes with the month's last day. 0: readings are taken at any time."),
    )
    is_once_per_window: bool = rule(default=True, label=gettext_noop("One reading a meter in a window"))
    below_booked: str = rule(TO_CHECK, gettext_noop("A value lower than the last booked one"), choices=ANSWERS)
    outside_window: str = rule(TO_CHECK, gettext_noop("A reading outside the window"), choices=ANSWERS)
    blocked: str = rule(TO_CHECK, gettext_noop("A reading of a blocked customer"), choices=ANSWERS)
    outlier_times: Decimal = rule(  # noqa: RUF009 - rule() makes a field
        Decimal(3), gettext_noop("Unusual: so many times more or less than in the same season")
    )
    outlier_least: Decimal = rule(Decimal(5), gettext_noop("Unusual: and at least so many m³ a month off"))  # noqa: RUF009 - rule() makes a field
    outlier_without_history: Decimal = rule(  # noqa: RUF009 - rule() makes a field
        Decimal(15), gettext_noop("Unusual without history: more m³ a month than this")
    )
    missed_returns_to_months: int = rule(
        0,
        gettext_noop("A missed window returns the billing period to so many months"),
        help_text=gettext_noop("0: a missed window has no consequence."),
    )
    is_missed_blocking: bool = rule(default=False, label=gettext_noop("A missed window blocks giving readings"))
    is_for_guests: bool = rule(
        default=False,
        label=gettext_noop("Readings are given without signing in too"),
        help_text=gettext_noop("With the customer number and the number of the meter; only a receipt is shown."),
    )
    guest_attempts_an_hour: int = rule(10, gettext_noop("Attempts without signing in, from one address in an hour"))
    excused_after_down_hours: int = rule(
        4,
        gettext_noop("Nobody misses a window when the portal was down longer than so many hours"),
        help_text=gettext_noop("Counted in the last 48 hours of the window."),
    )
    is_watching: bool = rule(default=False, label=gettext_noop("Possible leaks and unusual use are looked for"))
    leak_nights: int = rule(
        3,
        gettext_noop("Possible leak: water never stops in so many nights, where hours are known"),
        help_text=gettext_noop("0: nights are not looked at."),
    )
    leak_times: Decimal = rule(Decimal(6), gettext_noop("Possible leak: so many times more than in the same season"))  # noqa: RUF009 - rule() makes a field
    remind_days_left: tuple[int, ...] = rule((5, 1), gettext_noop("Remind when so many days of the window are left"))
    photo_megabytes: int = rule(10, gettext_noop("Largest photo, MB"))
    verification_notice_days: int = rule(90, gettext_noop("Say so many days before that a verification ends"))
