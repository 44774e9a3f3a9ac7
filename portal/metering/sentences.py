"""The policy's reasons as sentences for the person who gives a reading, and as words for a clerk."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.metering.dial import Fault
from portal.metering.policies import Known, Reason, next_window
from portal.metering.rules import ReadingRules
from portal.utility.templatetags.ebok import cubic, day_words

FOR_CLERKS: dict[str, Any] = {
    Reason.READ_REMOTELY: gettext_lazy("the meter is read remotely"),
    Reason.REMOVED: gettext_lazy("the meter was taken off"),
    Reason.OLDER_THAN_BOOKED: gettext_lazy("older than the last booked reading"),
    Reason.BLOCKED: gettext_lazy("the customer is blocked after a missed window"),
    Reason.OUTSIDE_WINDOW: gettext_lazy("outside the window"),
    Reason.GIVEN_ALREADY: gettext_lazy("a second reading in the window"),
    Reason.BELOW_BOOKED: gettext_lazy("lower than the last booked reading"),
    Reason.ROLLOVER: gettext_lazy("the dial has begun again from zero"),
    Reason.NEW_METER: gettext_lazy("nothing is booked of this meter yet"),
    Reason.MUCH_MORE: gettext_lazy("much more than usual"),
    Reason.MUCH_LESS: gettext_lazy("much less than usual"),
    Reason.UNPROVEN: gettext_lazy("given without signing in, and without the check that a person gives it"),
}


def for_clerks(reasons: list[str]) -> str:
    return ", ".join(str(FOR_CLERKS.get(reason, reason)) for reason in reasons)


def why(reason: str, known: Known, rules: ReadingRules) -> str:
    """Why a reading is refused or asked about, and until when."""
    if reason in (Reason.BLOCKED, Reason.OUTSIDE_WINDOW, Reason.GIVEN_ALREADY):
        return _of_the_window(reason, known, rules)
    booked = {"value": cubic(known.booked_value), "day": day_words(known.booked_on)}
    sentences = {
        Reason.NOT_OFFERED: _("Readings of this meter are not taken here."),
        Reason.READ_REMOTELY: _("We read this meter remotely, so you need not give its reading."),
        Reason.REMOVED: _("This meter was taken off, so its readings are not taken any more."),
        Reason.FUTURE: _("This day has not come yet. Give the day on which you read the meter."),
        Reason.OLDER_THAN_BOOKED: _("We have a later reading already: %(value)s on %(day)s.") % booked,
        Reason.SAME_AGAIN: _("We have this very reading already. You need not do anything."),
        Reason.BELOW_BOOKED: _(
            "The last reading was %(value)s on %(day)s, and a dial does not run back. Check the figures."
        )
        % booked,
        Reason.NEW_METER: _("This is the first reading of this meter. Compare its number with the one on the dial."),
        Reason.MUCH_MORE: _(
            "This is far more water than usual. Check the figures, and whether a tap or a toilet leaks."
        ),
        Reason.MUCH_LESS: _("This is far less water than usual. Check the figures."),
    }
    return sentences.get(Reason(reason), _("A clerk will look at this reading."))


def for_guests(reason: str, known: Known, rules: ReadingRules) -> str:
    """The same for somebody who has not signed in: nothing of what the meter showed before."""
    sentences = {
        Reason.OLDER_THAN_BOOKED: _("We have a later reading of this meter already. Check the day."),
        Reason.BELOW_BOOKED: _("This is lower than the last reading, and a dial does not run back. Check the figures."),
    }
    return sentences.get(Reason(reason)) or why(reason, known, rules)


def _of_the_window(reason: str, known: Known, rules: ReadingRules) -> str:
    coming = next_window(known.today, rules)
    again = {"day": day_words(coming.opens) if coming else ""}
    if reason == Reason.GIVEN_ALREADY:
        return _("You gave a reading of this meter in this window already. Change that one instead.")
    if reason == Reason.BLOCKED:
        return _("Giving readings is blocked, because none came in the last window. Our office can unblock it.")
    if not coming:
        return _("Readings are not taken on this day.")
    return _("Readings are taken from %(day)s to the end of that month.") % again


def fault(code: str, digits: int) -> str:
    """What is wrong with what was typed."""
    return {
        Fault.EMPTY: _("Type the black figures of the dial, for example 504."),
        Fault.NEGATIVE: _("A dial shows no minus. Type its black figures only."),
        Fault.DECIMAL: _("Type whole cubic metres: leave out the red figures."),
        Fault.LETTERS: _("Type figures only."),
        Fault.TOO_LONG: _("This dial has %(digits)s black figures. Leave out the red ones.") % {"digits": digits},
    }[Fault(code)]
