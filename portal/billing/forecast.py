"""A customer's next invoice, foretold: what the meters showed, what they are said to show, and the prices of each day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from portal import clock
from portal.billing.models import TariffRate
from portal.billing.pricing import Estimate, Fee, NoPrice, Prices, Rate, Used, add_months, estimate
from portal.billing.rules import EInvoiceRules, ForecastRules
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Contract, Deed
from portal.metering import dial, sentences
from portal.metering.consumption import Curve
from portal.metering.facts import curve, in_use, marks_of, with_facts
from portal.metering.models import Meter
from portal.metering.policies import DAYS_A_MONTH
from portal.metering.queries import BY_PLACE
from portal.metering.rules import ReadingRules
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import cubic, day_words

PLACES_AT_ONCE = 6
ROLES = (Meter.Role.MAIN, Meter.Role.DEDUCT)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class MeterPart:
    """A meter of the forecast: what was booked last, and its past."""

    key: str
    serial_number: str
    role: str
    role_in_words: str
    digits: int
    place: str
    booked_value: Decimal | None
    booked_on: date | None
    past: Curve

    def usual_use(self, first: date, last: date) -> Decimal | None:
        """Whole m³ that flow as a rule: the same days of the years before, else the mean of all that is known."""
        days = Decimal((last - first).days + 1)
        monthly = self.past.usual(first, last)
        marks = self.past.marks
        if monthly is None and len(marks) > 1 and marks[-1].day > marks[0].day:
            monthly = (marks[-1].value - marks[0].value) / (marks[-1].day - marks[0].day).days * DAYS_A_MONTH
        return None if monthly is None else (monthly * days / DAYS_A_MONTH).quantize(Decimal(1), ROUND_HALF_UP)


@dataclass(frozen=True)
class Subject:
    """One contract with its meters and prices. `is_part`: not all of its places are reckoned."""

    contract: Contract
    contracts: tuple[Contract, ...]
    meters: tuple[MeterPart, ...]
    is_part: bool
    prices: Prices
    fee: Fee | None

    @property
    def begins(self) -> date:
        """The day after the last booked reading of a main meter."""
        booked = [one.booked_on for one in self.meters if one.booked_on and one.role == Meter.Role.MAIN]
        return max(booked) + ONE_DAY if booked else clock.today().replace(day=1)

    @property
    def ends(self) -> date:
        """The last day of the billing period that begins then."""
        return add_months(self.begins, max(1, self.contract.billing_period_months)) - ONE_DAY


@dataclass(frozen=True)
class Use:
    """What flows through one meter in the period, and how that is known: typed, dial (from a reading) or usual."""

    meter: MeterPart
    amount: Decimal
    how: str
    shown: Decimal | None = None


@dataclass(frozen=True)
class Forecast:
    """The answer; `faults` by meter and `why_not` are sentences."""

    first: date
    last: date
    uses: tuple[Use, ...] = ()
    estimate: Estimate | None = None
    faults: tuple[tuple[str, str], ...] = ()
    why_not: str = ""

    @property
    def is_usual(self) -> bool:
        """Whether some use is what flows as a rule."""
        return any(one.how == "usual" for one in self.uses)


def forecast_subject(viewer: Viewer, *, contract: UUID | None = None, meters: Iterable[UUID] = ()) -> Subject | None:
    """The contract asked for, that of the meters named, else the first; None without water. Four statements."""
    rows = access.visible(Contract.objects.select_related("customer").defer("text"), viewer, Deed.SEE_CONTRACT)
    contracts = [one for one in rows.order_by("number", "pk") if {"water", "sewage"} & set(one.services)]
    if not contracts:
        return None
    own = access.visible(Meter.objects.filter(in_use(clock.today()), role__in=ROLES), viewer, Deed.SEE_READINGS)
    wanted = next((one for one in contracts if one.public_id == contract), contracts[0])
    named = list(meters)
    if named:
        own = own.filter(point__meters__public_id__in=named).distinct()
    elif contract is not None or len(contracts) > 1:
        own = own.filter(point__contract=wanted)
    limit = PLACES_AT_ONCE * len(ROLES)
    found = list(with_facts(own, rules(ReadingRules)).order_by(*BY_PLACE)[: limit + 1])
    if named and found:
        wanted = next((one for one in contracts if one.pk == found[0].point.contract_id), wanted)
        found = [row for row in found if row.point.contract_id == wanted.pk]
    is_part = len(found) > limit or viewer.is_partial
    if len(found) > limit:  # the place that comes first; the others are asked for by their meter
        found = [row for row in found if row.point_id == found[0].point_id]
    past = marks_of([row.pk for row in found])
    return Subject(
        contract=wanted,
        contracts=tuple(contracts),
        meters=tuple(_part(row, curve(past.get(row.pk, []), row.digits)) for row in found),
        is_part=is_part,
        prices=_prices(wanted.tariff_group),
        fee=_fee(wanted),
    )


def _part(row: Meter, past: Curve) -> MeterPart:
    return MeterPart(
        key=row.public_id.hex,
        serial_number=row.serial_number,
        role=row.role,
        role_in_words=row.get_role_display(),
        digits=row.digits,
        place=str(row.point),
        booked_value=row.booked_value,  # type: ignore[attr-defined]  # annotated by with_facts
        booked_on=row.booked_on,  # type: ignore[attr-defined]  # as above
        past=past,
    )


def _prices(group: str) -> Prices:
    return Prices(
        Rate(row.component, row.unit, row.effective_from, row.effective_to, row.net_price, row.vat_rate)
        for row in TariffRate.objects.filter(group=group)
    )


def _fee(contract: Contract) -> Fee | None:
    """The fee that depends on how bills come, where the rules name one; else the tariff's own."""
    day_rules = rules(EInvoiceRules)
    if not day_rules.fee_name:
        return None
    is_paper = contract.e_invoice == Contract.EInvoice.NONE
    return Fee(day_rules.fee_name, day_rules.fee_paper if is_paper else day_rules.fee_electronic)


