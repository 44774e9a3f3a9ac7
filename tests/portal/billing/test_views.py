"""One invoice: its page, its PDF, its original file."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.translation import gettext

from portal import clock
from portal.billing.ksef.reader import read_invoice
from portal.billing.models import (
    CustomerAccount,
    Document,
    EntryShare,
    Invoice,
    InvoiceLine,
    OpenItem,
    Transit,
    TransitPart,
    private,
)
from portal.billing.on_screen import printed
from portal.billing.printing import draw, from_rows, pdf_of
from portal.billing.transit import ForeignCurrency, hold
from portal.customers.actions import grant_access
from portal.utility import identity, kept
from portal.utility.models import Utility
from tests import factories

SAMPLE = Path(__file__).parents[4] / "shared" / "data" / "ksef" / "samples" / "fa3-water-consumer-brakid.xml"
PDF = b"%PDF-1.7 as received"


@pytest.fixture
def bill(db, client):
    """An owner, signed in, and an invoice that came as rows."""
    customer = factories.make_customer(number="012345")
    contract = factories.make_contract(customer)
    point = factories.make_point(contract)
    item = factories.make_charge(customer, "135.38", contract=contract, point=point, number="012345/11/2026")
    invoice = item.entry.invoice
    Invoice.objects.filter(pk=invoice.pk).update(net=Decimal("125.35"), vat=Decimal("10.03"))
    for position, (name, net, vat) in enumerate([("Dostawa wody", "46.89", "3.75"), ("Ścieki", "78.46", "6.28")], 1):
        InvoiceLine.objects.create(
            invoice=invoice,
            position=position,
            description=name,
            unit="m3",
            quantity=Decimal(9),
            unit_net=Decimal("5.2100"),
            net=Decimal(net),
            vat=Decimal(vat),
            vat_rate="8",
        )
    client.force_login(factories.make_owner(customer))
    invoice.refresh_from_db()
    return invoice


def where(name, invoice):
    return reverse(f"billing:{name}", args=[invoice.public_id]) + f"?k={invoice.customer.public_id}"


def text(response):
    return response.content.decode().replace("\xa0", " ")


def test_the_page_says_what_how_much_and_by_when(bill, client):
    page = client.get(where("invoice", bill))
    assert page.headers["Cache-Control"] == "private, no-store"
    for fact in ("012345/11/2026", "135,38 zł", "24.11.2026", "Dostawa wody", "9 m³", "46,89"):
        assert fact in text(page)


def test_the_lines_of_a_part_are_net_and_said_to_be_so(bill, client):
    """Net lines under the heading of the booked amount would seem not to add up."""
    share = bill.entries.get().shares.get()
    other = factories.make_point(share.contract)
    bill.lines.update(point=share.point)
    EntryShare.objects.create(entry=share.entry, contract=share.contract, point=other, amount=Decimal("35.38"))
    EntryShare.objects.filter(pk=share.pk).update(amount=Decimal("100.00"))
    client.force_login(factories.make_manager(bill.customer, [share.point]))
    page = text(client.get(where("invoice", bill)))
    assert all(words in page for words in (gettext("Net value"), "46,89 zł", "100,00 zł"))
    assert gettext("Together, as booked") not in page


def test_the_page_leads_to_paying_just_this(bill, client):
    item = bill.entries.get().open_item
    page = text(client.get(where("invoice", bill)))
    assert reverse("payments:choose") in page
    assert f'name="item" value="{item.public_id}"' in page
    assert f'name="k" value="{bill.customer.public_id}"' in page


@pytest.mark.parametrize("why", ["in transit", "held", "settled", "in question"])
def test_what_cannot_be_paid_has_no_button(bill, client, why):
    item = bill.entries.get().open_item
    if why in ("in transit", "held"):
        transit = Transit.objects.create(
            reference="r",
            customer=bill.customer,
            amount=item.amount,
            state="paid" if why == "in transit" else "held",
            channel="blik",
            held_until=clock.now() + timedelta(minutes=5),
            paid_at=clock.now(),
        )
        TransitPart.objects.create(transit=transit, item=item, amount=item.amount)
    elif why == "settled":
        type(item).objects.update(open_amount=0)
    else:
        CustomerAccount.objects.update(is_in_question=True)
    assert reverse("payments:choose") not in text(client.get(where("invoice", bill)))


def test_an_invoice_page_stays_within_the_budget(bill, client, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(kept, "SECONDS", 3600.0)
    client.get(where("invoice", bill))
    with django_assert_max_num_queries(12):
        client.get(where("invoice", bill))


# -------------------------------------------------------------------------------------------------------------- files


def test_a_pdf_is_shown_as_it_was_received(bill, client):
    bill.received_pdf.save("faktura.pdf", ContentFile(PDF))
    answer = client.get(where("invoice_pdf", bill))
    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == 'inline; filename="Faktura_012345-11-2026.pdf"'


def test_a_pdf_of_our_own_is_drawn_once_and_kept(bill, client):
    first = client.get(where("invoice_pdf", bill)).content
    assert first.startswith(b"%PDF")
    bill.refresh_from_db()
    assert bill.rendered_pdf.name == f"invoices/{bill.public_id}.pdf"
    InvoiceLine.objects.all().delete()
    assert client.get(where("invoice_pdf", bill)).content == first


def test_two_who_draw_at_once_keep_one_file(bill):
    stale = Invoice.objects.get(pk=bill.pk)
    pdf_of(bill)
    pdf_of(stale)
    kept = Invoice.objects.get(pk=bill.pk).rendered_pdf.name
    assert private().exists(kept)
    assert sum(name.startswith(str(bill.public_id)) for name in private().listdir("invoices")[1]) == 1


def test_an_invoice_through_ksef_without_its_number_waits(bill, client):
    Invoice.objects.update(ksef_mode="online", original_sha256="00" * 32)
    answer = client.get(where("invoice_pdf", bill), follow=True)
    assert answer.redirect_chain == [(where("invoice", bill), 302)]
    assert not Invoice.objects.get().rendered_pdf


def test_the_original_file_is_given_byte_for_byte(bill, client):
    original = "<Faktura>ąę</Faktura>".encode()
    bill.original.save("faktura.xml", ContentFile(original))
    answer = client.get(where("invoice_xml", bill))
    assert answer.content == original
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Faktura_012345-11-2026.xml"'


def test_an_invoice_that_came_as_rows_has_no_original_file(bill, client):
    assert client.get(where("invoice_xml", bill)).status_code == 404


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample invoices lie beside the repository")
def test_an_original_file_is_drawn_and_its_lines_are_read(bill):
    bill.original.save("faktura.xml", ContentFile(SAMPLE.read_bytes()))
    facts = read_invoice(SAMPLE.read_bytes())
    assert draw(bill).startswith(b"%PDF")
    assert [line.name for line in printed(bill).lines] == [line.name for line in facts.lines]


def test_a_file_that_cannot_be_read_leaves_the_page(bill, client):
    bill.original.save("faktura.xml", ContentFile(b"no xml"))
    assert client.get(where("invoice", bill)).status_code == 200


def test_rows_become_an_invoice_that_adds_up(bill):
    facts = from_rows(bill, identity.current())
    assert (facts.net, facts.vat, facts.gross) == (Decimal("125.35"), Decimal("10.03"), Decimal("135.38"))
    assert facts.customer_number == "012345"
    assert facts.settlement is None


def test_sums_that_disagree_with_the_rows_are_the_invoice_s_own(bill):
    Invoice.objects.update(net=Decimal("125.36"), vat=Decimal("10.02"))
    bill.refresh_from_db()
    facts = from_rows(bill, identity.current())
    assert (facts.net, facts.vat) == (Decimal("125.36"), Decimal("10.02"))


def test_vat_reckoned_on_the_whole_is_printed_as_the_invoice_has_it(bill):
    Invoice.objects.update(vat=Decimal("10.04"), gross=Decimal("135.39"))
    bill.refresh_from_db()
    summary = from_rows(bill, identity.current()).vat_summary
    assert [(rate.net, rate.vat) for rate in summary] == [(Decimal("125.35"), Decimal("10.04"))]


def test_a_correction_names_what_it_corrects(bill):
    correction = factories.make_charge(bill.customer, "-10.00", number="K/1", open_amount="0").entry.invoice
    correction.kind, correction.corrects_number = "kor", "012345 / 11 / 2026"
    assert from_rows(correction, identity.current()).correction.invoices[0].number == bill.number
    correction.corrects_number = "unknown"
    facts = from_rows(correction, identity.current())
    assert (facts.correction, facts.descriptions[0].value) == (None, "unknown")


def test_another_document_is_given_as_it_came(bill, client):
    note = Document.objects.create(
        external_id="D1", customer=bill.customer, kind="interest_note", number="NO/1", issued_on=clock.today()
    )
    address = where("document_file", note)
    assert client.get(address).status_code == 404  # it has no file
    note.file.save("nota.pdf", ContentFile(PDF))
    answer = client.get(address)
    assert answer.content == PDF
    assert answer.headers["Content-Disposition"] == 'inline; filename="NO-1.pdf"'
    note.file.save("nota.html", ContentFile(b"<script>"))
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


# ------------------------------------------------------------------------------------------------------ who else comes


@pytest.mark.parametrize("name", ["invoice", "invoice_pdf", "invoice_xml"])
def test_somebody_else_s_invoice_is_not_found(bill, client, name):
    client.force_login(factories.make_owner())
    assert client.get(where(name, bill)).status_code == 404
    assert client.get(reverse(f"billing:{name}", args=[bill.public_id])).status_code == 404


def test_a_partial_manager_gets_his_part_and_no_document(bill, client):
    entry = bill.entries.get()
    mine = factories.make_point(bill.contract, street="ul. Źródlana", building="8")
    EntryShare.objects.filter(entry=entry).update(amount=Decimal("100.00"))
    EntryShare.objects.create(entry=entry, contract=bill.contract, service="water", point=mine, amount=Decimal("35.38"))
    client.force_login(factories.make_manager(bill.customer, [mine]))
    page = text(client.get(where("invoice", bill)))
    assert "35,38 zł" in page
    assert "ul. Źródlana 8" in page
    assert "135,38" not in page
    assert "pdf" not in page.lower()
    for name in ("invoice_pdf", "invoice_xml"):
        assert client.get(where(name, bill)).status_code == 404


def test_a_part_is_told_by_the_lines_of_his_points_where_they_are_known(bill, client):
    entry = bill.entries.get()
    mine = factories.make_point(bill.contract)
    EntryShare.objects.create(entry=entry, point=mine, amount=Decimal("0.00"))
    InvoiceLine.objects.filter(position=2).update(point=mine)
    client.force_login(factories.make_manager(bill.customer, [mine]))
    page = text(client.get(where("invoice", bill)))
    assert "Ścieki" in page
    assert "Dostawa wody" not in page


def test_a_proxy_for_readings_gets_no_invoice(bill, client):
    user = factories.make_user()
    grant_access(user=user, customer=bill.customer, role="proxy", ground="invitation", deeds=["see_readings"])
    client.force_login(user)
    assert client.get(where("invoice", bill)).status_code == 404


def test_an_invoice_in_another_currency_is_shown_and_never_payable(bill, client):
    Invoice.objects.update(currency="EUR")
    page = client.get(where("invoice", bill)).content.decode().replace("\xa0", " ")
    assert "135,38 EUR" in page
    assert 'name="item"' not in page
    papers = text(client.get(reverse("billing:papers"), {"k": str(bill.customer.public_id)}))
    assert "135,38 EUR" in papers
    assert "135,38 zł" not in papers
    item = OpenItem.objects.get(entry__invoice=bill)
    with pytest.raises(ForeignCurrency):
        hold(
            customer_id=bill.customer_id,
            items=[(item.pk, item.open_amount)],
            reference="r1",
            until=clock.now() + timedelta(minutes=30),
        )


def test_a_duplicate_says_so_and_an_invoice_in_ksef_has_none(bill, client):
    drawn = client.get(where("invoice_duplicate", bill))
    assert drawn.content.startswith(b"%PDF-")
    assert not Invoice.objects.get().rendered_pdf
    Invoice.objects.update(ksef_mode="online")
    assert client.get(where("invoice_duplicate", bill)).status_code == 404


def test_a_correction_shows_what_it_changes(bill, client):
    Invoice.objects.update(kind="kor", gross=Decimal("-8.00"))
    bill.lines.all().delete()
    InvoiceLine.objects.create(
        invoice=bill, position=1, description="Woda", unit="m3", quantity=10, net=Decimal("62.70"), is_before=True
    )
    InvoiceLine.objects.create(
        invoice=bill, position=1, description="Woda", unit="m3", quantity=8, net=Decimal("50.16")
    )
    page = client.get(where("invoice", bill)).content.decode().replace("\xa0", " ")
    for figure in ("62,70", "50,16", "−12,54"):
        assert figure in page


def test_an_invoice_in_ksef_shows_its_codes(bill, client):
    Invoice.objects.update(
        ksef_mode="offline", original_sha256="ab" * 32, kod_ii="https://qr.ksef.mf.gov.pl/certificate/Nip/1/2/3"
    )
    Utility.objects.update_or_create(pk=1, defaults={"name": "Wodociągi", "nip": "1234563218"})
    kept.forget_everything()
    page = client.get(where("invoice", bill)).content.decode()
    assert "https://qr.ksef.mf.gov.pl/invoice/" in page
    assert "https://qr.ksef.mf.gov.pl/certificate/" in page
    assert page.count("data:image/svg+xml") >= 2
