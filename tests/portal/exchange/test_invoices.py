import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import storages

from ebok.demo import fa3
from portal.billing.models import Invoice
from portal.exchange import originals, readers
from portal.utility.models import Utility
from tests.portal.exchange.conftest import AS_OF
from tests.worked_tables import rows

pytestmark = pytest.mark.django_db
LINE = fa3.Line(words="Woda", classification="36.00.20.0", unit="m3", quantity=10, price=Decimal("6.27"))
SHEET = fa3.Sheet(
    seller=fa3.Side(name="Wodociągi", street="ul. Wodna 1", town="00-001 Miasto", nip="1234563218"),
    buyer=fa3.Side(name="Anna Kowalska", street="ul. Lipowa 5", town="00-001 Miasto", customer_number="000001"),
    number="000001/11/2026",
    issued_on=date(2026, 11, 3),
    place="Miasto",
    period=(date(2026, 9, 1), date(2026, 10, 31)),
    due_on=date(2026, 11, 17),
    lines=(LINE,),
    net=Decimal("62.70"),
    vat=Decimal("5.02"),
    account="19999123451234000000012345",
    contract=("W/1/2019", date(2019, 3, 4)),
)
KSEF = "1234563218-20261103-0100001AF629-AF"


@pytest.fixture
def with_xml(delivery):
    def put(content: bytes, **beside):
        delivery.papers["xml/f1.xml"] = content
        delivery.files["invoices_xml"] = [
            {"id": "F1", "customer": "K1", "contract": "U1", "xml": "xml/f1.xml", **beside}
        ]

    return put


def test_what_the_xml_says_is_what_is_kept(take, with_xml):
    with_xml(fa3.write(SHEET))
    outcome = take()
    assert (outcome.is_merged, outcome.faults) == (True, ())
    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.gross, invoice.net, invoice.to_pay) == (
        "000001/11/2026", Decimal("67.72"), Decimal("62.70"), Decimal("67.72"),
    )  # fmt: skip
    assert (invoice.due_on, invoice.period_to, invoice.seller_account) == (
        date(2026, 11, 17),
        date(2026, 10, 31),
        SHEET.account,
    )
    assert (invoice.service, invoice.kind) == ("water,sewage", "vat")


def test_many_files_are_read_by_processes_of_their_own(take, with_xml, monkeypatch):
    monkeypatch.setattr(readers, "WORTH_HELPERS", 1)
    monkeypatch.setattr(readers.os, "cpu_count", lambda: 2)
    with_xml(fa3.write(SHEET))
    assert take().faults == ()
    assert Invoice.objects.get().gross == Decimal("67.72")


def test_the_original_bytes_are_kept_unchanged_under_their_digest(take, with_xml):
    content = fa3.write(SHEET)
    with_xml(content)
    take()
    invoice = Invoice.objects.get()
    assert invoice.original_sha256 == hashlib.sha256(content).hexdigest()
    with storages["private"].open(invoice.original.name) as kept:
        assert kept.read() == content


@pytest.mark.parametrize("row", rows("invoices.md", "Seller's NIP"), ids=lambda row: "-".join(row.values()))
def test_an_invoice_of_another_seller_is_doubted(take, with_xml, row):
    Utility.objects.create(name="Wodociągi", nip=row["Ours"].strip("–"))
    with_xml(fa3.write(replace(SHEET, seller=replace(SHEET.seller, nip=row["Seller's NIP"]))))
    doubts = take().doubts
    if row["Found"] != "doubt":
        assert doubts == ()
        return
    assert doubts == ("invoices_xml.csv:2: xml/f1.xml: The seller's NIP 5260250995 is not ours, 1234563218.",)
    invoice = Invoice.objects.get()
    assert invoice.customer.account.is_in_question


def test_an_overpayment_counted_on_the_invoice_is_as_printed(take, with_xml):
    with_xml(fa3.write(replace(SHEET, deduction=Decimal("20.00"))))
    take()
    assert (Invoice.objects.get().gross, Invoice.objects.get().to_pay) == (Decimal("67.72"), Decimal("47.72"))


