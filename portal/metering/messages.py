"""The letters of this room, as the house words them."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

READING = {
    "meter": _("number of the meter"),
    "value": _("the reading"),
    "read_on": _("day of the reading"),
    "link": _("address of the page with the readings given"),
}

register_message(
    "reading_accepted",
    _("We have your reading: {value}"),
    _(
        "Hello,\n\nthank you. We have taken the reading of meter {meter}: {value}, {read_on}.\n\nUntil it goes to "
        "billing you can change it or take it back:\n\n{link}\n\n{utility}"
    ),
    READING,
    when=_("When a reading is accepted at once."),
)
register_message(
    "reading_to_check",
    _("We are checking your reading: {value}"),
    _(
        "Hello,\n\nwe have the reading of meter {meter}: {value}, {read_on}. Our office will check it and let you know. "
        "You do not need to do anything.\n\n{link}\n\n{utility}"
    ),
    READING,
    when=_("When a reading goes to a clerk."),
)
register_message(
    "reading_confirmed",
    _("Your reading is accepted: {value}"),
    _(
        "Hello,\n\nour office has checked the reading of meter {meter}, {value}, {read_on}, and accepted it.\n\n{decision}"
        "\n\n{link}\n\n{utility}"
    ),
    READING | {"decision": _("what the clerk says")},
    when=_("When a clerk accepts a reading."),
)
register_message(
    "reading_rejected",
    _("We could not accept your reading: {value}"),
    _(
        "Hello,\n\nour office has checked the reading of meter {meter}, {value}, {read_on}, and did not accept it:\n\n"
        "{decision}\n\nYou can give another one:\n\n{link}\n\n{utility}"
    ),
    READING | {"decision": _("what the clerk says")},
    when=_("When a clerk rejects a reading."),
)
register_message(
    "reading_by_guest",
    _("A reading of your meter was given without signing in: {value}"),
    _(
        "Hello,\n\nsomebody who knows your customer number and the number of meter {meter} has given us its reading: "
        "{value}, {read_on}.\n\nIf it is right, you do not need to do anything. If not, change it or take it back "
        "until it goes to billing:\n\n{link}\n\n{utility}"
    ),
    READING,
    when=_("When a reading is given without signing in, to the owner of the account."),
)
register_message(
    "readings_sheet",
    _("We have {taken} readings from your spreadsheet"),
    _(
        "Hello,\n\nwe have taken {taken} readings from your spreadsheet; our office will check {to_check} of them. Rows "
        "not taken: {bad}.\n\n{link}\n\n{utility}"
    ),
    {
        "taken": _("how many readings were taken"),
        "to_check": _("how many of them are checked"),
        "bad": _("how many rows were not taken"),
        "link": _("address of the page with the readings given"),
    },
    when=_("When readings from a spreadsheet were given."),
)
register_message(
    "reading_reminder",
    _("Give your meter reading by {closes}"),
    _(
        "Hello,\n\nthe reading of your meter is still missing. {left} You can give it until {closes}, 23:59:\n\n{link}\n\n"
        "{consequence}\n\n{utility}"
    ),
    {
        "closes": _("last day of the window"),
        "left": _("how many days are left"),
        "link": _("address of the form"),
        "consequence": _("what follows when no reading comes"),
    },
    when=_("On the days before the window closes that the rules name."),
)
register_message(
    "water_alert",
    _("Look at your water: {kind}, meter {meter}"),
    _(
        "Hello,\n\nthe readings of meter {meter} show: {kind}.\n\n{what}\n\nCheck taps, toilet and the garden. Close "
        "everything and look whether the small wheel on the dial still turns. The chart:\n\n{link}\n\nYou asked us to "
        "write of this; you can change that on the same page.\n\n{utility}"
    ),
    {
        "kind": _("unusual use, or a possible leak"),
        "meter": _("number of the meter"),
        "what": _("what was compared"),
        "link": _("address of the meter's page"),
    },
    is_obligatory=False,
    title=_("Possible leak or unusual use"),
    module="readings",
    when=_("When readings show a possible leak or unusual use, to those who asked for it."),
)
register_message(
    "window_missed",
    _("No meter reading came: your bills change"),
    _(
        "Hello,\n\nno reading of your meter came by {closes}. {consequence}\n\nIf that is a mistake, write to us or "
        "call: {contact}\n\n{utility}"
    ),
    {"closes": _("last day of the window"), "consequence": _("what follows from it")},
    when=_("On the day after a window closed without a reading."),
)
register_message(
    "window_reopened",
    _("You can give readings again from {open_from}"),
    _(
        "Hello,\n\nour office has undone what followed from the missed reading. {because}\n\nYou can give readings again "
        "from {open_from}.\n\n{utility}"
    ),
    {"open_from": _("first day on which readings are taken again"), "because": _("what the clerk says")},
    when=_("When a clerk undoes what followed from a missed window."),
)
