"""The main job, end to end: from an invoice on the table to a booked payment, and what editors and marketing do."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from pypdf import PdfReader

from ebok import demo_people
from home.faq.entries import FaqEntry
from portal import clock, money
from portal.billing.models import Invoice, OpenItem, Transit
from portal.customers.models import Customer
from portal.money import zloty
from tests.beginnings import load_preset

pytestmark = [pytest.mark.journey, pytest.mark.main_job, pytest.mark.django_db(transaction=True)]

PASSWORD = "rzeka-plynie-do-morza"


@pytest.fixture
def utility(settings: Any, tmp_path: Path) -> str:
    """Warszawa with data that went through the real import."""
    settings.VAR_DIR = tmp_path
    load_preset("warszawa")
    call_command("demo_data", customers=12, seed=1, verbosity=0)
    return "warszawa"


def newcomer() -> Customer:
    """A household without an account of its own, with at least two invoices to pay, and a young invoice to prove it."""
    people = Customer.objects.filter(kind=Customer.Kind.PERSON, delegations__isnull=True).order_by("external_id")
    for customer in people:
        if OpenItem.objects.filter(customer=customer, open_amount__gt=0).count() >= 2:
            return customer
    pytest.fail("The demo data has no household with two open items.")


def press(page: Any) -> None:
    """The form's own button."""
    page.locator("main form button").last.click()


def link_in(message: Any) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", message.body)
    assert found, message.body
    return found[1]


def register(page: Any, axe: Callable[[Any], None], customer: Customer, run_jobs: Callable[[], Any]) -> None:
    invoice = Invoice.objects.filter(customer=customer, kind=Invoice.Kind.VAT).latest("issued_on")
    page.goto("/")
    axe(page)
    page.locator("main").get_by_role("link", name="Rejestracja").click()

    axe(page)
    page.get_by_label("Numer faktury").fill(f" {invoice.number.lower()} ")
    page.get_by_label("Wartość faktury").fill(money.amount(invoice.gross))
    press(page)
    page.get_by_label("E-mail").fill("Anna.Nowa@Example.pl")
    axe(page)
    press(page)
    page.locator("input[type=password]").first.fill(PASSWORD)
    axe(page)
    press(page)
    page.get_by_label("Akceptuję regulamin").check()
    axe(page)
    press(page)
    page.wait_for_url("**/wyslane/")
    axe(page)
    run_jobs()


def sign_in(page: Any, identifier: str, password: str) -> None:
    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill(identifier)
    page.locator("input[name=password]").fill(password)
    press(page)


@pytest.mark.fact("S0.1")
@pytest.mark.fact("S0.4")
@pytest.mark.fact("S0.8")
@pytest.mark.fact("S0.9")
@pytest.mark.fact("S0.10")
@pytest.mark.fact("S0.11")
@pytest.mark.fact("S0.12")
@pytest.mark.fact("S0.14")
@pytest.mark.fact("S0.16")
@pytest.mark.fact("S0.17")
@pytest.mark.fact("S0.18")
def test_a_customer_registers_pays_two_invoices_and_the_next_import_books_them(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], utility: str
) -> None:
    customer = newcomer()
    register(page, axe, customer, run_jobs)

    # The first message; without its link there is no signing in.
    assert [message.subject for message in mail.outbox] == ["Rejestracja"]
    sign_in(page, customer.number, PASSWORD)
    assert page.get_by_role("alert").count()
    axe(page)
    page.goto(link_in(mail.outbox[0]))
    if page.locator("main form button").count():
        press(page)
    axe(page)
    run_jobs()
    assert "Aktywacja konta" in [message.subject for message in mail.outbox]

    # The user number is the first six digits of the invoice's number.
    sign_in(page, customer.number, PASSWORD)
    page.wait_for_url("**/pulpit/**")
    axe(page)
    items = list(
        OpenItem.objects.filter(customer=customer, open_amount__gt=0)
        .select_related("entry__invoice")
        .order_by("due_on")
    )
    due = sum(item.open_amount for item in items)
    dashboard = page.locator("main").inner_text()
    assert "stan na" in dashboard.lower()
    assert zloty(due) in dashboard

    # An invoice as a PDF.
    invoice = Invoice.objects.filter(customer=customer).latest("issued_on")
    page.goto(f"/konto/faktury/{invoice.public_id}/?k={customer.public_id}")
    axe(page)
    pdf = page.request.get(f"/konto/faktury/{invoice.public_id}/pdf/?k={customer.public_id}")
    assert pdf.status == 200
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf.body())).pages)
    assert invoice.number in text

    # Two at once, by BLIK.
    pay_two(page, axe, items)
    run_jobs()
    page.goto("/pulpit/")
    axe(page)
    paid = sum(item.open_amount for item in items[:2])
    transit = Transit.objects.get()
    assert (transit.state, transit.amount) == (Transit.State.PAID, paid)
    shown = page.locator("main").inner_text()
    assert "w trakcie księgowania" in shown.lower()
    assert zloty(paid) in shown

    # The next delivery of the billing system books them.
    with clock.stopped(clock.now() + timedelta(days=1)):
        call_command("demo_data", next=True, verbosity=0)
    transit.refresh_from_db()
    assert transit.state == Transit.State.BOOKED
    page.goto("/pulpit/")
    axe(page)
    assert "w trakcie księgowania" not in page.locator("main").inner_text().lower()
    left = sum(item.open_amount for item in items[2:])
    assert not left or zloty(left) in page.locator("main").inner_text()


