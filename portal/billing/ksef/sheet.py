"""An invoice made ready for print: every figure and date written out, every label chosen, nothing left to reckon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import pgettext

from portal.billing.ksef import words
from portal.billing.ksef.invoice import FaInvoice, Party
from portal.billing.ksef.table import Table, changes_table, exact, lines_table, rate_label, vat_table
from portal.money import NBSP, amount, zloty

POLISH_ACCOUNT_DIGITS = 26


@dataclass(frozen=True, kw_only=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Lead:
    """The one figure that a reader looks for first."""

    label: str
    amount: str
    due_label: str
    due: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AccountToPay:
    label: str
    number: str
    bank: str
    note: str


@dataclass(frozen=True, kw_only=True)
class PartyBlock:
    title: str
    name: str
    address: tuple[str, ...]
    facts: tuple[Fact, ...]
    contact: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class SettlementRow:
    label: str
    amount: str
    is_result: bool = False


@dataclass(frozen=True, kw_only=True)
class Rest:
    """A part of the file as it stands there: names of FA(3), texts untouched."""

    title: str
    rows: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    kind: str
    number: str
    is_correction: bool
    lead: Lead
    accounts: tuple[AccountToPay, ...]
    facts: tuple[Fact, ...]
    parties: tuple[PartyBlock, ...]
    correction_facts: tuple[Fact, ...]
    before_parties: tuple[PartyBlock, ...]
    lines: Table | None
    order: Table | None
    order_value: str
    vat: Table | None
    gross: str
    settlement: tuple[SettlementRow, ...]
    payment_facts: tuple[Fact, ...]
    descriptions: tuple[Fact, ...]
    annotations: tuple[str, ...]
    footer: tuple[str, ...]
    registers: tuple[str, ...]
    rest: tuple[Rest, ...]


def sheet(invoice: FaInvoice) -> Sheet:
    """In the language that is active."""
    return Sheet(
        kind=str(words.KINDS.get(invoice.kind, invoice.kind)),
        number=invoice.number,
        is_correction=invoice.is_correction,
        lead=_lead(invoice),
        accounts=tuple(_accounts(invoice)),
        facts=tuple(_facts(invoice)),
        parties=tuple(_parties(invoice)),
        correction_facts=tuple(_correction_facts(invoice)),
        before_parties=tuple(_before_parties(invoice)),
        lines=changes_table(invoice.lines) or lines_table(invoice.lines, _notes(invoice)),
        order=(changes_table(invoice.order.lines) or lines_table(invoice.order.lines, {})) if invoice.order else None,
        order_value=money(invoice.order.value, invoice.currency) if invoice.order else "",
        vat=vat_table(invoice),
        gross=money(invoice.gross, invoice.currency),
        settlement=tuple(_settlement(invoice)),
        payment_facts=tuple(_payment_facts(invoice)),
        descriptions=tuple(
            Fact(label=each.key, value=each.value) for each in invoice.descriptions if each.line is None
        ),
        annotations=tuple(_annotations(invoice)),
        footer=invoice.footer,
        registers=tuple(_registers(invoice)),
        rest=tuple(
            Rest(
                title=str(words.PARTS.get(part.name, part.name)),
                rows=tuple(Fact(label=label, value=value) for label, value in part.rows),
            )
            for part in invoice.rest
        ),
    )


def money(value: Decimal, currency: str) -> str:
    return zloty(value) if currency == "PLN" else f"{amount(value)}{NBSP}{currency}"


def day(value: date) -> str:
    return f"{value:%d.%m.%Y}"


def grouped_account(number: str) -> str:
    """In fours, the way it is typed into a bank's form."""
    bare = "".join(number.split())
    head = len(bare) % 4 if bare.isdigit() and len(bare) == POLISH_ACCOUNT_DIGITS else 0
    groups = [bare[:head]] if head else []
    return " ".join(groups + [bare[start : start + 4] for start in range(head, len(bare), 4)])


def _lead(invoice: FaInvoice) -> Lead:
    label, value, note = _lead_figure(invoice)
    due = (*(day(each) for each in invoice.payment.due_dates), *invoice.payment.due_descriptions)
    due_label = pgettext("invoice", "Due:") if _is_to_pay(invoice) else pgettext("invoice", "Date:")
    return Lead(label=label, amount=money(value, invoice.currency), due_label=due_label, due=due, note=note)


def _is_to_pay(invoice: FaInvoice) -> bool:
    """Whether money goes to the seller, so that an account and a date are for paying."""
    settlement = invoice.settlement
    return not invoice.payment.is_paid and (settlement.to_settle is None if settlement else invoice.gross > 0)