# --------------------------------------------------------------------------------------------------------- the answer


def at_reading(subject: Subject, day: date, typed: Mapping[str, str]) -> Forecast:
    """The invoice if the meters show on that day what is typed, by their keys; what is left empty flows as usual."""
    first = subject.begins
    uses: list[Use] = []
    faults: list[tuple[str, str]] = []
    for meter in subject.meters:
        value = dial.read(typed.get(meter.key, ""), meter.digits)
        if value is dial.Fault.EMPTY:
            uses.append(_usual(meter, first, day))
        elif not isinstance(value, Decimal):
            faults.append((meter.key, sentences.fault(value, meter.digits)))
        elif meter.booked_value is not None and value < meter.booked_value:
            booked = {"value": cubic(meter.booked_value), "day": day_words(meter.booked_on)}
            sentence = _("The last reading was %(value)s on %(day)s. Type what the meter would show later.")
            faults.append((meter.key, sentence % booked))
        else:
            uses.append(Use(meter, value - (meter.booked_value or Decimal(0)), "dial", value))
    return _answered(subject, Forecast(first, day, tuple(uses), faults=tuple(faults)))


def for_period(subject: Subject, first: date, last: date, typed: Mapping[str, str]) -> Forecast:
    """The invoice of a chosen period; m³ of each meter as typed, else as usual."""
    uses: list[Use] = []
    faults: list[tuple[str, str]] = []
    for meter in subject.meters:
        value = dial.read(typed.get(meter.key, ""), meter.digits)
        if value is dial.Fault.EMPTY:
            uses.append(_usual(meter, first, last))
        elif isinstance(value, Decimal):
            uses.append(Use(meter, value, "typed"))
        else:
            faults.append((meter.key, _("Type whole cubic metres, for example 9.")))
    return _answered(subject, Forecast(first, last, tuple(uses), faults=tuple(faults)))


def _usual(meter: MeterPart, first: date, last: date) -> Use:
    return Use(meter, meter.usual_use(first, last) or Decimal(0), "usual")


def _answered(subject: Subject, asked: Forecast) -> Forecast:
    why_not = _wrong_period(asked.first, asked.last)
    if why_not or asked.faults:
        return replace(asked, why_not=why_not)
    if not subject.meters:
        return replace(asked, why_not=_("There is no meter here to reckon with."))
    try:
        found = estimate(
            subject.prices,
            _used(subject, asked.uses),
            asked.first,
            asked.last,
            months_a_bill=subject.contract.billing_period_months,
            fee=subject.fee,
        )
    except NoPrice:
        return replace(asked, why_not=_("We know no prices for these days yet, so there is no forecast."))
    return replace(asked, estimate=found)


def _wrong_period(first: date, last: date) -> str:
    day_rules = rules(ForecastRules)
    if last < first:
        return _("The last day comes before the first one.")
    if last >= add_months(first, day_rules.longest_months):
        return _("Choose at most %(months)s months.") % {"months": day_rules.longest_months}
    if last > add_months(clock.today(), day_rules.ahead_months):
        return _("Choose days no further than %(months)s months ahead.") % {"months": day_rules.ahead_months}
    return ""


def _used(subject: Subject, uses: tuple[Use, ...]) -> list[Used]:
    services = tuple(subject.contract.services)
    places: dict[str, Used] = {}
    for use in uses:
        place = places.setdefault(use.meter.place, Used(use.meter.place, Decimal(0), services=services))
        if use.meter.role == Meter.Role.MAIN:
            places[use.meter.place] = replace(place, water=place.water + use.amount)
        else:
            places[use.meter.place] = replace(place, garden=place.garden + use.amount)
    return list(places.values())
