"""Readings given without signing in: a meter found by two numbers, and sentences that tell nothing of it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal import clock
from portal.content.folding import fold
from portal.metering import facts
from portal.metering.actions import record_reading
from portal.metering.models import Meter, MeterReading, Submission
from portal.metering.policies import Given, Reason, Refused
from portal.metering.rules import ReadingRules
from portal.metering.sentences import for_guests
from portal.utility.rulebook import rules
from portal.utility.rules import Modules
from portal.utility.templatetags.ebok import cubic, day, moment

OF_THE_DAY = frozenset({Reason.FUTURE, Reason.OLDER_THAN_BOOKED})


def are_welcome() -> bool:
    day_rules = rules(ReadingRules)
    return bool(rules(Modules).readings and day_rules.is_accepting and day_rules.is_for_guests)


def find_meter(*, number: str, serial: str) -> Meter | None:
    """The one meter in use of that customer with that number. One statement, whatever the answer."""
    asked = _bare(number)
    own = Meter.objects.filter(
        facts.in_use(clock.today()), serial_number__iexact=serial.strip(), point__customer__is_closed=False
    )
    found = [meter for meter in own.select_related("point__customer") if _bare(meter.point.customer.number) == asked]
    return found[0] if len(found) == 1 else None


def _bare(text: str) -> str:
    return "".join(sign for sign in fold(text) if sign.isalnum())


@dataclass(frozen=True)
class Outcome:
    """The reading that was kept, or the field at fault with its sentence."""

    reading: MeterReading | None = None
    fault: tuple[str, str] = ("value", "")
    may_appeal: bool = False


def give(meter: Meter, given: Given) -> Outcome:
    """As from a person who signed in; only that an unusual value is not asked about, which would tell of the usual one."""
    sure = Given(given.value, given.read_on, True, given.is_appeal, given.is_unproven)
    outcome = record_reading(meter=meter, given=sure, by=None, channel=Submission.Channel.GUEST)
    if outcome.reading is not None:
        return Outcome(outcome.reading)
    verdict = outcome.verdict
    if not isinstance(verdict, Refused):
        return Outcome(fault=("value", _("A clerk will look at this reading.")))
    field = "read_on" if verdict.reason in OF_THE_DAY else "value"
    return Outcome(
        fault=(field, for_guests(verdict.reason, outcome.known, rules(ReadingRules))), may_appeal=verdict.may_appeal
    )


def receipt_of(reading: MeterReading) -> dict[str, Any]:
    """What the receipt says, in plain words: nothing that was not typed, but for the state."""
    return {
        "number": str(reading.public_id)[:8].upper(),
        "meter": reading.meter.serial_number,
        "value": cubic(reading.value),
        "day": day(reading.read_on),
        "moment": moment(reading.submission.submitted_at),
        "is_checked": reading.state == MeterReading.State.TO_CHECK,
    }
