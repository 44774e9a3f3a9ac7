"""The letters of this room, as the house words them."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

CASE = {
    "number": _("number of the case"),
    "subject": _("its subject"),
    "link": _("address of the case"),
    "due": _("day by which the answer is due"),
}

register_message(
    "case_received",
    _("We have your message: case {number}"),
    _(
        "Hello,\n\nthank you. Your matter “{subject}” has the number {number}. We answer by {due}.\n\n"
        "Follow the case: {link}\n\n{proof}\n\n{utility}"
    ),
    CASE | {"proof": _("number and signature for those who write without an account; else empty")},
    needed=["number"],
    when=_("When a case comes in."),
)
register_message(
    "case_question",
    _("We need something from you: case {number}"),
    _(
        "Hello,\n\nto answer in the case {number}, “{subject}”, we need to know something more. Please read our question "
        "and write back there:\n\n{link}\n\n{utility}"
    ),
    CASE,
    when=_("When a clerk asks the customer."),
)
register_message(
    "case_answered",
    _("Our answer in the case {number}"),
    _(
        "Hello,\n\nthe answer in the case {number}, “{subject}”, is ready. You can read it and keep it as a PDF:\n\n{link}"
        "\n\n{utility}"
    ),
    CASE,
    when=_("When a clerk answers."),
)
register_message(
    "case_extended",
    _("We need more time: case {number}"),
    _("Hello,\n\nwe will answer in the case {number}, “{subject}”, by {due}. {because}\n\n{link}\n\n{utility}"),
    CASE | {"because": _("the legal basis and the clerk's reason")},
    when=_("When a deadline is moved."),
)
register_message(
    "case_accepted",
    _("Your complaint counts as accepted: case {number}"),
    _(
        "Hello,\n\nour answer in the case {number}, “{subject}”, did not come in time, so your complaint counts as accepted. "
        "A clerk will write what we do about it.\n\n{link}\n\n{utility}"
    ),
    CASE,
    when=_("When a consumer's complaint had no answer in time."),
)
register_message(
    "case_escalated",
    _("Case {number} waits for an answer, due {due}"),
    _(
        "The case {number}, “{subject}”, has had no answer for {days} days. The answer is due on {due}.\n\n{link}"
        "\n\n{utility}"
    ),
    CASE | {"days": _("days since it came")},
    when=_("To the department, on the days of escalation and when a complaint is deemed accepted."),
)
register_message(
    "inbox_copy",
    _("New message: {subject}"),
    _("Hello,\n\n{text}\n\nRead it in the portal: {link}\n\n{utility}"),
    {"subject": _("its subject"), "text": _("the message"), "link": _("address of the message")},
    is_obligatory=False,
    title=_("Copies of messages in the inbox"),
    when=_("A copy of a message in the inbox, to those who asked for copies."),
)
OUTAGE = {
    "title": _("what happened"),
    "place": _("streets"),
    "begins": _("when it begins"),
    "ends": _("when it is expected to end"),
    "text": _("what the office says"),
}
register_message(
    "outage_announced",
    _("{title}"),
    _(
        "Hello,\n\n{title}\n\nWhere: {place}\nFrom: {begins}\nExpected until: {ends}\n\n{text}\n\n"
        "You get this e-mail because you asked to be told of outages. You can stop it in the portal:\n\n{sign_in}"
        "\n\n{utility}"
    ),
    OUTAGE,
    is_obligatory=False,
    title=_("Outages at your places"),
    text_message=_("{title}. {place}. Until {ends}. {utility}"),
    when=_("When an outage is published, to those who live there and asked for it."),
)
register_message(
    "outage_ended",
    _("It works again: {title}"),
    _("Hello,\n\nit is over: {title}, {place}. Thank you for your patience.\n\n{utility}"),
    {"title": _("what happened"), "place": _("streets")},
    is_obligatory=False,
    title=_("The end of an outage"),
    text_message=_("It works again: {place}. {utility}"),
    when=_("When an outage is closed, to those who were told of it."),
)
