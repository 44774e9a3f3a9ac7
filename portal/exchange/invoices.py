"""An FA(3) file and the row beside it, as the same staged row that invoices.csv gives."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal.billing.ksef.number import ksef_number_finding
from portal.billing.ksef.reader import FaInvoice, Finding, NotAnInvoice, check_structure, check_substance, read_invoice

KINDS = {"VAT": "vat", "KOR": "kor", "KOR_ZAL": "kor", "KOR_ROZ": "kor", "ZAL": "zal", "ROZ": "roz", "UPR": "upr"}


def of_xml(content: bytes) -> tuple[dict[str, Any], list[str], list[str]]:
    """What to stage, what forbids it, what to warn of."""
    findings = check_structure(content)
    errors = [_sentence(finding) for finding in findings if finding.severity == "error"]
    if errors:
        return {}, errors, []
    try:
        invoice = read_invoice(content)
    except NotAnInvoice as refusal:
        return {}, [str(refusal)], []
    findings += check_substance(invoice)
    return (
        _values(invoice),
        [_sentence(finding) for finding in findings if finding.severity == "error"],
        [_sentence(finding) for finding in findings if finding.severity == "warning"],
    )


def seller_doubt(seller_nip: str, own_nip: str) -> str:
    """What is odd about whose invoice it is; nothing where our own NIP is not known."""
    if not own_nip or seller_nip == own_nip:
        return ""
    return _("The seller's NIP %(nip)s is not ours, %(own)s.") % {"nip": seller_nip, "own": own_nip}


def ksef_warnings(number: str) -> list[str]:
    finding = ksef_number_finding(number) if number else None
    return [finding.sentence] if finding else []


def _sentence(finding: Finding) -> str:
    if finding.line is None:
        return finding.sentence
    return _("%(sentence)s (line %(line)d)") % {"sentence": finding.sentence, "line": finding.line}


def _values(invoice: FaInvoice) -> dict[str, Any]:
    payment, settlement = invoice.payment, invoice.settlement
    corrected = invoice.correction.invoices if invoice.correction else ()
    has_sums = bool(invoice.vat_summary)
    return {
        "kind": KINDS.get(invoice.kind, "vat"),
        "number": invoice.number,
        "issued_on": invoice.issued_on,
        "period_from": invoice.period_from,
        "period_to": invoice.period_until,
        "due_on": payment.due_dates[0] if payment.due_dates else None,
        "net": invoice.net if has_sums else None,
        "vat": invoice.vat if has_sums else None,
        "gross": invoice.gross,
        "to_pay": _to_pay(invoice) if settlement else invoice.gross,
        "currency": invoice.currency,
        "seller_account": payment.accounts[0].number.replace(" ", "") if payment.accounts else "",
        "corrects_number": corrected[0].number if corrected else "",
        "printed_customer_number": invoice.customer_number or "",
        "seller_nip": invoice.seller.nip or "",
    }


def _to_pay(invoice: FaInvoice) -> Decimal | None:
    """As printed: what is left to pay; nothing where the invoice says it is overpaid."""
    settlement = invoice.settlement
    if settlement is None or settlement.to_pay is None:
        return Decimal(0) if settlement and settlement.to_settle is not None else None
    return settlement.to_pay