def pay_two(page: Any, axe: Callable[[Any], None], items: list[OpenItem]) -> None:
    page.goto("/platnosci/zaplac/")
    axe(page)
    wanted = {str(item.public_id) for item in items[:2]}
    boxes = page.locator("main form input[type=checkbox][name=item]")
    for at in range(boxes.count()):
        box = boxes.nth(at)
        box.set_checked(box.get_attribute("value") in wanted)
    total = zloty(sum(item.open_amount for item in items[:2]))
    page.get_by_role("button", name=f"Zapłać {total}").click()
    page.wait_for_url("**/piaskownica/**")
    axe(page)
    assert total in page.locator("main").inner_text()
    page.get_by_role("button", name="BLIK").click()
    page.wait_for_url(re.compile(r"/platnosci/[0-9a-f-]{36}/"))
    axe(page)


def test_a_wrong_number_and_a_wrong_amount_get_one_answer(page: Any, axe: Callable[[Any], None], utility: str) -> None:
    invoice = Invoice.objects.filter(customer=newcomer(), kind=Invoice.Kind.VAT).latest("issued_on")
    answers = []
    for number, amount in ((invoice.number, "1,23"), ("999999/11/2026", money.amount(invoice.gross))):
        page.goto("/rejestracja/faktura/")
        page.get_by_label("Numer faktury").fill(number)
        page.get_by_label("Wartość faktury").fill(amount)
        press(page)
        page.get_by_role("alert").wait_for()
        axe(page)
        answers.append(page.get_by_role("alert").inner_text())

    assert answers[0] == answers[1]


def test_a_return_without_paying_says_so_and_offers_to_try_again(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], utility: str
) -> None:
    owner = demo_people.settle()["klient"]
    sign_in(page, owner["identifier"], owner["password"])
    page.goto("/platnosci/zaplac/")
    press(page)
    page.wait_for_url("**/piaskownica/**")
    page.locator("button[value=abandon]").click()
    page.wait_for_url(re.compile(r"/platnosci/[0-9a-f-]{36}/"))
    axe(page)
    page.get_by_role("link", name="Wróć do płacenia").click()
    page.locator("button[value=decline]").click()
    page.wait_for_url(re.compile(r"/platnosci/[0-9a-f-]{36}/"))
    run_jobs()
    page.reload()

    axe(page)
    assert page.get_by_text("Płatność się nie udała").count()
    assert page.get_by_role("link", name="Spróbuj ponownie").count()
    assert not Transit.objects.filter(state=Transit.State.PAID).exists()


def test_an_editor_changes_an_answer_and_it_shows(page: Any, axe: Callable[[Any], None], utility: str) -> None:
    editor = demo_people.settle()["redakcja"]
    entry = FaqEntry.objects.get(anchor="numer-uzytkownika")
    sign_in(page, editor["email"], editor["password"])
    page.goto(f"/panel/snippets/faq/faqentry/edit/{entry.pk}/")
    page.locator("#id_question").fill("Skąd wziąć numer użytkownika?")
    page.get_by_role("button", name="Zapisz", exact=True).click()
    page.wait_for_url("**/panel/snippets/faq/faqentry/")

    page.goto("/pytania/")
    axe(page)
    assert page.get_by_text("Skąd wziąć numer użytkownika?").count()
    page.goto("/")
    assert page.get_by_text("Skąd wziąć numer użytkownika?").count()


def test_marketing_publishes_a_notice_and_it_shows_outside_and_inside(
    new_page: Callable[[], Any], axe: Callable[[Any], None], utility: str
) -> None:
    people = demo_people.settle()
    desk = new_page()
    sign_in(desk, people["marketing"]["email"], people["marketing"]["password"])
    desk.goto("/panel/")
    from home.notices.models import NoticeIndexPage  # noqa: PLC0415 - a page model, only here

    index = NoticeIndexPage.objects.get()
    desk.goto(f"/panel/pages/add/notices/noticepage/{index.pk}/")
    desk.locator("#id_title").fill("Płukanie sieci na Lipowej")
    desk.locator("#id_lead").fill("W środę woda może być mętna. Odkręć kran na kilka minut.")
    desk.locator("[data-w-dropdown-target=toggle]").last.click()
    desk.locator("button[name=action-publish]").click()
    desk.wait_for_url(f"**/panel/pages/{index.pk}/")

    customer = new_page()
    customer.goto("/")
    axe(customer)
    assert customer.get_by_text("Płukanie sieci na Lipowej").count()
    sign_in(customer, people["klient"]["identifier"], people["klient"]["password"])
    customer.wait_for_url("**/pulpit/**")
    assert customer.get_by_text("Płukanie sieci na Lipowej").count()
