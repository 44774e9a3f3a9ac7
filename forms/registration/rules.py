"""How a person becomes a user of the portal."""

from dataclasses import dataclass

from portal.utility.rules import RuleSet, gettext_noop, register, rule

IN_PERSON = "in_person"
MODES = (
    ("invoice_proof", gettext_noop("number and amount of an invoice")),
    ("at_once", gettext_noop("customer number and an invoice; we send the password")),
    ("letter_code", gettext_noop("a code from our letter")),
    ("clerk", gettext_noop("an application that a clerk checks")),
    ("signed_form", gettext_noop("a signed form (Form A)")),
    (IN_PERSON, gettext_noop("a statement signed at the office")),
)
# No way that the website offers: the letter of a forgotten password leads there, where an old portal is known.
OLD_PORTAL = "old_portal"
OF_OLD_PORTAL = (OLD_PORTAL, gettext_noop("an account of the old portal"))
KINDS = (
    ("person", gettext_noop("persons")),
    ("firm", gettext_noop("firms")),
    ("community", gettext_noop("housing communities")),
)
FIELDS = (
    ("first_name", gettext_noop("first name")),
    ("last_name", gettext_noop("surname")),
    ("street", gettext_noop("street and number")),
    ("postcode", gettext_noop("postcode")),
    ("city", gettext_noop("town")),
    ("customer_number", gettext_noop("customer number")),
    ("contract_number", gettext_noop("contract number")),
    ("meter_number", gettext_noop("meter number")),
)
CONSENTS = (("use", gettext_noop("using the portal")), ("marketing", gettext_noop("marketing")))


@register
@dataclass(frozen=True)
class RegistrationRules(RuleSet):
    code = "registration"
    title = gettext_noop("Registration")

    modes: tuple[str, ...] = rule(
        ("invoice_proof",), gettext_noop("How a person proves who they are, in order"), choices=MODES
    )
    generates_passwords: bool = rule(
        default=False,
        label=gettext_noop("We make the first password and send it"),
        help_text=gettext_noop("Off: people choose their own when they register."),
    )
    is_captcha_on: bool = rule(default=True, label=gettext_noop("Ask to prove that a person is filling in the form"))
    are_terms_first: bool = rule(default=False, label=gettext_noop("The regulations are read before anything else"))
    asks_phone: str = rule(
        "optional",
        gettext_noop("Phone number"),
        choices=(
            ("no", gettext_noop("not asked")),
            ("optional", gettext_noop("optional")),
            ("required", gettext_noop("must be given")),
        ),
    )
    fields: tuple[str, ...] = rule(
        (),
        gettext_noop("Asked of the person"),
        choices=FIELDS,
        help_text=gettext_noop("On a step of its own, where a clerk compares it with the customer's data."),
    )
    required_fields: tuple[str, ...] = rule((), gettext_noop("Of these, may not be left empty"), choices=FIELDS)
    consents: tuple[str, ...] = rule((), gettext_noop("Consents asked for, beside the regulations"), choices=CONSENTS)
    required_consents: tuple[str, ...] = rule(
        (), gettext_noop("Of these, a condition of the account"), choices=CONSENTS
    )
    offers_e_invoice: bool = rule(
        default=False, label=gettext_noop("An application for e-invoices may be sent along with the registration")
    )
    says_taken_email: bool = rule(
        default=False,
        label=gettext_noop("The form says that an e-mail has an account already"),
        help_text=gettext_noop("Off: only a message to that e-mail says it, so that nobody can try out addresses."),
    )
    link_hours: int = rule(48, gettext_noop("The link in the e-mail works for so many hours"))
    eligible_kinds: tuple[str, ...] = rule(
        ("person", "firm", "community"), gettext_noop("Customers who may have an account"), choices=KINDS
    )
    self_link_kinds: tuple[str, ...] = rule(
        ("person",), gettext_noop("Customers who may link themselves"), choices=KINDS
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
    is_first_invoice_needed: bool = rule(
        default=False, label=gettext_noop("Only after the customer received the first invoice")
    )
    gives_identifiers: tuple[str, ...] = rule(
        ("customer_number", "email"),
        gettext_noop("After registration people sign in with"),
        choices=(
            ("email", gettext_noop("e-mail")),
            ("customer_number", gettext_noop("customer number")),
            ("issued", gettext_noop("an identifier that we issue")),
        ),
    )
    decision_working_days: int = rule(5, gettext_noop("A clerk decides within so many working days"))
    needs_second_clerk: bool = rule(
        default=False, label=gettext_noop("A second clerk confirms each link that a clerk makes")
    )
    form_marking: str = rule(
        "", gettext_noop("What is written on the envelope of Form A"), help_text=gettext_noop("For example: iBOK.")
    )
    form_wait_days: int = rule(60, gettext_noop("We wait for a signed form for so many days"))
    form_reminder_days: int = rule(
        14, gettext_noop("Somebody who has not sent the form is reminded every so many days")
    )
    letter_code_days: int = rule(30, gettext_noop("The code of a letter works for so many days"))
