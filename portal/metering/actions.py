"""What is done with readings: given, taken back, decided, sent, booked; a window missed, and that undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.customers.access import open_delegations
from portal.customers.models import Customer, Delegation
from portal.desk.actions import NewTask, close_about, open_tasks, report
from portal.desk.reports import Report, settled
from portal.journal.actions import note, note_all
from portal.metering import facts
from portal.metering.facts import CHANGEABLE, State
from portal.metering.models import Meter, MeterReading, Submission
from portal.metering.policies import Accepted, AskAgain, Given, Known, Refused, ToCheck, Verdict, decide
from portal.metering.rules import ReadingRules
from portal.metering.sentences import for_clerks
from portal.notifications.actions import absolute, send
from portal.outbox.actions import tell, tell_all
from portal.outbox.models import OutboxFact
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import cubic, day

TO_CHECK = "reading_to_check"
FACT = "reading"
MATCH_WITHIN = timedelta(days=3)
AT_A_TIME = 500


class TooLate(Exception):
    """This reading was sent to billing already."""

    def __str__(self) -> str:
        return _("This reading has gone to billing already, so it cannot be changed here any more.")


class DecidedAlready(Exception):
    """Somebody has decided about this reading already."""

    def __str__(self) -> str:
        return _("Somebody has decided about this reading already.")


@dataclass(frozen=True)
class Decided:
    """A value that is to be kept, and what it was decided upon."""

    meter: Meter
    given: Given
    known: Known
    verdict: Accepted | ToCheck


@dataclass(frozen=True)
class Outcome:
    """What became of a value; `reading` is there when it was kept."""

    verdict: Verdict
    known: Known
    reading: MeterReading | None = None


def about(reading: MeterReading) -> str:
    return f"reading:{reading.public_id}"


@transaction.atomic
def record_reading(
    *,
    meter: Meter,
    given: Given,
    by: Any,
    channel: str = Submission.Channel.PORTAL,
    explanation: str = "",
    photo: str = "",
    instead_of: MeterReading | None = None,
) -> Outcome:
    """Decide about a value and keep it when it is taken. `instead_of` is taken back in the same breath. Raises TooLate."""
    Meter.objects.select_for_update().get(pk=meter.pk)  # two presses at once decide one after the other
    day_rules = rules(ReadingRules)
    known = facts.facts_about(meter, given, day_rules, but=instead_of)
    verdict = decide(given, known, day_rules)
    if isinstance(verdict, Refused | AskAgain):
        return Outcome(verdict, known)
    if instead_of is not None:
        _take_back(instead_of, by)
    decided = Decided(meter, given, known, verdict)
    (submission,) = keep_decided([decided], by=by, channel=channel, explanation=explanation, photo=photo)
    if given.is_appeal and isinstance(verdict, ToCheck):
        _open_a_case(submission.reading, submission)
    _write_letters(submission)
    return Outcome(verdict, known, submission.reading)


def keep_decided(
    decided: Sequence[Decided], *, by: Any, channel: str, explanation: str = "", photo: str = ""
) -> list[Submission]:
    """Keep values that were decided upon under their meters' locks, in as many statements for hundreds as for one.

    Billing is told of what is accepted, clerks of what they must check.
    """
    readings = MeterReading.objects.bulk_create([_reading(one) for one in decided], batch_size=AT_A_TIME)
    submissions = Submission.objects.bulk_create(
        [
            Submission(
                reading=reading,
                by=by,
                submitted_at=clock.now(),
                channel=channel,
                reasons=[str(reason) for reason in one.verdict.reasons] if isinstance(one.verdict, ToCheck) else [],
                explanation=explanation,
                photo=photo,
                compared=_compared(one.known),
            )
            for one, reading in zip(decided, readings, strict=True)
        ],
        batch_size=AT_A_TIME,
    )
    noted = [(about(one), one.meter.point.customer.public_id, {"value": str(one.value)}) for one in readings]
    note_all("reading_submitted", noted, by=by or channel)
    tell_all(FACT, [(about(one), _for_billing(one)) for one in readings if one.state == State.ACCEPTED])
    open_tasks(TO_CHECK, [_to_check(one) for one in submissions if one.reading.state == State.TO_CHECK])
    return submissions


def _reading(decided: Decided) -> MeterReading:
    return MeterReading(
        meter=decided.meter,
        value=decided.given.value,
        read_on=decided.given.read_on,
        source=MeterReading.Source.CUSTOMER,
        state=State.TO_CHECK if isinstance(decided.verdict, ToCheck) else State.ACCEPTED,
    )


def _write_letters(submission: Submission) -> None:
    """To whoever gave the reading; of one given without signing in, to the owners."""
    reading, channel = submission.reading, submission.channel
    if channel != Submission.Channel.SPREADSHEET:  # a sheet of hundreds of rows brings one letter, not hundreds
        _write_to(submission.by, "reading_accepted" if reading.state == State.ACCEPTED else "reading_to_check", reading)
    if channel == Submission.Channel.GUEST:
        for user in owners(reading.meter.point.customer):
            _write_to(user, "reading_by_guest", reading)


def _compared(known: Known) -> dict[str, str]:
    """What stood beside the value when it was given, for the clerk and for later questions."""
    values = {"booked_value": known.booked_value, "booked_on": known.booked_on, "usual": known.usual}
    return {name: str(value) for name, value in values.items() if value is not None}


def _for_billing(reading: MeterReading) -> dict[str, str]:
    return {
        "meter": reading.meter.external_id,
        "value": str(reading.value),
        "read_on": reading.read_on.isoformat(),
        "source": reading.source,
    }


def _to_check(submission: Submission) -> NewTask:
    reading = submission.reading
    customer = reading.meter.point.customer
    return NewTask(
        about=about(reading),
        title=_("Reading of meter %(meter)s, customer %(customer)s")
        % {"meter": reading.meter.serial_number, "customer": customer.number},
        body=for_clerks(submission.reasons),
        customer=customer.public_id,
    )


def _open_a_case(reading: MeterReading, submission: Submission) -> None:
    """Sent to a clerk in spite of a refusal: a case of the customer's, with the value and the photo."""
    meter = reading.meter
    said = _("Reading of meter %(meter)s: %(value)s on %(day)s.") % {
        "meter": meter.serial_number,
        "value": cubic(reading.value),
        "day": day(reading.read_on),
    }
    report(
        Report(
            kind=TO_CHECK,
            about=about(reading),
            topic="meter",
            subject=_("Reading of meter %(meter)s, customer %(customer)s")
            % {"meter": meter.serial_number, "customer": meter.point.customer.number},
            text="\n\n".join(part for part in (said, submission.explanation) if part),
            customer=meter.point.customer.public_id,
            by=submission.by,
            point=meter.point.public_id,
            files=((str(submission.photo), f"{meter.serial_number}.jpg"),) if submission.photo else (),
        )
    )