def _lead_figure(invoice: FaInvoice) -> tuple[str, Decimal, str]:
    """What the invoice itself says is to be paid; never worked out from other figures."""
    payment, settlement = invoice.payment, invoice.settlement
    label, note, figure = pgettext("invoice", "To pay"), "", invoice.gross
    if payment.is_paid:
        label = pgettext("invoice", "Paid")
        note = pgettext("invoice", "on %(day)s") % {"day": day(payment.paid_on)} if payment.paid_on else ""
    elif settlement and settlement.to_pay is not None:
        figure = settlement.to_pay
    elif settlement and settlement.to_settle is not None:
        label, figure = pgettext("invoice", "Overpaid, to be settled or returned"), settlement.to_settle
    elif invoice.is_correction:
        label = pgettext("invoice", "Amount of the correction")
        note = "" if invoice.kind == "KOR_ZAL" else _correction_note(invoice.gross)
    elif invoice.kind == "ZAL":
        label = pgettext("invoice", "Amount of the advance")
    elif payment.part_payments:
        label = pgettext("invoice", "Total of the invoice")
        note = pgettext("invoice", "Paid in part; the payments are listed below.")
    return label, figure, note


def _correction_note(gross: Decimal) -> str:
    if gross < 0:
        return pgettext("invoice", "This correction lowers what is due.")
    if gross > 0:
        return pgettext("invoice", "This correction raises what is due.")
    return ""


def _accounts(invoice: FaInvoice) -> Iterator[AccountToPay]:
    for account in invoice.payment.accounts:
        yield AccountToPay(
            label=_account_label(invoice, is_factors=account.is_factors),
            number=grouped_account(account.number),
            bank=account.bank or "",
            note=", ".join(part for part in (account.swift, account.description) if part),
        )


def _account_label(invoice: FaInvoice, *, is_factors: bool) -> str:
    if is_factors:
        return pgettext("invoice", "Factor's account")
    return pgettext("invoice", "Account to pay to") if _is_to_pay(invoice) else pgettext("invoice", "Bank account")


def _facts(invoice: FaInvoice) -> Iterator[Fact]:
    yield Fact(
        label=pgettext("invoice", "Issued"),
        value=", ".join(part for part in (day(invoice.issued_on), invoice.issued_at) if part),
    )
    if invoice.period_from and invoice.period_until:
        yield Fact(
            label=pgettext("invoice", "Period"), value=f"{day(invoice.period_from)} – {day(invoice.period_until)}"
        )
    if invoice.supplied_on:
        yield Fact(label=pgettext("invoice", "Supplied"), value=day(invoice.supplied_on))
    if invoice.customer_number:
        yield Fact(label=pgettext("invoice", "Customer number"), value=invoice.customer_number)
    for contract in invoice.contracts:
        signed = (
            pgettext("invoice", "of %(day)s") % {"day": day(contract.concluded_on)} if contract.concluded_on else ""
        )
        yield Fact(
            label=pgettext("invoice", "Contract"), value=" ".join(part for part in (contract.number, signed) if part)
        )
    if invoice.advance_invoices:
        yield Fact(label=pgettext("invoice", "Advance invoices"), value=", ".join(invoice.advance_invoices))


def _parties(invoice: FaInvoice) -> Iterator[PartyBlock]:
    yield _party(invoice.seller, pgettext("invoice", "Seller"))
    yield _party(invoice.buyer, pgettext("invoice", "Buyer"))
    for party in invoice.third_parties:
        yield _party(party, str(words.ROLES.get(party.role or "", party.role or pgettext("invoice", "Third party"))))


def _party(party: Party, title: str) -> PartyBlock:
    numbers = (
        (pgettext("invoice", "NIP"), party.nip),
        (pgettext("invoice", "Tax number"), party.other_number),
        (pgettext("invoice", "Share"), f"{exact(party.share)}%" if party.share is not None else None),
    )
    contact = (
        (pgettext("invoice", "E-mail"), ", ".join(party.emails)),
        (pgettext("invoice", "Telephone"), ", ".join(party.phones)),
        (pgettext("invoice", "Mailing address"), ", ".join(party.mailing_address)),
    )
    country = () if party.country == "PL" else (party.country,)
    return PartyBlock(
        title=title,
        name=party.name,
        address=(*party.address, *country),
        facts=tuple(Fact(label=label, value=value) for label, value in numbers if value),
        contact=tuple(Fact(label=label, value=value) for label, value in contact if value),
    )


