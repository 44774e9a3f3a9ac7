"""The automatic messages about moving from the old portal."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

register_message(
    "old_account_link",
    _("Your account in the new {product}"),
    _(
        "Good morning,\n\n"
        "somebody, probably you, wants to move the account of the previous version to the new {product}.\n\n"
        "Set a password: {link}\n\n"
        "The link works for 24 hours and once; the newest message counts. From then on you sign in to the new version, and "
        "your invoices and balance are there.\n\n"
        "If it was not you, do nothing: nothing changes.\n\n"
        "{utility}"
    ),
    {"link": _("address where a new password is set")},
    needed=["link"],
    when=_("Sent when somebody with an account of the old portal asks for a new password."),
)
