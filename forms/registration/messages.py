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
        "thank you, we have your application. Before you see a customer's data in {product}, a clerk must look at "
        "your registration. This takes up to {days} working days, until {until}. We will write to you; you need not do anything.\n\n"
        "Questions? Here we are: {contact}.\n\n"
        "{utility}"
    ),
    {"days": _("how many working days a clerk has"), "until": _("the day until which a clerk decides")},
    when=_("Sent when a clerk must decide about an application."),
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

_SIGNS_IN = {
    "user_number": _("what the person signs in with"),
    "email": _("the person's e-mail"),
    "label": _("label of the sign-in field, from the rules"),
    "hint": _("hint beside the sign-in field, from the rules"),
    "password": _("the password that we made"),
    "until": _("the day until which the password works"),
    "change": _("when the password must be changed, from the rules"),
}

register_message(
    "registration_password",
    _("Your login and password"),
    _(
        "Good morning,\n\n"
        "your account in {product} works.\n\n"
        "Login: {user_number}\n"
        "Password: {password}\n\n"
        "Sign in by {until}: {sign_in}\n\n"
        "{change}\n\n"
        "{utility}"
    ),
    _SIGNS_IN,
    needed=["user_number", "password"],
    when=_("Sent after the registration form where we make the password and the account works at once."),
)

register_message(
    "registration_accepted",
    _("Your application is accepted"),
    _(
        "Good morning,\n\n"
        "we have checked your application: your account in {product} works.\n\n"
        "{label}: {user_number}\n"
        "Password: {password}\n\n"
        "Sign in by {until}: {sign_in}\n\n"
        "{change}\n\n"
        "{utility}"
    ),
    _SIGNS_IN,
    needed=["user_number", "password"],
    when=_("Sent when a clerk has accepted an application and we make the password."),
)

register_message(
    "registration_add",
    _("Registration"),
    _(
        "Good morning,\n\n"
        "somebody, probably you, wants to add a customer to the account in {product} that has this e-mail.\n\n"
        "Confirm it: {link}\n\n"
        "The link works for {hours} hours. Your password stays as it is. If it was not you, do nothing.\n\n"
        "{utility}"
    ),
    {"link": _("address that confirms the e-mail"), "hours": _("how many hours the link works")},
    needed=["link"],
    when=_("Sent instead of “Registration” when the e-mail has an account and may own another customer."),
)

_FORM = {
    "form": _("address of the form to print"),
    "address": _("where the signed form is brought or posted"),
    "until": _("the day until which we wait for the form"),
}

register_message(
    "registration_form_a",
    _("Registration"),
    _(
        "Good morning,\n\n"
        "somebody, probably you, is opening an account in {product} with this e-mail.\n\n"
        "1. Confirm the e-mail: {link}\n"
        "From then on you can sign in; until we have your form you see only the public pages and your application.\n\n"
        "2. Print Form A and sign it: {form}\n"
        "Bring it to us or post it to: {address}. We wait for it until {until}.\n\n"
        "The first link works for {hours} hours. If it was not you, do nothing: without it no account is opened.\n\n"
        "{utility}"
    ),
    {"link": _("address that confirms the e-mail"), "hours": _("how many hours the link works"), **_FORM},
    needed=["link", "form"],
    when=_("Sent after the registration form where a signed form is needed."),
)

register_message(
    "registration_form_reminder",
    _("We are waiting for your Form A"),
    _(
        "Good morning,\n\n"
        "your account in {product} waits for the signed Form A. Print it: {form}\n\n"
        "Bring it to us or post it to: {address}. We wait until {until}; then the account is closed.\n\n"
        "Have you sent it already? Then you need not do anything.\n\n"
        "{utility}"
    ),
    _FORM,
    needed=["form"],
    when=_("Sent again and again, as the rules say, to whoever has not sent the signed form."),
)

register_message(
    "registration_form_late",
    _("Your registration is closed"),
    _(
        "Good morning,\n\n"
        "the signed Form A did not come, so we have closed the account in {product} that waited for it. "
        "You may register again at any time: {portal}\n\n"
        "Questions? Here we are: {contact}.\n\n"
        "{utility}"
    ),
    {},
    when=_("Sent when the time to send the signed form is over."),
)

register_message(
    "registration_refused",
    _("We could not accept your application"),
    _(
        "Good morning,\n\n"
        "we have looked at your application for an account in {product} and could not accept it.\n\n"
        "{why}\n\n"
        "If you think otherwise, tell us: {contact}.\n\n"
        "{utility}"
    ),
    {"why": _("the clerk's reason")},
    needed=["why"],
    when=_("Sent when a clerk refuses an application, with the reason that the clerk wrote."),
)

register_message(
    "registration_question",
    _("We need to ask you something"),
    _(
        "Good morning,\n\n"
        "before we decide about your application for an account in {product}, we need to know:\n\n"
        "{question}\n\n"
        "Answer here: {link}\n\n"
        "{utility}"
    ),
    {"question": _("what the clerk asks"), "link": _("address where the answer is written")},
    needed=["question", "link"],
    when=_("Sent when a clerk asks for more before deciding."),
)

register_message(
    "registration_undone",
    _("A mistake of ours in your account"),
    _(
        "Good morning,\n\n"
        "we linked your account in {product} with customer number {number} by mistake and have undone it. "
        "A clerk looks at your application again; you need not do anything.\n\n"
        "We are sorry. Questions? Here we are: {contact}.\n\n"
        "{utility}"
    ),
    {"number": _("customer number")},
    when=_("Sent to the applicant when a wrong link is undone."),
)

register_message(
    "contact_undone",
    _("A mistake of ours about your data"),
    _(
        "Good morning,\n\n"
        "by a mistake of ours an account of somebody else in {product} was linked with your customer number {number}. "
        "We have undone it: that account sees nothing of yours any more.\n\n"
        "We are sorry. If you want to know what was seen, tell us: {contact}.\n\n"
        "{utility}"
    ),
    {"number": _("customer number")},
    when=_("Sent to the customer's known e-mail when a wrong link is undone."),
)