def owners(customer: Customer) -> list[Any]:
    held = open_delegations().filter(customer=customer, role=Delegation.Role.OWNER).select_related("user")
    return [delegation.user for delegation in held]


def _write_to(user: Any, code: str, reading: MeterReading, **more: str) -> None:
    if user is None or not getattr(user, "email", None):
        return
    customer = reading.meter.point.customer
    send(
        code,
        to=user.email,
        about=about(reading),
        user=user,
        customer=customer.public_id,
        meter=reading.meter.serial_number,
        value=cubic(reading.value),
        read_on=day(reading.read_on),
        link=absolute(f"{reverse('metering:given')}?k={customer.public_id}"),
        **more,
    )


@transaction.atomic
def withdraw_reading(reading: MeterReading, *, by: Any) -> None:
    """The customer takes a reading back. Raises TooLate once the billing system has been told."""
    _take_back(reading, by)


def _take_back(reading: MeterReading, by: Any) -> None:
    fact = OutboxFact.objects.filter(kind=FACT, about=about(reading))
    fact.filter(position__isnull=True).delete()
    if fact.exists():
        raise TooLate
    if not MeterReading.objects.filter(pk=reading.pk, state__in=CHANGEABLE).update(state=State.WITHDRAWN):
        raise TooLate
    close_about(TO_CHECK, about(reading), outcome=_("The customer took the reading back."))
    note("reading_withdrawn", about=about(reading), by=by, customer=reading.meter.point.customer.public_id)


