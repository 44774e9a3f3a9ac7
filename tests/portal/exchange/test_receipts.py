"""UPO: KSeF's receipt, read for the number it gave and the file it took in."""

from base64 import b64encode
from hashlib import sha256

import pytest

from portal.billing.ksef.upo import NotAReceipt, read_receipts
from portal.billing.models import Invoice
from tests.portal.billing.ksef_files import SHARED, invoice_file, needs_samples

NUMBER = "1234563218-20261103-0100001AF629-FA"
FILE = invoice_file(("000123", "000001"))


def receipt(of: bytes = FILE, number: str = "000001/11/2026") -> bytes:
    digest = b64encode(sha256(of).digest()).decode()
    return (
        '<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3"><Dokument>'
        f"<NumerKSeFDokumentu>{NUMBER}</NumerKSeFDokumentu><NumerFaktury>{number}</NumerFaktury>"
        f"<SkrotDokumentu>{digest}</SkrotDokumentu></Dokument></Potwierdzenie>"
    ).encode()


@needs_samples
def test_the_ministrys_sample_is_read():
    (found,) = read_receipts((SHARED / "upo" / "upo-faktura-kontekst-id-nip.xml").read_bytes())
    assert found.ksef_number == "5265877635-20250916-0200A0D6723E-C2"
    assert found.invoice_number == "FA/XVQUD-9997622510/04/2027"
    assert b64encode(bytes.fromhex(found.sha256)).decode() == "GZMGNVzs3krF6URKgvaw77OOeG3nJ+WGziT5xguliQ8="


@pytest.mark.parametrize(
    "data", [b"", b"no xml", b"<Potwierdzenie/>", FILE, receipt().replace(b"<SkrotDokumentu>", b"<SkrotDokumentu>!")]
)
def test_what_is_no_receipt_is_refused(data):
    with pytest.raises(NotAReceipt):
        read_receipts(data)


@pytest.fixture
def sent(delivery):
    delivery.papers |= {"xml/f.xml": FILE, "upo/f.xml": receipt()}
    delivery.files["invoices_xml"] = [
        {"id": "F1", "customer": "K1", "xml": "xml/f.xml", "ksef_mode": "online", "upo": "upo/f.xml"}
    ]
    return delivery


@pytest.mark.django_db
@pytest.mark.usefixtures("lenient")
def test_the_number_comes_from_the_receipt(take, sent):
    outcome = take()
    assert (outcome.faults, outcome.warnings) == ((), ())
    assert Invoice.objects.get().ksef_number == NUMBER


@pytest.mark.django_db
@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize(
    ("paper", "sentence"),
    [
        (receipt(of=b"another file"), "their SHA-256 differ"),
        (receipt(of=b"another file", number="9"), "is not about this invoice"),
        (b"%PDF-", "not a receipt of KSeF"),
    ],
)
def test_a_receipt_that_contradicts_the_file_is_told_and_gives_no_number(take, sent, paper, sentence):
    sent.papers["upo/f.xml"] = paper
    outcome = take()
    assert sentence in " ".join(outcome.warnings)
    assert Invoice.objects.get().ksef_number == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("lenient")
def test_another_number_beside_the_invoice_is_told_and_stands(take, sent):
    other = "1234563218-20261103-0100001AF62A-EF"
    sent.row("invoices_xml", "F1")["ksef_number"] = other
    outcome = take()
    assert "not the one beside the invoice" in " ".join(outcome.warnings)
    assert Invoice.objects.get().ksef_number == other
