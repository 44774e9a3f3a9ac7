"""The letter that announces a new version of the regulations."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

register_message(
    "terms_announced",
    _("New version of: {title}"),
    _(
        "Good morning,\n\n"
        "from {day} a new version of “{title}” of {product} will be in force.\n\n"
        "Read it here, with all former versions: {link}\n\n"
        "{what_next}\n\n"
        "{utility}"
    ),
    {
        "title": _("title of the document"),
        "day": _("day from which it is in force"),
        "link": _("address of the new version"),
        "what_next": _("whether it will have to be accepted"),
    },
    needed=["link", "day"],
    when=_("Sent to everyone who has an account when a version is published that an editor wants announced."),
)

register_message(
    "statement_review_due",
    _("Review the accessibility statement"),
    _(
        "Good morning,\n\n"
        "the accessibility statement of {product} was last reviewed on {day}. The Act asks for a review every year.\n\n"
        "Check what it says, set the new date of the review, and publish it: {link}\n\n"
        "{utility}"
    ),
    {"day": _("day of the last review"), "link": _("address where the statement is edited")},
    needed=["link"],
    when=_("Sent to the editors once a year, when the review of the accessibility statement is due."),
)