@transaction.atomic
def decide_reading(reading: MeterReading, *, is_accepted: bool, by: Any, because: str) -> None:
    """A clerk accepts or rejects, with a sentence for the customer. Raises DecidedAlready."""
    state = State.ACCEPTED if is_accepted else State.REJECTED
    if not MeterReading.objects.filter(pk=reading.pk, state=State.TO_CHECK).update(state=state):
        raise DecidedAlready
    reading.state = state
    submission = reading.submission
    submission.decided_at, submission.decided_by, submission.decision = clock.now(), by, because
    submission.save(update_fields=["decided_at", "decided_by", "decision"])
    customer = reading.meter.point.customer
    note(f"reading_{state}", about=about(reading), by=by, customer=customer.public_id, because=because)
    close_about(TO_CHECK, about(reading), outcome=because[:200])
    settled(about(reading), because, by)
    if is_accepted:
        tell(FACT, about=about(reading), **_for_billing(reading))
    _write_to(submission.by, "reading_confirmed" if is_accepted else "reading_rejected", reading, decision=because)


# On the way to billing


def mark_exported() -> int:
    """Readings whose fact has left the outbox are sent."""
    waiting = MeterReading.objects.filter(state=State.ACCEPTED, submission__isnull=False)
    keys = {f"reading:{public_id}": pk for pk, public_id in waiting.values_list("pk", "public_id")}
    left = OutboxFact.objects.filter(kind=FACT, position__isnull=False, about__in=list(keys))
    sent = [keys[key] for key in left.values_list("about", flat=True)]
    return MeterReading.objects.filter(pk__in=sent, state=State.ACCEPTED).update(state=State.EXPORTED)


@transaction.atomic
def match_booked() -> int:
    """Readings that the billing system has booked: the same meter and value, at most three days apart; one row each.

    The billing system gives its rows ids of its own, so the likeness is all there is; the row itself stays its own.
    """
    open_ones = Submission.objects.filter(reading__state__in=[State.ACCEPTED, State.EXPORTED], booked_as="")
    waiting = list(open_ones.select_related("reading").order_by("pk"))
    if not waiting:
        return 0
    days = [submission.reading.read_on for submission in waiting]
    near = (min(days) - MATCH_WITHIN, max(days) + MATCH_WITHIN)
    meters = open_ones.values("reading__meter")
    taken = set(
        Submission.objects.exclude(booked_as="").filter(reading__meter__in=meters).values_list("booked_as", flat=True)
    )
    alike: dict[tuple[int, Decimal], list[MeterReading]] = {}
    for row in facts.booked(meter__in=meters, read_on__range=near).order_by("read_on", "pk").iterator():
        if row.external_id not in taken:
            alike.setdefault((row.meter_id, row.value), []).append(row)
    matched = []
    for submission in waiting:
        reading = submission.reading
        rows = alike.get((reading.meter_id, reading.value), [])
        found = next((row for row in rows if abs(row.read_on - reading.read_on) <= MATCH_WITHIN), None)
        if found is not None:
            rows.remove(found)
            submission.booked_as = found.external_id or ""
            matched.append(submission)
    _book(matched)
    return len(matched)


def _book(matched: list[Submission]) -> None:
    """Many at once: after the last days of a month most customers' readings come back in one delivery."""
    Submission.objects.bulk_update(matched, ["booked_as"], batch_size=AT_A_TIME)
    for start in range(0, len(matched), AT_A_TIME):
        some = [submission.reading_id for submission in matched[start : start + AT_A_TIME]]
        MeterReading.objects.filter(pk__in=some).update(state=State.BOOKED)
    told = [(about(submission.reading), None, {"row": submission.booked_as}) for submission in matched]
    note_all("reading_booked", told, by="import")
