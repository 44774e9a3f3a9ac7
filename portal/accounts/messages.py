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
