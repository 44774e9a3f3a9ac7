"""The automatic messages of registering."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

register_message(
    "registration_confirm",
    _("Registration"),
    _(
        "Good morning,\n\n"
        "somebody, probably you, is opening an account in {product} with this e-mail.\n\n"
        "Confirm the e-mail and open the account: {link}\n\n"
        "The link works for {hours} hours. If it was not you, do nothing: without the link no account is opened.\n\n"
        "{utility}"
    ),
    {"link": _("address that confirms the e-mail"), "hours": _("how many hours the link works")},
    needed=["link"],
    when=_("Sent after the registration form. The account opens only when the link in it is pressed."),
)

register_message(
    "registration_done",
    _("Account activation"),
    _(
        "Good morning,\n\n"
        "your account in {product} works.\n\n"
        "To sign in, type: {user_number}\n{hint}\n\n"
        "Sign in: {sign_in}\n\n"
        "{utility}"
    ),
    {
        "user_number": _("what the person signs in with"),
        "email": _("the person's e-mail"),
        "label": _("label of the sign-in field, from the rules"),
        "hint": _("hint beside the sign-in field, from the rules"),
    },
    needed=["user_number"],
    when=_("Sent when the link of “Registration” was pressed and the account works."),
)

register_message(
    "registration_waiting",
    _("Registration: a clerk will look at it"),
    _(
        "Good morning,\n\n"
        "thank you for confirming your e-mail. Before you see a customer's data in {product}, a clerk must look at "
        "your registration. This takes up to {days} working days. We will write to you; you need not do anything.\n\n"
        "Questions? Here we are: {contact}.\n\n"
        "{utility}"
    ),
    {"days": _("how many working days a clerk has")},
    when=_("Sent when the e-mail is confirmed and a clerk must decide."),
)

register_message(
    "registration_taken",
    _("You have an account already"),
    _(
        "Good morning,\n\n"
        "somebody, probably you, wanted to open an account in {product} with this e-mail. There is one already: "
        "a second one was not opened.\n\n"
        "Sign in: {sign_in}\n\n"
        "Set a new password if you do not remember yours: {reset}\n\n"
        "If it was not you, do nothing.\n\n"
        "{utility}"
    ),
    {"reset": _("address where a new password is asked for")},
    when=_("Sent instead of “Registration” when the e-mail has an account. The page says the same in both cases."),
)

register_message(
    "registration_owner_told",
    _("Somebody asks for access to your data"),
    _(
        "Good morning,\n\n"
        "somebody ({applicant}) has shown us an invoice of customer number {number} and asked for an account in {product}. "
        "We have given no access: a clerk will look at it.\n\n"
        "If you know this person, you need not do anything. If you do not, tell us: {contact}.\n\n"
        "{utility}"
    ),
    {"number": _("customer number"), "applicant": _("the applicant's e-mail, mostly hidden")},
    when=_("Sent to the customer's owner and to the contact we know, when access was asked for and not given."),
)

register_message(
    "contact_told",
    _("An account was opened for your customer number"),
    _(
        "Good morning,\n\n"
        "an account in {product} has been opened for customer number {number} with the e-mail {applicant}.\n\n"
        "If it was you or somebody of your household, you need not do anything. If not, tell us at once: {contact}.\n\n"
        "{utility}"
    ),
    {"number": _("customer number"), "applicant": _("the e-mail of the account, mostly hidden")},
    when=_("Sent to the e-mail that the billing system knows, when another e-mail opened the account."),
)
