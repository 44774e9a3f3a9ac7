"""What an invoice says as its page shows it: lines, what a correction changes, codes of KSeF, and the rest of the file."""

from dataclasses import dataclass

from portal.billing.ksef.invoice import FaInvoice
from portal.billing.ksef.reader import NotAnInvoice
from portal.billing.ksef.rendering import Code, KsefNumberMissing
from portal.billing.ksef.sheet import Fact, Rest, SettlementRow, sheet
from portal.billing.ksef.table import Table, exact
from portal.billing.models import Invoice
from portal.billing.printing import codes_of, facts_of


@dataclass(frozen=True)
class PrintedLine:
    """One line of an invoice as a screen shows it, every figure written out as the invoice gives it."""

    name: str
    quantity: str
    price: str
    net: str
    rate: str


@dataclass(frozen=True)
class Printed:
    """Nothing reckoned, nothing kept back. `changes`: the lines of a correction, before, after and the difference."""

    lines: tuple[PrintedLine, ...] = ()
    changes: Table | None = None
    correction: tuple[Fact, ...] = ()
    settlement: tuple[SettlementRow, ...] = ()
    rest: tuple[Rest, ...] = ()
    codes: tuple[Code, ...] = ()


def printed(invoice: Invoice) -> Printed:
    """From the original file, or from the rows; nothing where the file cannot be read."""
    try:
        facts = facts_of(invoice)
    except (NotAnInvoice, OSError):
        return Printed()
    shown = sheet(facts)
    return Printed(
        lines=() if facts.is_correction else _lines(facts),
        changes=shown.lines if facts.is_correction else None,
        correction=shown.correction_facts,
        settlement=shown.settlement,
        rest=shown.rest,
        codes=_codes(invoice, facts),
    )


def _codes(invoice: Invoice, facts: FaInvoice) -> tuple[Code, ...]:
    try:
        return codes_of(invoice, facts)
    except (KsefNumberMissing, ValueError):
        return ()  # the number is still on its way, or the seller's NIP leads nowhere


def _lines(facts: FaInvoice) -> tuple[PrintedLine, ...]:
    return tuple(
        PrintedLine(
            name=line.name or "",
            quantity=" ".join(part for part in (exact(line.quantity), (line.unit or "").replace("m3", "m³")) if part),
            price=exact(line.unit_net if line.unit_net is not None else line.unit_gross, 2),
            net=exact(line.net if line.net is not None else line.gross, 2),
            rate=f"{line.vat_rate}%" if (line.vat_rate or "").isdigit() else line.vat_rate or "",
        )
        for line in facts.lines
    )