def _correction_facts(invoice: FaInvoice) -> Iterator[Fact]:
    correction = invoice.correction
    if correction is None:
        return
    for original in correction.invoices:
        value = pgettext("invoice", "%(number)s of %(day)s") % {
            "number": original.number,
            "day": day(original.issued_on),
        }
        yield Fact(label=pgettext("invoice", "Corrects"), value=value)
        if original.ksef_number:
            yield Fact(label=pgettext("invoice", "Its KSeF number"), value=original.ksef_number)
    if correction.right_number:
        yield Fact(label=pgettext("invoice", "Right number"), value=correction.right_number)
    if correction.period:
        yield Fact(label=pgettext("invoice", "Period corrected"), value=correction.period)
    if correction.reason:
        yield Fact(label=pgettext("invoice", "Reason"), value=correction.reason)
    if correction.effect in words.EFFECTS:
        yield Fact(label=pgettext("invoice", "For VAT"), value=str(words.EFFECTS[correction.effect]))
    if correction.gross_before is not None:
        yield Fact(
            label=pgettext("invoice", "Amount before the correction"),
            value=money(correction.gross_before, invoice.currency),
        )


def _before_parties(invoice: FaInvoice) -> Iterator[PartyBlock]:
    if invoice.correction and invoice.correction.seller_before:
        yield _party(invoice.correction.seller_before, pgettext("invoice", "Seller before the correction"))
    for party in invoice.correction.buyers_before if invoice.correction else ():
        yield _party(party, pgettext("invoice", "Buyer before the correction"))


def _notes(invoice: FaInvoice) -> dict[int, list[str]]:
    notes: dict[int, list[str]] = {}
    for description in invoice.descriptions:
        if description.line is not None:
            notes.setdefault(description.line, []).append(f"{description.key}: {description.value}")
    return notes


def _settlement(invoice: FaInvoice) -> Iterator[SettlementRow]:
    settlement, currency = invoice.settlement, invoice.currency
    if settlement is None:
        return
    yield SettlementRow(label=pgettext("invoice", "Total of the invoice"), amount=money(invoice.gross, currency))
    for item in settlement.charges:
        yield SettlementRow(
            label=pgettext("invoice", "plus: %(reason)s") % {"reason": item.reason}, amount=money(item.amount, currency)
        )
    if settlement.charges_total is not None and len(settlement.charges) != 1:
        yield SettlementRow(
            label=pgettext("invoice", "Charges in all"), amount=money(settlement.charges_total, currency)
        )
    for item in settlement.deductions:
        yield SettlementRow(
            label=pgettext("invoice", "less: %(reason)s") % {"reason": item.reason}, amount=money(item.amount, currency)
        )
    if settlement.deductions_total is not None and len(settlement.deductions) != 1:
        yield SettlementRow(
            label=pgettext("invoice", "Deductions in all"), amount=money(settlement.deductions_total, currency)
        )
    if settlement.to_pay is not None:
        yield SettlementRow(
            label=pgettext("invoice", "To pay"), amount=money(settlement.to_pay, currency), is_result=True
        )
    if settlement.to_settle is not None:
        label = pgettext("invoice", "Overpaid, to be settled or returned")
        yield SettlementRow(label=label, amount=money(settlement.to_settle, currency), is_result=True)


def _payment_facts(invoice: FaInvoice) -> Iterator[Fact]:
    payment = invoice.payment
    form = _form(payment.form) or payment.form_description
    if form:
        yield Fact(label=pgettext("invoice", "Form of payment"), value=form)
    for part in payment.part_payments:
        paid_on = pgettext("invoice", "on %(day)s") % {"day": day(part.paid_on)} if part.paid_on else ""
        yield Fact(
            label=pgettext("invoice", "Already paid"),
            value=", ".join(
                filter(None, (f"{money(part.amount, invoice.currency)} {paid_on}".strip(), _form(part.form)))
            ),
        )


def _form(code: str | None) -> str:
    return str(words.PAYMENT_FORMS.get(code or "", code or ""))


def _annotations(invoice: FaInvoice) -> Iterator[str]:
    for name in invoice.annotations:
        text = str(words.ANNOTATIONS.get(name, name))
        yield f"{text}: {invoice.exemption_basis}" if name == "P_19" and invoice.exemption_basis else text
    for row in invoice.vat_summary:
        if row.vat_in_zloty is not None:
            yield pgettext("invoice", "VAT at %(rate)s in złoty: %(amount)s") % {
                "rate": rate_label(row, invoice.lines),
                "amount": zloty(row.vat_in_zloty),
            }


def _registers(invoice: FaInvoice) -> Iterator[str]:
    for register in invoice.registers:
        numbers = (("KRS", register.krs), ("REGON", register.regon), ("BDO", register.bdo))
        named = [f"{name} {number}" for name, number in numbers if number]
        yield ", ".join([register.name, *named] if register.name else named)
