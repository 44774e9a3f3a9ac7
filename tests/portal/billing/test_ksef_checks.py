"""Whether an invoice agrees with itself: every code of a finding, by an invoice that earns it."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal.billing.ksef.invoice import (
    Account,
    CorrectedInvoice,
    Correction,
    FaInvoice,
    Payment,
    RateSum,
    Settlement,
)
from portal.billing.ksef.reader import NotAnInvoice, check_structure, check_substance, read_invoice
from portal.billing.ksef.substance import SEVERITIES
from tests.portal.billing.ksef_files import ROOT, SHARED, invoice_file, needs_samples

RULES = ROOT / "docs" / "rules" / "invoices.md"


def sound() -> FaInvoice:
    return read_invoice(invoice_file())


def codes(invoice: FaInvoice) -> set[str]:
    return {finding.code for finding in check_substance(invoice)}


def with_line(invoice: FaInvoice, **changes: object) -> FaInvoice:
    return replace(invoice, lines=(replace(invoice.lines[0], **changes), *invoice.lines[1:]))


def with_payment(**changes: object) -> FaInvoice:
    invoice = sound()
    return replace(invoice, payment=replace(invoice.payment, **changes))


def with_settlement(**changes: object) -> FaInvoice:
    invoice = sound()
    assert invoice.settlement is not None
    return replace(invoice, settlement=replace(invoice.settlement, **changes))


def correction(*invoices: CorrectedInvoice, **changes: object) -> FaInvoice:
    return replace(sound(), kind="KOR", correction=Correction(invoices=invoices), **changes)


ORIGINAL = CorrectedInvoice(number="1/2026", issued_on=date(2026, 10, 1))

SITUATIONS = {
    "line_differs": with_line(sound(), net=Decimal("50.20")),
    "line_rounded": with_line(sound(), quantity=Decimal("8.01"), net=Decimal("50.10")),
    "lines_differ": with_line(sound(), net=Decimal("50.01")),
    "correction_lines_differ": with_line(correction(ORIGINAL), net=Decimal("50.01")),
    "vat_differs": replace(sound(), vat_summary=(RateSum(slot="2", net=Decimal(100), vat=Decimal("8.03")),)),
    "total_differs": replace(sound(), gross=Decimal("108.01")),
    "settlement_differs": with_settlement(to_pay=Decimal("97.51")),
    "settlement_sum_differs": with_settlement(charges_total=Decimal("2.01")),
    "duplicate_line": with_line(sound(), number=2),
    "before_outside_correction": with_line(sound(), is_before=True),
    "negative_quantity": with_line(sound(), quantity=Decimal(-8)),
    "correction_of_nothing": correction(),
    "correction_before_original": correction(replace(ORIGINAL, issued_on=date(2026, 12, 1))),
    "corrected_ksef_number": correction(replace(ORIGINAL, ksef_number="1234563218-20261103-0100001AF629-FB")),
    "period_reversed": replace(sound(), period_until=date(2026, 9, 30)),
    "due_before_issue": with_payment(due_dates=(date(2026, 11, 2),)),
    "account_check_digits": with_payment(accounts=(Account(number="16999123451234000000054321"),)),
    "seller_nip": replace(sound(), seller=replace(sound().seller, nip="1234563219")),
    "party_nip": replace(sound(), buyer=replace(sound().buyer, nip="1111111112")),
    "local_government_unit_missing": replace(sound(), buyer=replace(sound().buyer, is_local_government_unit=True)),
    "vat_group_member_missing": replace(sound(), buyer=replace(sound().buyer, is_vat_group_member=True)),
    "foreign_currency": replace(sound(), currency="EUR"),
}


def test_a_sound_invoice_has_no_findings():
    assert check_substance(sound()) == []


@pytest.mark.parametrize("code", sorted(SEVERITIES))
def test_each_contradiction_is_found(code):
    found = [finding for finding in check_substance(SITUATIONS[code]) if finding.code == code]
    assert found
    assert all(finding.severity == SEVERITIES[code] for finding in found)
    assert all(finding.sentence.endswith(".") for finding in found)


def test_the_rules_page_lists_every_code_with_its_severity():
    listed = dict(re.findall(r"^\| `([a-z_]+)` \| (error|warning) \|", RULES.read_text(encoding="utf-8"), re.MULTILINE))
    of_structure = {"not_an_invoice": "error", "schema": "error"}
    of_numbers = dict.fromkeys(("ksef_number_shape", "ksef_number_older", "ksef_number_checksum"), "warning")
    assert listed == SEVERITIES | of_structure | of_numbers


@pytest.mark.parametrize("vat", ["7.99", "8.00", "8.01"])
def test_vat_may_be_rounded_line_by_line(vat):
    invoice = replace(
        sound(),
        vat_summary=(RateSum(slot="2", net=Decimal(100), vat=Decimal(vat)),),
        gross=Decimal(100) + Decimal(vat),
        settlement=None,
    )
    assert codes(invoice) == set()


def test_a_discount_may_be_off_the_line_or_off_each_unit():
    off_the_line = with_line(sound(), unit_net=Decimal("6.50"), discount=Decimal(2))
    off_each_unit = with_line(sound(), unit_net=Decimal("6.50"), discount=Decimal("0.25"))
    assert codes(off_the_line) == codes(off_each_unit) == set()


def test_a_correction_may_number_a_line_the_same_before_and_after():
    before = replace(sound().lines[0], is_before=True)
    invoice = correction(ORIGINAL, lines=(before, *sound().lines))
    assert "duplicate_line" not in codes(invoice)


def test_a_correction_is_summed_as_after_less_before():
    invoice = sound()
    lines = (
        replace(invoice.lines[0], is_before=True),
        replace(invoice.lines[0], quantity=Decimal(6), net=Decimal("37.50")),
    )
    summary = (RateSum(slot="2", net=Decimal("-12.50"), vat=Decimal("-1.00")),)
    assert (
        codes(correction(ORIGINAL, lines=lines, vat_summary=summary, gross=Decimal("-13.50"), settlement=None)) == set()
    )


def test_an_overpaid_invoice_settles_the_other_way():
    settlement = with_settlement(to_pay=None, to_settle=Decimal("-97.50"))
    assert codes(settlement) == set()
    assert "settlement_differs" in codes(with_settlement(to_pay=None, to_settle=Decimal("97.50")))


def test_no_settlement_and_no_payment_are_no_fault():
    assert codes(replace(sound(), settlement=None, payment=Payment())) == set()
    assert codes(replace(sound(), settlement=Settlement())) == set()


@pytest.mark.parametrize(
    "account",
    [
        "15999123451234000000054321",
        "PL15999123451234000000054321",
        "15 9991 2345 1234 0000 0005 4321",
        "DE89370400440532013000",
    ],
)
def test_a_right_account_passes_with_or_without_its_country(account):
    assert codes(with_payment(accounts=(Account(number=account),))) == set()


# What docs/rules/invoices.md names for each file: its verdict and its findings.
VERDICTS = {
    name: (verdict, set(re.findall(r"`([a-z_]+)`", findings)))
    for name, verdict, findings in re.findall(
        r"^\| `(\d\d-[a-z0-9-]+)` \| (refused|warned|accepted) \| (.*) \|$",
        RULES.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}


@needs_samples
@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_each_faulty_invoice_gets_its_verdict(name):
    data = (SHARED / "error-cases" / f"{name}.xml").read_bytes()
    found = check_structure(data)
    with suppress(NotAnInvoice):
        found += check_substance(read_invoice(data))
    verdict = "refused" if any(finding.severity == "error" for finding in found) else "warned" if found else "accepted"
    assert (verdict, {finding.code for finding in found}) == VERDICTS[name]


@needs_samples
def test_every_faulty_invoice_has_a_verdict_here():
    assert {path.stem for path in SHARED.glob("error-cases/*.xml")} == set(VERDICTS)


@needs_samples
@pytest.mark.parametrize("path", sorted(SHARED.glob("samples/*.xml")), ids=lambda path: path.stem)
def test_no_sample_is_in_error(path):
    errors = [finding for finding in check_substance(read_invoice(path.read_bytes())) if finding.severity == "error"]
    assert errors == []


@needs_samples
@pytest.mark.parametrize("path", sorted(SHARED.glob("samples/fa3-water-*.xml")), ids=lambda path: path.stem)
def test_the_water_invoices_have_no_findings_at_all(path):
    assert check_substance(read_invoice(path.read_bytes())) == []
