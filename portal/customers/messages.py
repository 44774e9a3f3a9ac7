"""The automatic messages about acting for somebody else."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

_NUMBER = {"number": _("customer number")}

register_message(
    "invitation",
    _("{who} invites you to act for customer {number}"),
    _(
        "Good morning,\n\n"
        "{who} invites you to act in {product} for customer number {number} until {until}. You will be able to: {deeds}.\n\n"
        "Accept the invitation: {link}\n\n"
        "The link works for 14 days. If you do not know this person, do nothing.\n\n"
        "{utility}"
    ),
    {
        "who": _("who invites"),
        "deeds": _("what the person may do"),
        "until": _("the last day"),
        "link": _("address of the invitation"),
    }
    | _NUMBER,
    needed=["link"],
    when=_("Sent when an owner invites somebody to act for the customer."),
)

register_message(
    "invitation_accepted",
    _("{who} now acts for your customer number"),
    _(
        "Good morning,\n\n"
        "{who} has accepted your invitation and acts from now on for customer number {number} in {product}.\n\n"
        "You can end it at any time in your account, under “People who act for me”.\n\n"
        "{utility}"
    ),
    {"who": _("who accepted")} | _NUMBER,
    when=_("Sent to the owner when an invitation was accepted."),
)

register_message(
    "right_ended",
    _("Acting for customer {number} has ended"),
    _(
        "Good morning,\n\n"
        "{who} no longer acts for customer number {number} in {product}.\n\n"
        "Questions? Here we are: {contact}.\n\n"
        "{utility}"
    ),
    {"who": _("whose right has ended")} | _NUMBER,
    when=_("Sent to both sides when the owner ended somebody's right, or the person gave it up."),
)
