"""What the billing system sends wrong: the report says it, no figure is shown, a clerk has a task."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from portal.billing.models import CustomerAccount, Invoice, private
from portal.billing.queries import balance
from portal.customers.models import Customer
from portal.desk.actions import close_task
from portal.desk.models import Task
from portal.exchange.report import lines
from tests import factories
from tests.portal.billing.ksef_files import invoice_file
from tests.portal.exchange.conftest import AS_OF, charge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lenient")]


def invoice(key, number, **more):
    return {
        "id": key,
        "customer": "K1",
        "number": number,
        "issued_on": date(2026, 11, 3),
        "gross": Decimal("100.00"),
        **more,
    }


def customer(key="K1"):
    return Customer.objects.get(external_id=key)


def seen_by_its_owner(key="K1"):
    return balance(factories.viewer(factories.make_owner(customer(key))))


DOUBTS = {
    "an entry of the future": (
        lambda delivery: delivery.rows("ledger").append(charge("L9", "K1", "5.00", booked=date(2026, 12, 1))),
        "ledger.csv:5: booked_on is later than the delivery itself.",
    ),
    "a second invoice with the same number": (
        lambda delivery: delivery.rows("invoices").extend([invoice("F1", "1/11/2026"), invoice("F2", "1-11 2026")]),
        "invoices.csv:2: Another invoice has the number 1/11/2026 too.",
    ),
    "a correction of an unknown invoice": (
        lambda delivery: delivery.rows("invoices").append(
            invoice("F1", "1/KOR", kind="kor", gross=Decimal("-1.00"), corrects_number="9/9/2025")
        ),
        "invoices.csv:2: The correction 1/KOR corrects “9/9/2025”, and there is no such invoice.",
    ),
}


@pytest.mark.parametrize("case", DOUBTS)
def test_a_doubt_is_reported_withholds_the_figures_and_gives_a_task(take, delivery, case):
    spoil, sentence = DOUBTS[case]
    spoil(delivery)
    outcome = take()
    assert outcome.is_merged
    assert sentence in outcome.doubts
    assert any(sentence in line for line in lines(outcome))
    assert Task.objects.get(kind="import_doubt").customer == customer().public_id
    seen = seen_by_its_owner()
    assert (seen.state, seen.amount, seen.parts) == ("in_question", Decimal(0), ())
    assert not seen_by_its_owner("K2").is_in_question


@pytest.mark.parametrize("case", DOUBTS)
def test_a_full_delivery_that_is_mended_shows_the_figures_again(take, delivery, case):
    DOUBTS[case][0](delivery)
    take()
    delivery.files.pop("invoices", None)
    delivery.files["invoices"] = []
    delivery.files["ledger"] = [row for row in delivery.files["ledger"] if row["id"] != "L9"]
    take(as_of=AS_OF + timedelta(days=1))
    if case == "an entry of the future":
        assert not seen_by_its_owner().is_in_question
        assert not Task.objects.filter(kind="import_doubt", state="open").exists()


def test_one_number_on_the_invoices_of_two_customers_withholds_the_figures_of_both(take, delivery):
    delivery.rows("invoices").extend([invoice("F1", "1/11/2026"), invoice("F2", "1/11/2026", customer="K2")])
    assert len(take().doubts) == 2
    assert seen_by_its_owner().is_in_question
    assert seen_by_its_owner("K2").is_in_question
    delivery.rows("invoices")[1]["number"] = "2/11/2026"
    assert take(as_of=AS_OF + timedelta(days=1)).doubts == ()
    assert not seen_by_its_owner_again().is_in_question


def test_a_number_that_another_customers_invoice_has_already_is_the_second_ones_doubt(take, delivery):
    delivery.rows("invoices").append(invoice("F1", "1/11/2026"))
    take()
    delivery.files["invoices"] = [invoice("F2", "1/11/2026", customer="K2")]
    take(as_of=AS_OF + timedelta(days=1))
    assert not seen_by_its_owner().is_in_question
    assert seen_by_its_owner("K2").is_in_question


def test_what_a_clerk_found_right_is_shown_and_not_asked_again(take, delivery, run_jobs):
    DOUBTS["a correction of an unknown invoice"][0](delivery)
    take()
    close_task(Task.objects.get(kind="import_doubt"), by=factories.make_staff(), outcome="Faktura sprzed wdrożenia.")
    run_jobs()
    assert not CustomerAccount.objects.get(customer=customer()).is_in_question
    take(as_of=AS_OF + timedelta(days=1))
    assert not CustomerAccount.objects.get(customer=customer()).is_in_question
    assert not Task.objects.filter(kind="import_doubt", state="open").exists()


def test_a_correction_of_an_invoice_that_is_known_is_no_doubt(take, delivery):
    delivery.rows("invoices").append(invoice("F1", "1/11/2026"))
    delivery.rows("invoices").append(invoice("F2", "1/KOR", kind="kor", corrects_number="1 / 11 / 2026"))
    assert take().doubts == ()


def test_an_invoice_that_fails_its_own_arithmetic_withholds_its_customers_figures_until_it_is_mended(take, delivery):
    take()
    assert not seen_by_its_owner().is_in_question
    row = {"id": "F1", "customer": "K1", "xml": "xml/f.xml"}
    delivery.files["invoices_xml"] = [row]
    good = invoice_file(("000123", "000001"))
    delivery.papers["xml/f.xml"] = good.replace(b"<P_15>108.00</P_15>", b"<P_15>109.00</P_15>")
    outcome = take(as_of=AS_OF + timedelta(days=1))
    assert "net and VAT make" in " ".join(outcome.faults)
    assert seen_by_its_owner_again().is_in_question
    assert Task.objects.filter(kind="import_fault", state="open").count() == 1
    delivery.papers["xml/f.xml"] = good
    outcome = take(as_of=AS_OF + timedelta(days=2))
    assert outcome.faults == ()
    assert not seen_by_its_owner_again().is_in_question
    assert not Task.objects.filter(kind="import_fault", state="open").exists()


def seen_by_its_owner_again():
    user = customer().delegations.get().user
    return balance(factories.viewer(user))


def test_a_ledger_that_does_not_make_the_stated_balance_withholds_it(take, delivery):
    delivery.row("customers", "K1")["stated_balance"] = Decimal("41.00")
    take()
    assert seen_by_its_owner().is_in_question
    assert Task.objects.filter(kind="balance_question").count() == 1
    delivery.row("customers", "K1")["stated_balance"] = Decimal("40.00")
    take(as_of=AS_OF + timedelta(days=1))
    assert not seen_by_its_owner_again().is_in_question


def test_a_doubt_does_not_hide_that_the_figures_disagree_as_well(take, delivery, run_jobs):
    DOUBTS["an entry of the future"][0](delivery)
    delivery.row("customers", "K1")["stated_balance"] = Decimal("41.00")
    take()
    close_task(Task.objects.get(kind="import_doubt"), by=factories.make_staff(), outcome="Zgadza się.")
    run_jobs()
    assert CustomerAccount.objects.get(customer=customer()).question == "stated_balance_differs"


def test_the_drawn_picture_of_an_invoice_goes_with_the_lines_it_shows(take, delivery):
    delivery.rows("invoices").append(invoice("F1", "1/11/2026"))
    line = {"invoice": "F1", "position": 1, "description": "Woda", "net": Decimal("92.59"), "vat_rate": "8"}
    delivery.rows("invoice_lines").append(line)
    take()

    def draw():
        name = private().save("invoices/x.pdf", ContentFile(b"%PDF-"))
        Invoice.objects.update(rendered_pdf=name)

    draw()
    take(as_of=AS_OF + timedelta(days=1))
    assert Invoice.objects.get().rendered_pdf
    line["description"] = "Woda, grupa G2"
    take(as_of=AS_OF + timedelta(days=2))
    assert not Invoice.objects.get().rendered_pdf
    draw()
    delivery.rows("invoice_lines").append({**line, "position": 2})
    take(as_of=AS_OF + timedelta(days=3))
    assert not Invoice.objects.get().rendered_pdf
    draw()
    delivery.rows("invoice_lines").pop()
    take(as_of=AS_OF + timedelta(days=4))
    assert not Invoice.objects.get().rendered_pdf
