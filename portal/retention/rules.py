"""How long things are kept. Zero keeps without end."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule


@register
@dataclass(frozen=True)
class RetentionRules(RuleSet):
    """A term in months counts back from today; one in years counts from the end of the year. Zero keeps without end."""

    code = "retention"
    title = gettext_noop("How long things are kept")

    applications_months: int = rule(
        12, gettext_noop("Applications that came to nothing, months"), help_text=gettext_noop("0: without end.")
    )
    form_a_scans_months: int = rule(12, gettext_noop("Scans of Form A after the decision, months"))
    old_accounts_months: int = rule(
        12, gettext_noop("List of the old portal's accounts, months after it was taken over")
    )
    mandates_months: int = rule(12, gettext_noop("Managers' requests and mandates after their end, months"))
    invitations_months: int = rule(12, gettext_noop("Invitations after their end, months"))
    photos_months: int = rule(24, gettext_noop("Photos of meters, months"))
    attachments_months: int = rule(36, gettext_noop("Attachments of messages after the case is closed, months"))
    form_answers_months: int = rule(24, gettext_noop("Answers to forms, months"))
    letters_months: int = rule(24, gettext_noop("Texts of messages sent, months"))
    access_log_months: int = rule(24, gettext_noop("Who signed in and who looked, months"))
    event_payloads_months: int = rule(6, gettext_noop("Contents of gateways' messages, months"))
    outbox_months: int = rule(24, gettext_noop("Contents of facts that the billing system has fetched, months"))
    closed_accounts_months: int = rule(
        12, gettext_noop("What is left of a closed account, months"), help_text=gettext_noop("Money and the log stay.")
    )
    downloads_days: int = rule(7, gettext_noop("A person's file of all own data, days"))
    invoices_years: int = rule(6, gettext_noop("Invoices and other documents, years after the end of their year"))
