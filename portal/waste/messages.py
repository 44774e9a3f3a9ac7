"""The letters of this room, as the house words them."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

register_message(
    "pickup_tomorrow",
    _("Waste is collected tomorrow, {day}"),
    _(
        "Hello,\n\ntomorrow, {day}, we collect:\n\n{what}\n\nPut the containers out this evening. You can turn this "
        "reminder off beside the calendar:\n\n{link}\n\n{utility}"
    ),
    {
        "day": _("day of the pickup"),
        "what": _("places and waste streams, one a line"),
        "link": _("address of the calendar"),
    },
    is_obligatory=False,
    title=_("Waste collection tomorrow"),
    module="waste",
    when=_("The evening before waste is collected, to those who asked for it."),
)
