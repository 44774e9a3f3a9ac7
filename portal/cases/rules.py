"""What a utility decides about writing to the office: directions, deadlines, attachments, outages."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule

FIELDS = (
    ("name", gettext_noop("name")),
    ("address", gettext_noop("address for letters")),
    ("email", gettext_noop("e-mail")),
    ("phone", gettext_noop("phone")),
)


@register
@dataclass(frozen=True)
class CaseRules(RuleSet):
    code = "cases"
    title = gettext_noop("Messages and cases")

    customers_write: bool = rule(default=True, label=gettext_noop("Customers write to the office"))
    office_writes: bool = rule(default=True, label=gettext_noop("The office writes to customers' inboxes"))
    guests_report: bool = rule(default=True, label=gettext_noop("Failures are reported without signing in"))
    guest_reports_an_hour: int = rule(5, gettext_noop("Reports from one address in an hour without signing in"))
    opened_a_day: int = rule(20, gettext_noop("Cases that one person opens in a day"))
    escalation_days: tuple[int, ...] = rule(
        (7, 12), gettext_noop("A complaint without an answer is escalated after so many days")
    )
    extension_days: int = rule(
        0,
        gettext_noop("A deadline may be moved once by so many days"),
        help_text=gettext_noop("0: never. It needs the legal basis below."),
    )
    extension_basis: str = rule(
        "",
        gettext_noop("Legal basis of moving a deadline"),
        help_text=gettext_noop("The customer reads it. Without one no deadline is moved."),
    )
    reopen_days: int = rule(14, gettext_noop("An answered case may be opened again within so many days"))
    close_after_days: int = rule(
        14, gettext_noop("An answered case closes after so many days"), help_text=gettext_noop("0: a clerk closes it.")
    )
    attachments_most: int = rule(5, gettext_noop("Files with one message"))
    attachment_megabytes: int = rule(10, gettext_noop("Largest file, MB"))
    letters_a_day: int = rule(
        5,
        gettext_noop("E-mails about one case to one address in a day"),
        help_text=gettext_noop("It stops two machines from answering each other."),
    )
    proof_for: tuple[str, ...] = rule(
        ("name",), gettext_noop("A change of these data needs a document"), choices=FIELDS
    )
    four_eyes_for: tuple[str, ...] = rule(
        ("name", "address", "email", "phone"), gettext_noop("A change of these data needs two clerks"), choices=FIELDS
    )
    notice_days: int = rule(2, gettext_noop("A planned interruption is announced so many days before"))
    notice_days_long: int = rule(7, gettext_noop("A long one so many days before"))
    long_from_hours: int = rule(12, gettext_noop("An interruption is long when it lasts more hours than"))
