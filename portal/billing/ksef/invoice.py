"""What an invoice says, word for word: the same shape for an FA(3) file and for rows of the billing system."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from portal.billing.ksef.rest import Part

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong with an invoice, as a sentence for the person who reads the report."""

    code: str
    severity: Severity
    sentence: str
    line: int | None = None  # in the file for faults of structure, on the invoice for faults of its lines


@dataclass(frozen=True, kw_only=True)
class Party:
    name: str
    nip: str | None = None
    other_number: str | None = None  # VAT-UE with its prefix, a foreign number, or an internal one
    address: tuple[str, ...] = ()
    mailing_address: tuple[str, ...] = ()
    country: str = "PL"
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    customer_number: str | None = None
    role: str | None = None  # Rola of a third party ("8"), or its own words
    share: Decimal | None = None  # per cent, of an additional buyer
    is_local_government_unit: bool = False  # JST = 1
    is_vat_group_member: bool = False  # GV = 1


@dataclass(frozen=True, kw_only=True)
class Line:
    number: int
    name: str | None
    unit: str | None = None
    quantity: Decimal | None = None
    unit_net: Decimal | None = None
    unit_gross: Decimal | None = None
    discount: Decimal | None = None
    net: Decimal | None = None
    gross: Decimal | None = None
    vat: Decimal | None = None
    vat_rate: str | None = None  # as FA(3) writes it: "8", "0 WDT", "zw"
    supplied_on: date | None = None
    classification: str | None = None  # PKWiU, CN or PKOB
    unique_id: str | None = None
    is_before: bool = False  # StanPrzed: how the line read before the correction


@dataclass(frozen=True, kw_only=True)
class RateSum:
    """One row of the VAT summary: the pair P_13_x, P_14_x."""

    slot: str  # the x: "2" for P_13_2, "6_1" for P_13_6_1
    net: Decimal
    vat: Decimal | None = None
    vat_in_zloty: Decimal | None = None  # P_14_xW of an invoice in a foreign currency


@dataclass(frozen=True, kw_only=True)
class SettlementItem:
    amount: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class Settlement:
    charges: tuple[SettlementItem, ...] = ()
    charges_total: Decimal | None = None
    deductions: tuple[SettlementItem, ...] = ()
    deductions_total: Decimal | None = None
    to_pay: Decimal | None = None  # DoZaplaty
    to_settle: Decimal | None = None  # DoRozliczenia: overpaid, to be settled or returned


@dataclass(frozen=True, kw_only=True)
class Account:
    number: str
    bank: str | None = None
    swift: str | None = None
    description: str | None = None
    is_factors: bool = False


@dataclass(frozen=True, kw_only=True)
class PartPayment:
    amount: Decimal
    paid_on: date | None = None
    form: str | None = None


@dataclass(frozen=True, kw_only=True)
class Payment:
    is_paid: bool = False  # Zaplacono, or part payments said to cover the whole
    paid_on: date | None = None
    part_payments: tuple[PartPayment, ...] = ()
    due_dates: tuple[date, ...] = ()
    due_descriptions: tuple[str, ...] = ()
    form: str | None = None  # "6" is a transfer
    form_description: str | None = None
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CorrectedInvoice:
    number: str
    issued_on: date
    ksef_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class Correction:
    reason: str | None = None
    effect: str | None = None  # TypKorekty
    invoices: tuple[CorrectedInvoice, ...] = ()
    period: str | None = None
    right_number: str | None = None  # when the number itself was wrong
    seller_before: Party | None = None
    buyers_before: tuple[Party, ...] = ()
    gross_before: Decimal | None = None  # P_15ZK


@dataclass(frozen=True, kw_only=True)
class Description:
    key: str
    value: str
    line: int | None = None  # when it belongs to one line


@dataclass(frozen=True, kw_only=True)
class Contract:
    number: str | None = None
    concluded_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Register:
    name: str | None = None
    krs: str | None = None
    regon: str | None = None
    bdo: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """What an advance invoice is paid towards."""

    value: Decimal
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FaInvoice:
    number: str  # P_2
    issued_on: date  # P_1
    kind: str  # RodzajFaktury: VAT, KOR, ZAL, ROZ, UPR, KOR_ZAL, KOR_ROZ
    currency: str
    seller: Party
    buyer: Party
    gross: Decimal  # P_15
    issued_at: str | None = None  # P_1M
    supplied_on: date | None = None  # P_6
    period_from: date | None = None
    period_until: date | None = None
    third_parties: tuple[Party, ...] = ()
    lines: tuple[Line, ...] = ()
    vat_summary: tuple[RateSum, ...] = ()
    settlement: Settlement | None = None
    payment: Payment = field(default_factory=Payment)
    correction: Correction | None = None
    annotations: tuple[str, ...] = ()  # the fields that say yes: "P_18A", "P_19", "P_PMarzy_3_1", "FP"
    exemption_basis: str | None = None  # P_19A, P_19B or P_19C
    descriptions: tuple[Description, ...] = ()
    contracts: tuple[Contract, ...] = ()
    advance_invoices: tuple[str, ...] = ()
    order: Order | None = None
    footer: tuple[str, ...] = ()
    registers: tuple[Register, ...] = ()
    rest: tuple[Part, ...] = ()  # what of the file has no place above: attachments, transport, exchange rates

    @property
    def customer_number(self) -> str | None:
        return self.buyer.customer_number

    @property
    def is_correction(self) -> bool:
        return self.kind.startswith("KOR")

    @property
    def net(self) -> Decimal:
        return sum((row.net for row in self.vat_summary), Decimal(0))

    @property
    def vat(self) -> Decimal:
        return sum((row.vat or Decimal(0) for row in self.vat_summary), Decimal(0))


# Which row of the VAT summary a line's rate belongs to.
SLOT_OF_RATE = {
    "23": "1",
    "22": "1",
    "8": "2",
    "7": "2",
    "5": "3",
    "4": "4",
    "3": "4",
    "0 KR": "6_1",
    "0 WDT": "6_2",
    "0 EX": "6_3",
    "zw": "7",
    "np I": "8",
    "np II": "9",
    "oo": "10",
}


def rate_of(row: RateSum, lines: tuple[Line, ...]) -> str | None:
    """The rate that a row of the summary sums: the lines' own where they say it, else the one in force."""
    on_lines = {line.vat_rate for line in lines if line.vat_rate and SLOT_OF_RATE.get(line.vat_rate) == row.slot}
    if len(on_lines) == 1:
        return on_lines.pop()
    return next((rate for rate, slot in SLOT_OF_RATE.items() if slot == row.slot), None)
