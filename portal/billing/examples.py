"""Invented money of the personas, as whom editors preview a page: plausible, dated from today, nobody's."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from portal import clock
from portal.billing.documents import Paper, Papers
from portal.billing.models import LedgerEntry
from portal.billing.payments_made import PaymentLine, Payments
from portal.billing.queries import CHARGES, Balance, BalancePart, OpenCharge, OpenCharges
from portal.customers import services
from portal.utility.rulebook import rules
from portal.utility.rules import Modules
from portal.widgets import Persona

ACCOUNT = "03102010264203000000012345"
_SPACE = UUID("0d4c3d1e-93a5-4f6a-8f0f-6c6a5b7f4b11")


@dataclass(frozen=True)
class Figures:
    """One persona's money: what is open, what is on its way, what was paid last."""

    open: Decimal
    in_transit: Decimal
    paid: Decimal


FIGURES = {
    "household": Figures(Decimal("135.38"), Decimal("63.10"), Decimal("141.02")),
    "firm": Figures(Decimal("1284.60"), Decimal("0.00"), Decimal("1190.14")),
    "manager": Figures(Decimal("8412.75"), Decimal("512.30"), Decimal("7986.20")),
    "partial_manager": Figures(Decimal("0.00"), Decimal("0.00"), Decimal("642.18")),
}
NOTHING = Figures(Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))


def _of(persona: Persona) -> Figures:
    return FIGURES.get(persona.code, NOTHING)


def balance(persona: Persona) -> Balance:
    figures = _of(persona)
    whole = figures.open + figures.in_transit
    water = (whole * Decimal("0.43")).quantize(Decimal("0.01"))
    return Balance(
        amount=whole,
        as_of=clock.at(clock.today(), 6),
        in_transit=figures.in_transit,
        in_transit_since=clock.at(clock.today() - timedelta(days=2), 18) if figures.in_transit else None,
        parts=(BalancePart("U/1024/2019", "water", water), BalancePart("U/1024/2019", "sewage", whole - water))
        if whole
        else (),
        is_partial=not persona.is_whole_customer,
    )


def open_charges(persona: Persona) -> OpenCharges:
    figures, today = _of(persona), clock.today()
    items = []
    if figures.open:
        items.append(_charge(persona, figures.open, today + timedelta(days=4), months_back=0))
    if figures.in_transit:
        items.append(
            _charge(persona, figures.in_transit, today + timedelta(days=1), months_back=1, is_paid=True),
        )
    return OpenCharges(tuple(items))


def _charge(persona: Persona, amount: Decimal, due_on: date, *, months_back: int, is_paid: bool = False) -> OpenCharge:
    first, last = _months(months_back)
    return OpenCharge(
        public_id=uuid5(_SPACE, f"{persona.code}:{months_back}"),
        number=_number(persona, months_back),
        title=_services(persona),
        amount=amount,
        open_amount=amount,
        due_on=due_on,
        period_from=first,
        period_to=last,
        in_transit=amount if is_paid else Decimal("0.00"),
        paid_at=clock.at(clock.today() - timedelta(days=2), 18) if is_paid else None,
        channel="blik" if is_paid else "",
    )


def papers(persona: Persona, shows: str, count: int) -> Papers:
    figures, today = _of(persona), clock.today()
    lines: list[Paper] = []
    if shows != "notes" and figures.paid:
        open_now = dict(enumerate(open_charges(persona).items))
        amounts = [open_now[back].amount if back in open_now else figures.paid + Decimal(back) for back in range(12)]
        lines = [_paper(persona, amount, back, open_now.get(back)) for back, amount in enumerate(amounts)]
    if shows != "invoices" and figures.paid:
        title = str(CHARGES[LedgerEntry.ChargeKind.INTEREST_NOTE])
        key = uuid5(_SPACE, f"{persona.code}:note")
        lines[2:2] = [Paper(key, "document", "NO/0214/2026", title, today - timedelta(days=40), Decimal("4.17"))]
    return Papers(tuple(lines[:count]), is_partial=not persona.is_whole_customer)


def _paper(persona: Persona, amount: Decimal, back: int, charge: OpenCharge | None) -> Paper:
    first, last = _months(back)
    return Paper(
        public_id=uuid5(_SPACE, f"{persona.code}:{back}"),
        family="invoice",
        number=_number(persona, back),
        title=_services(persona),
        issued_on=last + timedelta(days=7),
        amount=amount,
        due_on=charge.due_on if charge else last + timedelta(days=21),
        period_from=first,
        period_to=last,
        open_amount=charge.open_amount if charge else Decimal("0.00"),
        in_transit=charge.in_transit if charge else Decimal("0.00"),
        paid_at=charge.paid_at if charge else None,
        channel=charge.channel if charge else "",
    )


def payments(persona: Persona) -> Payments:
    figures, today = _of(persona), clock.today()
    lines = (
        [PaymentLine(today - timedelta(days=2), figures.in_transit, "blik", "in_transit")] if figures.in_transit else []
    )
    if figures.paid:
        lines += [
            PaymentLine(today - timedelta(days=30 * back + 12), figures.paid + back, "bank", "booked")
            for back in range(1, 4)
        ]
    return Payments(tuple(lines), is_partial=not persona.is_whole_customer)


def _services(persona: Persona) -> str:
    held = ["water", "sewage"]
    if rules(Modules).waste and persona.kind != "firm":
        held.append("waste")
    return services.in_words(held)


def _number(persona: Persona, back: int) -> str:
    _first, last = _months(back)
    return f"{persona.number}/{last.month:02}/{last.year}"


def _months(back: int) -> tuple[date, date]:
    """The first and the last day of a two-month period that ended so many periods ago."""
    today = clock.today()
    index = today.year * 12 + today.month - 1 - 2 * back
    last = date(index // 12, index % 12 + 1, 1) - timedelta(days=1)
    first = date((index - 2) // 12, (index - 2) % 12 + 1, 1)
    return first, last
