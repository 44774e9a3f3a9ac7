"""The automatic messages about a person's account."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

register_message(
    "password_reset",
    _("New password"),
    _(
        "Good morning,\n\n"
        "somebody, probably you, has asked for a new password to {product}.\n\n"
        "Set a new password: {link}\n\n"
        "The link works for 24 hours and once. If it was not you, do nothing: your password stays as it is.\n\n"
        "{utility}"
    ),
    {"link": _("address where a new password is set")},
    needed=["link"],
    when=_("Sent when a person presses “I do not remember my password”."),
)

register_message(
    "password_changed",
    _("Your password has been changed"),
    _(
        "Good morning,\n\n"
        "the password to your account in {product} has just been changed.\n\n"
        "If it was not you, set a new password at once on the sign-in page and tell us: {contact}.\n\n"
        "Sign-in page: {sign_in}\n\n"
        "{utility}"
    ),
    {},
    when=_("Sent after each change of a password."),
)

register_message(
    "email_change_old",
    _("Do you want another e-mail?"),
    _(
        "Good morning,\n\n"
        "somebody, probably you, wants to change the e-mail of the account in {product} from this one to {new}.\n\n"
        "If it was you, confirm: {link}\n\n"
        "The link works for 48 hours. If it was not you, do nothing: the e-mail stays. Then change your password and tell us: "
        "{contact}.\n\n"
        "{utility}"
    ),
    {"link": _("address that confirms the change"), "new": _("the new e-mail, mostly hidden")},
    needed=["link"],
    when=_("Sent to the old address when a person asks for another e-mail. Both addresses must confirm."),
)

register_message(
    "email_change_new",
    _("Confirm your new e-mail"),
    _(
        "Good morning,\n\n"
        "somebody, probably you, wants to use this e-mail for the account in {product}.\n\n"
        "If it was you, confirm: {link}\n\n"
        "The link works for 48 hours. If it was not you, do nothing.\n\n"
        "{utility}"
    ),
    {"link": _("address that confirms the change")},
    needed=["link"],
    when=_("Sent to the new address when a person asks for another e-mail. Both addresses must confirm."),
)

register_message(
    "email_changed",
    _("Your e-mail has been changed"),
    _(
        "Good morning,\n\n"
        "the e-mail of the account in {product} has been changed. From now on we write to the new one, and you sign in with it.\n\n"
        "If it was not you, tell us at once: {contact}.\n\n"
        "{utility}"
    ),
    {},
    when=_("Sent to both addresses when the e-mail was changed."),
)

register_message(
    "account_closed",
    _("Your account has been closed"),
    _(
        "Good morning,\n\n"
        "your account in {product} has been closed, as you asked. Your contract goes on, and your invoices come as before. "
        "You can open a new account at any time.\n\n"
        "If it was not you, tell us at once: {contact}.\n\n"
        "{utility}"
    ),
    {},
    when=_("Sent when a person has closed the account. It is the last letter."),
)

register_message(
    "download_ready",
    _("Your data are ready"),
    _(
        "Good morning,\n\n"
        "the file with all your data from {product} is ready. Take it here, after signing in: {link}\n\n"
        "It is kept for a few days.\n\n"
        "{utility}"
    ),
    {"link": _("address where the file is taken")},
    needed=["link"],
    when=_("Sent when the file of a person's own data has been made."),
)
