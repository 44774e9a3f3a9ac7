"""Reading FA(3): what stands in the file comes out, and what is no invoice is refused in a sentence."""

from datetime import date
from decimal import Decimal

import pytest

from portal.billing.ksef.reader import NotAnInvoice, check_structure, read_invoice
from tests.portal.billing.ksef_files import SHARED, invoice_file, needs_samples

SAMPLES = sorted(SHARED.glob("samples/*.xml"))


def test_our_own_invoice_keeps_to_the_schema():
    assert check_structure(invoice_file()) == []


def test_what_the_file_says_is_read_as_it_stands():
    invoice = read_invoice(invoice_file())
    assert (invoice.number, invoice.issued_on, invoice.kind) == ("000123/11/2026", date(2026, 11, 3), "VAT")
    assert (invoice.period_from, invoice.period_until) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (invoice.seller.nip, invoice.buyer.nip) == ("1234563218", None)
    assert invoice.customer_number == "000123"
    assert [line.name for line in invoice.lines] == ["Woda", "Ścieki"]
    assert str(invoice.lines[1].unit_net) == "6.6667"
    assert [(row.slot, row.net, row.vat) for row in invoice.vat_summary] == [("2", Decimal(100), Decimal(8))]
    assert invoice.gross == Decimal(108)
    assert invoice.payment.due_dates == (date(2026, 11, 17),)
    assert invoice.payment.accounts[0].number == "15999123451234000000054321"
    assert invoice.descriptions[0].value == "8812, stan 512 m3"


def test_the_settlement_is_read_with_its_reasons():
    settlement = read_invoice(invoice_file()).settlement
    assert settlement is not None
    assert [(item.amount, item.reason) for item in settlement.charges] == [(Decimal("2.00"), "Odsetki")]
    assert [(item.amount, item.reason) for item in settlement.deductions] == [(Decimal("12.50"), "Nadpłata")]
    assert settlement.to_pay == Decimal("97.50")
    assert settlement.to_settle is None


def test_annotations_are_those_that_say_yes():
    data = invoice_file(
        ("<P_18A>2<", "<P_18A>1<"),
        ("<P_19N>1</P_19N>", "<P_19>1</P_19><P_19A>art. 43 ust. 1 pkt 2</P_19A>"),
    )
    invoice = read_invoice(data)
    assert check_structure(data) == []
    assert invoice.annotations == ("P_18A", "P_19")
    assert invoice.exemption_basis == "art. 43 ust. 1 pkt 2"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", None),
        (b"not xml at all", 1),
        (b"<Faktura/>", 1),
        (b"<html><body/></html>", 1),
        (b'<Faktura xmlns="http://crd.gov.pl/wzor/2023/06/29/12648/"/>', 1),
        (b'<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/"/>', 1),
        (b"\x00\x01\x02", None),
        (b" " * 4_000_001, None),
    ],
    ids=["empty", "text", "no namespace", "html", "FA(2)", "nothing inside", "binary", "too large"],
)
def test_what_is_no_invoice_is_refused_in_a_sentence(data, line):
    with pytest.raises(NotAnInvoice) as refusal:
        read_invoice(data)
    assert str(refusal.value).endswith(".")
    if line is not None:
        assert refusal.value.line == line


@pytest.mark.parametrize(
    "change",
    [
        ("<P_15>108.00</P_15>", ""),
        ("<P_15>108.00<", "<P_15>NaN<"),
        ("<P_15>108.00<", "<P_15>1e9<"),
        ("<P_1>2026-11-03<", "<P_1>2026-11-31<"),
        ("<NrWierszaFa>1<", "<NrWierszaFa>1.5<"),
        ("<NrRB>15999123451234000000054321</NrRB>", ""),
    ],
    ids=["no total", "not a number", "an exponent", "not a day", "a broken line number", "an account without a number"],
)
def test_a_field_that_cannot_be_read_is_named(change):
    with pytest.raises(NotAnInvoice, match=r"P_15|P_1|NrWierszaFa|NrRB"):
        read_invoice(invoice_file(change))


def test_a_document_type_is_refused_so_no_entity_is_ever_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("kept")
    attack = f'<!DOCTYPE Faktura [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    data = invoice_file(("?>\n<Faktura", f"?>{attack}\n<Faktura"), ("Łucja Żółć", "&x;"))
    with pytest.raises(NotAnInvoice):
        read_invoice(data)
    assert [finding.code for finding in check_structure(data)] == ["not_an_invoice"]


def test_a_swelling_entity_is_refused_at_once():
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    data = invoice_file(("?>\n<Faktura", f"?><!DOCTYPE Faktura [{entities}]>\n<Faktura"), ("Łucja Żółć", "&i;"))
    with pytest.raises(NotAnInvoice):
        read_invoice(data)


def test_a_comment_does_not_hide_part_of_a_value():
    invoice = read_invoice(invoice_file(("<P_2>000123/11/2026<", "<P_2>000123/<!-- 99 -->11/2026<")))
    assert invoice.number == "000123/11/2026"


def test_a_fault_of_structure_names_its_line_and_element():
    (finding,) = check_structure(invoice_file(("<P_15>108.00<", "<P_15>108.005<")))
    assert (finding.code, finding.severity, finding.line) == ("schema", "error", 7)
    assert "P_15" in finding.sentence
    assert "crd.gov.pl" not in finding.sentence


@needs_samples
@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_the_samples_keep_to_the_schema_and_are_read(path):
    data = path.read_bytes()
    assert check_structure(data) == []
    assert read_invoice(data).number


@needs_samples
def test_a_correction_says_what_it_corrects_and_how_it_was():
    invoice = read_invoice((SHARED / "samples" / "fa3-water-business-correction-kor.xml").read_bytes())
    assert invoice.is_correction
    assert invoice.correction is not None
    assert invoice.correction.reason == "Błędny odczyt wodomierza"
    (original,) = invoice.correction.invoices
    assert (original.number, original.issued_on) == ("054321/11/2026", date(2026, 11, 3))
    assert original.ksef_number == "1234563218-20261103-0100001AF629-FA"
    assert [line.is_before for line in invoice.lines] == [True, False, True, False]


@needs_samples
def test_what_has_no_place_of_its_own_is_read_field_by_field():
    parts = read_invoice((SHARED / "samples" / "FA_3_Przykład_24.xml").read_bytes()).rest
    assert "Zalacznik" in {part.name for part in parts}
