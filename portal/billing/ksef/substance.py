"""Whether an invoice that keeps to the schema also agrees with itself: its sums, dates and check digits."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from stdnum import iban
from stdnum.pl import nip as stdnum_nip

from portal.billing.ksef.invoice import SLOT_OF_RATE, FaInvoice, Finding, Line, Party, RateSum, Severity, rate_of
from portal.billing.ksef.number import ksef_number_finding
from portal.money import amount, round_half_up

GROSZ = Decimal("0.01")
HALF_A_GROSZ = Decimal("0.005")
SUMMED_FROM_LINES = {"VAT", "KOR"}  # advance and settling invoices sum payments, simplified ones sum nothing
POLISH_ACCOUNT_DIGITS = 26
LOCAL_GOVERNMENT_RECIPIENT = "8"
VAT_GROUP_RECIPIENT = "10"

# The codes and their severities: docs/rules/invoices.md lists the same, and a test compares.
SEVERITIES: dict[str, Severity] = {
    "line_differs": "error",
    "line_rounded": "warning",
    "lines_differ": "error",
    "correction_lines_differ": "warning",
    "vat_differs": "error",
    "total_differs": "error",
    "settlement_differs": "error",
    "settlement_sum_differs": "error",
    "duplicate_line": "error",
    "before_outside_correction": "error",
    "negative_quantity": "warning",
    "correction_of_nothing": "error",
    "correction_before_original": "error",
    "corrected_ksef_number": "warning",
    "period_reversed": "error",
    "due_before_issue": "warning",
    "account_check_digits": "error",
    "seller_nip": "error",
    "party_nip": "warning",
    "local_government_unit_missing": "warning",
    "vat_group_member_missing": "warning",
    "foreign_currency": "warning",
}


def check_substance(invoice: FaInvoice) -> list[Finding]:
    """Every contradiction within the invoice; an empty list when there is none."""
    return [
        *_lines(invoice),
        *_line_numbers(invoice),
        *_summary(invoice),
        *_settlement(invoice),
        *_correction(invoice),
        *_dates(invoice),
        *_accounts(invoice),
        *_parties(invoice),
        *_currency(invoice),
    ]


def _finding(code: str, sentence: str, line: int | None = None) -> Finding:
    return Finding(code=code, severity=SEVERITIES[code], sentence=sentence, line=line)


def _lines(invoice: FaInvoice) -> Iterator[Finding]:
    for line in invoice.lines:
        yield from _line_product(line)
        if line.quantity is not None and line.quantity < 0 and not invoice.is_correction:
            yield _finding(
                "negative_quantity",
                _("Line %(number)d has a negative quantity on an invoice that corrects nothing.")
                % {"number": line.number},
                line.number,
            )
        if line.is_before and not invoice.is_correction:
            yield _finding(
                "before_outside_correction",
                _("Line %(number)d is marked as before a correction on an invoice that corrects nothing.")
                % {"number": line.number},
                line.number,
            )


def _line_product(line: Line) -> Iterator[Finding]:
    """Quantity times unit price, less the discount. A price rounded for print may explain a few grosze, not more."""
    if line.quantity is not None and line.unit_net is not None and line.net is not None:
        price, value = line.unit_net, line.net
    elif line.quantity is not None and line.unit_gross is not None and line.gross is not None:
        price, value = line.unit_gross, line.gross
    else:
        return
    discount = line.discount or Decimal(0)  # P_10 is written off the line by some systems, off each unit by others
    products = (line.quantity * price - discount, line.quantity * (price - discount))
    expected = min((round_half_up(product) for product in products), key=lambda product: abs(product - value))
    gap = abs(expected - value)
    if gap <= GROSZ:
        return
    is_explained = gap <= HALF_A_GROSZ + abs(line.quantity) * _half_of_last_place(price)
    yield _finding(
        "line_rounded" if is_explained else "line_differs",
        _("Line %(number)d states %(stated)s, but its quantity and price give %(expected)s.")
        % {"number": line.number, "stated": amount(value), "expected": amount(expected)},
        line.number,
    )


def _half_of_last_place(price: Decimal) -> Decimal:
    exponent = price.as_tuple().exponent
    places = min(int(exponent), 0) if isinstance(exponent, int) else 0
    return min(Decimal(5).scaleb(places - 1), HALF_A_GROSZ)  # a price of whole złoty is not a rounded one


def _line_numbers(invoice: FaInvoice) -> Iterator[Finding]:
    # A correction may give the same number to a line before and after.
    counted = Counter((line.number, line.is_before) for line in invoice.lines)
    for (number, _is_before), times in counted.items():
        if times > 1:
            sentence = _("Line number %(number)d stands %(times)d times.") % {"number": number, "times": times}
            yield _finding("duplicate_line", sentence, number)


def _summary(invoice: FaInvoice) -> Iterator[Finding]:
    for row in invoice.vat_summary:
        yield from _vat(row, invoice)
    if invoice.kind in SUMMED_FROM_LINES:
        yield from _lines_against_summary(invoice)
    if invoice.vat_summary and invoice.net + invoice.vat != invoice.gross:
        yield _finding(
            "total_differs",
            _("The invoice is for %(stated)s, but its net and VAT make %(expected)s.")
            % {"stated": amount(invoice.gross), "expected": amount(invoice.net + invoice.vat)},
        )


def _vat(row: RateSum, invoice: FaInvoice) -> Iterator[Finding]:
    """VAT may lawfully be reckoned from the sum, line by line, or from gross prices: each rounding is half a grosz."""
    rate = rate_of(row, invoice.lines)
    if row.vat is None or rate is None or not rate.isdigit():
        return
    corrected = len(invoice.correction.invoices) if invoice.correction else 0
    tolerance = max(GROSZ, HALF_A_GROSZ * (len(invoice.lines) + corrected + 1))
    expected = row.net * Decimal(rate) / 100
    if abs(expected - row.vat) > tolerance:
        yield _finding(
            "vat_differs",
            _("VAT at %(rate)s%% is stated as %(stated)s, but on %(net)s it is %(expected)s.")
            % {"rate": rate, "stated": amount(row.vat), "net": amount(row.net), "expected": amount(expected)},
        )


def _lines_against_summary(invoice: FaInvoice) -> Iterator[Finding]:
    if not invoice.lines or any(line.net is None or line.vat_rate is None for line in invoice.lines):
        return
    sums: dict[str, Decimal] = {}
    for line in invoice.lines:
        slot = SLOT_OF_RATE.get(line.vat_rate or "", "5")  # the special procedure has rates of its own
        signed = -(line.net or 0) if line.is_before else line.net or 0
        sums[slot] = sums.get(slot, Decimal(0)) + signed
    has_gross = any(line.gross is not None for line in invoice.lines)
    tolerance = HALF_A_GROSZ * (len(invoice.lines) + 1) if has_gross else Decimal(0)
    stated = {row.slot: row.net for row in invoice.vat_summary}
    for slot in sorted(sums.keys() | stated.keys()):
        of_lines, of_summary = sums.get(slot, Decimal(0)), stated.get(slot, Decimal(0))
        if abs(of_lines - of_summary) > tolerance:
            yield _finding(
                "correction_lines_differ" if invoice.is_correction else "lines_differ",
                _("The lines make %(expected)s net, but the summary (P_13_%(slot)s) states %(stated)s.")
                % {"expected": amount(of_lines), "slot": slot, "stated": amount(of_summary)},
            )


def _settlement(invoice: FaInvoice) -> Iterator[Finding]:
    settlement = invoice.settlement
    if settlement is None:
        return
    charges = sum((item.amount for item in settlement.charges), Decimal(0))
    deductions = sum((item.amount for item in settlement.deductions), Decimal(0))
    for stated, expected in ((settlement.charges_total, charges), (settlement.deductions_total, deductions)):
        if stated is not None and stated != expected:
            yield _finding(
                "settlement_sum_differs",
                _("The settlement sums %(expected)s to %(stated)s.")
                % {"expected": amount(expected), "stated": amount(stated)},
            )
    left = invoice.gross + charges - deductions
    for stated, expected in ((settlement.to_pay, left), (settlement.to_settle, -left)):
        if stated is not None and stated != expected:
            yield _finding(
                "settlement_differs",
                _(
                    "The settlement ends in %(stated)s, but the invoice with its charges and deductions makes %(expected)s."
                )
                % {"stated": amount(stated), "expected": amount(expected)},
            )


def _correction(invoice: FaInvoice) -> Iterator[Finding]:
    if not invoice.is_correction:
        return
    corrected = invoice.correction.invoices if invoice.correction else ()
    if not corrected:
        yield _finding("correction_of_nothing", _("The correction does not say which invoice it corrects."))
    for original in corrected:
        names = {"number": original.number}
        if original.issued_on > invoice.issued_on:
            sentence = _("The correction is dated before the invoice %(number)s that it corrects.")
            yield _finding("correction_before_original", sentence % names)
        fault = ksef_number_finding(original.ksef_number) if original.ksef_number else None
        if fault:
            yield _finding("corrected_ksef_number", fault.sentence)


def _dates(invoice: FaInvoice) -> Iterator[Finding]:
    if invoice.period_from and invoice.period_until and invoice.period_from > invoice.period_until:
        yield _finding("period_reversed", _("The period of the invoice ends before it begins."))
    if any(due < invoice.issued_on for due in invoice.payment.due_dates):
        yield _finding("due_before_issue", _("The due date is before the day of issue."))


def has_right_check_digits(account: str) -> bool:
    """A Polish account of 26 digits, with or without PL in front, or a foreign IBAN."""
    bare = account.replace(" ", "")
    if len(bare) == POLISH_ACCOUNT_DIGITS and bare.isdigit():
        bare = f"PL{bare}"
    # The national rules beyond mod 97 are left to the banks: new bank codes come faster than libraries.
    return iban.is_valid(bare, check_country=False) and (not bare.startswith("PL") or bare[2:].isdigit())


def _accounts(invoice: FaInvoice) -> Iterator[Finding]:
    for account in invoice.payment.accounts:
        if not has_right_check_digits(account.number):
            sentence = _(
                "The bank account %(account)s is not a right number: its check digits or its length are wrong."
            )
            yield _finding("account_check_digits", sentence % {"account": account.number})


def _parties(invoice: FaInvoice) -> Iterator[Finding]:
    if not stdnum_nip.is_valid(invoice.seller.nip or ""):
        sentence = _("The seller's NIP %(nip)s has a wrong check digit.") % {"nip": invoice.seller.nip or "–"}
        yield _finding("seller_nip", sentence)
    for party in (invoice.buyer, *invoice.third_parties):
        if party.nip and not stdnum_nip.is_valid(party.nip):
            sentence = _("The NIP %(nip)s of %(name)s has a wrong check digit.")
            yield _finding("party_nip", sentence % {"nip": party.nip, "name": party.name})
    yield from _recipients(invoice.buyer, {party.role for party in invoice.third_parties})


def _recipients(buyer: Party, roles: set[str | None]) -> Iterator[Finding]:
    if buyer.is_local_government_unit and LOCAL_GOVERNMENT_RECIPIENT not in roles:
        sentence = _("The invoice is for a unit of a local government, but does not name the unit.")
        yield _finding("local_government_unit_missing", sentence)
    if buyer.is_vat_group_member and VAT_GROUP_RECIPIENT not in roles:
        sentence = _("The invoice is for a member of a VAT group, but does not name the member.")
        yield _finding("vat_group_member_missing", sentence)


def _currency(invoice: FaInvoice) -> Iterator[Finding]:
    if invoice.currency != "PLN":
        sentence = _("The invoice is in %(currency)s; balances are kept in złoty only.")
        yield _finding("foreign_currency", sentence % {"currency": invoice.currency})
