"""The automatic message of forms that editors build."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

register_message(
    "form_filled",
    _("A form was filled in: {form}"),
    _(
        "Good morning,\n\n"
        "somebody has filled in the form “{form}” in {product}.\n\n"
        "Read the answers in the panel: {link}\n\n"
        "{utility}"
    ),
    {"form": _("title of the form"), "link": _("address of the answers in the panel")},
    needed=["link"],
    when=_("Sent to the addresses that the form names. The answers themselves are not in it: they stay in the panel."),
)