def test_a_correction_names_what_it_corrects(take, with_xml):
    lines = (replace(LINE, is_before=True), replace(LINE, quantity=8))
    corrected = fa3.Corrected(number="000001/09/2026", issued_on=date(2026, 9, 3))
    with_xml(fa3.write(replace(SHEET, lines=lines, net=Decimal("-12.54"), vat=Decimal("-1.00"), corrected=corrected)))
    assert take().faults == ()
    invoice = Invoice.objects.get()
    assert (invoice.kind, invoice.corrects_number, invoice.gross) == ("kor", "000001/09/2026", Decimal("-13.54"))


def test_the_ksef_number_comes_from_beside_the_xml(take, with_xml):
    with_xml(fa3.write(SHEET), ksef_mode="online", ksef_number=KSEF)
    take()
    assert (Invoice.objects.get().ksef_mode, Invoice.objects.get().ksef_number) == ("online", KSEF)


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize(
    ("content", "beside", "sentence"),
    [
        (b"<Faktura", {}, "xml/f1.xml: The file is not well-formed XML"),
        (fa3.write(replace(SHEET, net=Decimal(60), vat=Decimal("4.80"))), {}, "xml/f1.xml: The lines make 62,70 net"),
        (fa3.write(replace(SHEET, number="")), {}, "xml/f1.xml: The invoice leaves the FA(3) schema at P_2"),
        (fa3.write(SHEET), {"sha256": "0" * 64}, "xml/f1.xml is not the file whose SHA-256 stands beside it."),
        (fa3.write(SHEET), {"xml": "xml/other.xml"}, "xml/other.xml: The file is not in the delivery."),
        (fa3.write(SHEET), {"customer": "K2", "contract": "U2"}, "The invoice is printed for the customer number 000001, but is given to 000002."),
        (fa3.write(SHEET), {"pdf": "xml/f1.xml"}, "xml/f1.xml is not a PDF."),
    ],
    ids=["no XML", "sums", "schema", "digest", "missing", "of another", "no PDF"],
)  # fmt: skip
def test_an_invoice_that_cannot_be_trusted_leaves_its_customer_out(take, with_xml, content, beside, sentence):
    with_xml(content, **beside)
    outcome = take()
    assert outcome.is_merged
    assert outcome.faults[0].startswith("invoices_xml.csv:2: ")
    assert sentence in outcome.faults[0]
    assert not Invoice.objects.exists()


def test_a_changed_invoice_is_drawn_anew(take, with_xml):
    with_xml(fa3.write(SHEET))
    take()
    Invoice.objects.update(rendered_pdf="invoices/drawn.pdf")
    with_xml(fa3.write(SHEET), ksef_mode="online", ksef_number=KSEF)
    take(as_of=AS_OF + timedelta(days=1))
    assert not Invoice.objects.get().rendered_pdf


def test_a_dry_run_stores_no_file(take, with_xml):
    content = fa3.write(SHEET)
    with_xml(content + b"<!-- only here -->")
    take(dry_run=True)
    assert not storages["private"].exists(originals.name_of(content + b"<!-- only here -->", "invoices", "xml"))


def test_the_sweep_takes_old_orphans_and_leaves_what_a_row_names(take, with_xml, monkeypatch):
    with_xml(fa3.write(SHEET))
    take()
    orphan = originals.keep(b"nobody names me", "invoices", "xml")
    assert originals.sweep() == 0
    monkeypatch.setattr(originals, "SWEEP_AFTER_SECONDS", -60)
    originals.sweep()
    assert not storages["private"].exists(orphan)
    assert storages["private"].exists(Invoice.objects.get().original.name)


def test_a_file_that_a_killed_import_left_half_written_is_written_again():
    name = originals.keep(b"whole content", "documents", "pdf")
    with storages["private"].open(name, "wb") as half:
        half.write(b"who")
    assert originals.keep(b"whole content", "documents", "pdf") == name
    with storages["private"].open(name) as kept:
        assert kept.read() == b"whole content"
