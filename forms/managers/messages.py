"""The automatic messages about managers' access."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

register_message(
    "manager_asked",
    _("Your request for a manager's account"),
    _(
        "Good morning,\n\n"
        "we have the request of {company} for a manager's account in {product}. A clerk will compare it with the mandate "
        "and answer within {days} working days.\n\n"
        "Questions? Here we are: {contact}.\n\n"
        "{utility}"
    ),
    {"company": _("the manager's company"), "days": _("how many working days a clerk has")},
    when=_("Sent when a property manager has asked for access."),
)

register_message(
    "manager_granted",
    _("You act for customer {number}"),
    _(
        "Good morning,\n\n"
        "{company} may now act in {product} for customer number {number}: {scope}, until {until}.\n\n"
        "Sign in with this e-mail: {sign_in}\n\n"
        "If you have no password yet, set one here: {reset}\n\n"
        "{utility}"
    ),
    {
        "company": _("the manager's company"),
        "number": _("customer number"),
        "scope": _("the whole customer, or how many points"),
        "until": _("the last day"),
        "reset": _("address where a password is asked for"),
    },
    needed=["number"],
    when=_("Sent to a manager for each customer that a clerk has granted."),
)

register_message(
    "manager_customer_told",
    _("A property manager sees your data"),
    _(
        "Good morning,\n\n"
        "{company} has shown us a mandate and may now act for customer number {number} in {product}: {scope}, until {until}.\n\n"
        "If you agree, you need not do anything. If not, say so here, and the access ends at once: {object}\n\n"
        "Questions? Here we are: {contact}.\n\n"
        "{utility}"
    ),
    {
        "company": _("the manager's company"),
        "number": _("customer number"),
        "scope": _("the whole customer, or how many points"),
        "until": _("the last day"),
        "object": _("address where the customer objects"),
    },
    needed=["object"],
    when=_("Sent to the customer's owner and to the contact we know, when a manager was granted access."),
)

register_message(
    "manager_refused",
    _("Your request for a manager's account: not granted"),
    _(
        "Good morning,\n\n"
        "we cannot give {company} a manager's account: {why}\n\n"
        "Send us what is missing and ask again, or get in touch: {contact}.\n\n"
        "{utility}"
    ),
    {"company": _("the manager's company"), "why": _("the clerk's reason")},
    when=_("Sent when a clerk refuses a manager's request."),
)

register_message(
    "manager_ended",
    _("You no longer act for customer {number}"),
    _(
        "Good morning,\n\n"
        "the customer number {number} objected to the access of {company}, and it has ended. A clerk will clear it up with both "
        "of you.\n\n"
        "Questions? Here we are: {contact}.\n\n"
        "{utility}"
    ),
    {"company": _("the manager's company"), "number": _("customer number")},
    when=_("Sent to a manager when a customer has objected."),
)
