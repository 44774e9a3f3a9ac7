"""The list of papers: what is found by number, kind, day and state, and taken away as a ZIP."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal import clock
from portal.billing import packages
from portal.billing.models import Document, Invoice
from portal.billing.paper_list import ON_A_PAGE, Wanted, every_key, papers
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories


@pytest.fixture
def customer(db):
    return factories.make_customer(number="012345", services=["water", "sewage", "waste"])


@pytest.fixture
def owner(customer):
    return factories.viewer(factories.make_owner(customer))


def make_document(customer, number, kind="interest_note", **fields):
    return Document.objects.create(
        **{
            "external_id": number,
            "customer": customer,
            "kind": kind,
            "number": number,
            "issued_on": clock.today() - timedelta(days=3),
            **fields,
        }
    )


@pytest.fixture
def shelf(customer):
    """Paid, unpaid and partly paid invoices, a correction, a note, another sale and a contract."""
    factories.make_charge(customer, "100.00", number="W/1", open_amount="0.00")
    factories.make_charge(customer, "90.00", number="W/2")
    factories.make_charge(customer, "80.00", number="O/3", open_amount="30.00", service="waste")
    Invoice.objects.create(
        external_id="KOR1",
        customer=customer,
        kind="kor",
        service="water,sewage",
        number="W/1/KOR",
        number_folded="W1KOR",
        corrects_number="W/1",
        issued_on=clock.today() - timedelta(days=400),
        gross=Decimal("-10.00"),
    )
    make_document(customer, "NO/1")
    make_document(customer, "SP/1", "other_sale")
    make_document(customer, "WZ/1", "demand")
    factories.make_contract(customer, number="U/7/2019", signed_on=date(2019, 4, 1), text="Strony umawiają się.")


def numbers(viewer, **wanted):
    return {paper.number for paper in papers(viewer, Wanted(**wanted)).papers}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, {"W/1", "W/2", "O/3", "W/1/KOR", "NO/1", "SP/1", "WZ/1", "U/7/2019"}),
        ({"text": "w 1"}, {"W/1", "W/1/KOR"}),
        ({"text": "SP/"}, {"SP/1"}),
        ({"kind": "water"}, {"W/1", "W/2"}),
        ({"kind": "waste"}, {"O/3"}),
        ({"kind": "corrections"}, {"W/1/KOR"}),
        ({"kind": "other_sales"}, {"SP/1"}),
        ({"kind": "notes"}, {"NO/1"}),
        ({"kind": "demands"}, {"WZ/1"}),
        ({"kind": "contracts"}, {"U/7/2019"}),
        ({"state": "paid"}, {"W/1"}),
        ({"state": "unpaid"}, {"W/2", "O/3"}),
        ({"state": "partly"}, {"O/3"}),
        ({"last": date(2020, 1, 1)}, {"U/7/2019"}),
        ({"text": "nothing like it"}, set()),
    ],
)
def test_what_is_looked_for_is_found(owner, shelf, wanted, expected):
    assert numbers(owner, **wanted) == expected


def test_a_correction_is_found_by_the_invoice_that_it_corrects(owner, shelf):
    assert "W/1/KOR" in numbers(owner, text="W/1", kind="corrections")


def test_the_newest_stand_first_and_pages_hold_all(customer, owner):
    for n in range(ON_A_PAGE + 2):
        make_document(customer, f"SP/{n:03}", "other_sale", issued_on=date(2026, 1, 1) + timedelta(days=n))
    first, second = papers(owner, Wanted()), papers(owner, Wanted(page=2))
    assert (first.count, first.pages, len(first.papers), len(second.papers)) == (ON_A_PAGE + 2, 2, ON_A_PAGE, 2)
    days = [paper.issued_on for paper in (*first.papers, *second.papers)]
    assert days == sorted(days, reverse=True)


def test_a_utility_without_notes_lists_none(owner, shelf):
    RuleRecord.objects.create(rule_set="modules", effective_from=date(2020, 1, 1), values={"notes": False})
    rulebook.forget()
    assert not {"NO/1", "WZ/1"} & numbers(owner)
    assert "SP/1" in numbers(owner)


def test_a_partial_manager_finds_his_part_of_a_shared_invoice(customer):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    item = factories.make_charge(customer, "90.00", number="W/9", contract=contract, point=mine)
    item.entry.shares.update(amount=Decimal(40))
    item.entry.shares.create(contract=contract, service="water", point=other, amount=Decimal(50))
    manager = factories.viewer(factories.make_manager(customer, [mine]))
    (paper,) = papers(manager, Wanted(text="W/9")).papers
    assert (paper.family, paper.amount) == ("share", Decimal(40))
    assert every_key(manager, Wanted(text="W/9"), 10) == []


def test_the_list_costs_at_most_six_statements(owner, shelf):
    papers(owner, Wanted())
    with CaptureQueriesContext(connection) as asked:
        papers(owner, Wanted())
    assert len(asked) <= 6


# ----------------------------------------------------------------------------------------------------------------- ZIP


@pytest.fixture
def files(customer):
    item = factories.make_charge(customer, "90.00", number="W/2")
    invoice = item.entry.invoice
    invoice.received_pdf.save("f.pdf", ContentFile(b"%PDF-1"))
    invoice.original.save("f.xml", ContentFile(b"<Faktura/>"))
    note = make_document(customer, "NO/1")
    note.file.save("n.pdf", ContentFile(b"%PDF-2"))
    other = make_document(customer, "NO 1")
    other.file.save("n.pdf", ContentFile(b"%PDF-3"))
    contract = factories.make_contract(customer, number="U/7", text="Strony umawiają się.")
    return {"invoice": invoice, "document": note, "other": other, "contract": contract}


def names_in(answer):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    return archive


def ask(client, customer, *chosen, **more):
    data = {"k": str(customer.public_id), "paper": [f"{family}:{row.public_id}" for family, row in chosen], **more}
    return client.post(reverse("billing:package"), data)


def test_the_chosen_papers_come_in_one_zip(client, customer, files):
    client.force_login(factories.make_owner(customer))
    chosen = [("invoice", files["invoice"]), ("document", files["document"]), ("document", files["other"])]
    archive = names_in(ask(client, customer, *chosen, ("contract", files["contract"]), xml="1"))
    assert set(archive.namelist()) == {
        "Faktura_W-2.pdf",
        "Faktura_W-2.xml",
        "NO-1.pdf",
        "NO-1_2.pdf",
        "Umowa_U-7.pdf",
    }
    assert archive.read("NO-1.pdf") == b"%PDF-2"
    assert archive.read("Umowa_U-7.pdf").startswith(b"%PDF-")


def test_all_that_was_found_comes_too(client, customer, files):
    client.force_login(factories.make_owner(customer))
    archive = names_in(ask(client, customer, press="all", rodzaj="notes"))
    assert set(archive.namelist()) == {"NO-1.pdf", "NO-1_2.pdf"}


def test_another_customers_papers_are_not_packed(client, customer, files):
    client.force_login(factories.make_owner())
    stranger = factories.make_customer()
    client.force_login(factories.make_owner(stranger))
    answer = ask(client, stranger, ("invoice", files["invoice"]), ("document", files["document"]))
    assert answer.status_code == 302


def test_many_undrawn_invoices_are_a_jobs_work(client, customer, run_jobs, monkeypatch):
    monkeypatch.setattr(packages, "DRAWN_AT_ONCE", 1)
    items = [factories.make_charge(customer, "10.00", number=f"W/{n}") for n in range(3)]
    client.force_login(factories.make_owner(customer))
    chosen = [("invoice", item.entry.invoice) for item in items]
    waiting = ask(client, customer, *chosen)
    assert waiting.status_code == 200
    assert not waiting.streaming
    run_jobs()
    assert len(names_in(ask(client, customer, *chosen)).namelist()) == 3


def test_the_page_asks_for_at_most_twelve_statements(client, customer, shelf):
    client.force_login(factories.make_owner(customer))
    address = reverse("billing:papers")
    client.get(address, {"k": str(customer.public_id)})
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, {"k": str(customer.public_id)})
    assert answer.status_code == 200
    assert len(asked) <= 12, [query["sql"][:90] for query in asked]
