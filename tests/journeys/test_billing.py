"""Balance, history, documents, contract and data of a customer, end to end, as each utility has them."""

import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portal.billing.models import CustomerAccount, Document, EntryShare, Invoice, LedgerEntry
from portal.customers.models import Contract, Customer, Delegation
from portal.desk.models import Task
from portal.metering.models import Meter
from portal.money import amount, zloty
from tests.beginnings import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FOREIGN = "61109010140000071219812874"


def sign_in(page: Any, person: dict[str, Any]) -> None:
    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill(person["identifier"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main form button").last.click()
    page.wait_for_url("**/pulpit/**")


def own_customer() -> Customer:
    return Delegation.objects.get(user__email="klient@demo.example").customer


def text_of(page: Any) -> str:
    return plain(page.locator("main").inner_text())


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def go(page: Any, axe: Callable[[Any], None], link: str) -> None:
    """A place of the menu, wherever this width shows it; on a phone what the thumb bar does not hold is under one's name."""
    found = page.locator(f"header a:has-text('{link}'), nav.tabs a:has-text('{link}')").locator("visible=true")
    if not found.count():
        page.locator("header details.menu summary").click()
    found.first.click()
    page.wait_for_load_state()
    axe(page)


@pytest.mark.fact("S0.6")
@pytest.mark.fact("S0.29")
def test_balance_payments_and_notes_and_the_content_of_the_contract(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa")
    sign_in(page, people["klient"])
    customer = own_customer()
    go(page, axe, "Saldo, wpłaty, noty")
    shown = text_of(page)
    for heading in ("Saldo", "Wpłaty", "Noty"):
        assert page.get_by_role("heading", name=heading, exact=False).count()
    assert plain(zloty(abs(CustomerAccount.objects.get(customer=customer).balance))) in shown
    note = Document.objects.get(customer=customer, kind="interest_note")
    assert note.number in shown
    payment = LedgerEntry.objects.filter(customer=customer, kind="payment", is_current=True).latest("booked_on")
    assert plain(zloty(-payment.amount)) in shown

    contract = Contract.objects.filter(customer=customer).exclude(text="").first()
    assert contract is not None
    go(page, axe, "Umowa")
    page.locator("main").get_by_role("link", name=contract.number).first.click()
    axe(page)
    assert contract.number in text_of(page)
    address = page.get_by_role("link", name="Treść umowy (PDF)").get_attribute("href")
    answer = page.request.get(address)
    assert answer.body().startswith(b"%PDF-")


@pytest.mark.fact("S0.25")
def test_a_manager_of_some_points_sees_his_part_of_balance_payments_and_notes(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa")
    held = Delegation.objects.get(user__email="zarzadca-czesciowy@demo.example")
    shares = EntryShare.objects.filter(entry__customer=held.customer, entry__is_current=True)
    part = sum((share.amount for share in shares.filter(point__in=held.points.all())), Decimal(0))
    whole = CustomerAccount.objects.get(customer=held.customer).balance
    assert part != whole

    sign_in(page, people["zarzadca-czesciowy"])
    go(page, axe, "Saldo, wpłaty, noty")
    shown = text_of(page)
    assert plain(zloty(abs(part))) in shown
    assert plain(zloty(abs(whole))) not in shown
    assert "część" in shown
    page.locator("main").get_by_role("link", name="Historia finansowa").first.click()
    axe(page)
    assert "części operacji" in text_of(page)
    assert plain(zloty(abs(whole))) not in text_of(page)


@pytest.mark.fact("S1.2")
@pytest.mark.fact("S1.10")
@pytest.mark.fact("S1.12")
def test_account_state_issued_bills_with_their_dates_and_the_contract_with_its_meter(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "jaworzno")
    sign_in(page, people["klient"])
    customer = own_customer()
    go(page, axe, "Faktury")
    assert plain(zloty(abs(CustomerAccount.objects.get(customer=customer).balance))) in text_of(page)
    page.get_by_role("link", name="Szukaj, wybieraj i pobieraj").click()
    axe(page)
    shown = text_of(page)
    newest = Invoice.objects.filter(customer=customer).latest("issued_on")
    oldest = Invoice.objects.filter(customer=customer).earliest("issued_on")
    assert newest.due_on is not None
    assert newest.number in shown
    assert f"wystawiono {newest.issued_on:%d.%m.%Y}" in shown
    assert f"termin {newest.due_on:%d.%m.%Y}" in shown
    assert oldest.number in shown  # the history of bills

    go(page, axe, "Umowa")
    contract = Contract.objects.filter(customer=customer).exclude(text="").first()
    assert contract is not None
    assert contract.signed_on is not None
    page.locator("main").get_by_role("link", name=contract.number).first.click()
    axe(page)
    shown = text_of(page)
    meter = Meter.objects.filter(point__contract=contract, removed_on__isnull=True).first()
    assert meter is not None
    assert {contract.number, f"{contract.signed_on:%d.%m.%Y}", meter.serial_number} <= set(re.split(r"[\s,]+", shown))


@pytest.mark.fact("S2.2")
@pytest.mark.fact("S2.14")
@pytest.mark.fact("S2.15")
@pytest.mark.fact("S2.16")
def test_the_history_opens_month_by_month_and_the_balance_leads_to_paying(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "gryfino")
    sign_in(page, people["klient"])
    customer = own_customer()
    balance = CustomerAccount.objects.get(customer=customer).balance
    assert balance > 0
    go(page, axe, "Saldo i dokumenty")
    assert "Niedopłata" in text_of(page)
    assert plain(zloty(balance)) in text_of(page)

    page.locator("main").get_by_role("link", name="Historia finansowa").click()
    axe(page)
    entry = LedgerEntry.objects.filter(customer=customer, is_current=True).latest("booked_on", "pk")
    month = page.locator("details.month").first
    line = month.locator("tbody tr").first
    assert not line.is_visible()
    month.locator("summary").click()
    assert line.is_visible()
    axe(page)
    said = plain(line.inner_text())
    assert f"{entry.booked_on:%d.%m.%Y}" in said
    assert plain(zloty(entry.amount)) in said
    assert plain(f"niedopłata {zloty(balance)}") in said
    k = {"k": str(customer.public_id)}
    rows = page.request.get("/konto/historia/historia.csv", params=k).text().splitlines()
    this_year = LedgerEntry.objects.filter(customer=customer, is_current=True)
    assert len(rows) == this_year.count() + 1
    assert page.request.get("/konto/historia/historia.xlsx", params=k).body().startswith(b"PK")

    go(page, axe, "Saldo i dokumenty")
    page.get_by_role("link", name="Przejdź do płatności").click()
    axe(page)
    assert page.url.partition("?")[0].endswith("/platnosci/zaplac/")


@pytest.mark.fact("S2.4")
@pytest.mark.fact("S2.17")
def test_documents_by_kind_are_found_and_taken_away(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "gryfino")
    sign_in(page, people["klient"])
    customer = own_customer()
    page.goto("/konto/dokumenty/")
    axe(page)
    for kind, expected in (
        ("woda", Invoice.objects.filter(customer=customer, service__contains="water").first()),
        ("odpady", Invoice.objects.filter(customer=customer, service="waste").first()),
        ("sprzedaż pozostała", Document.objects.filter(customer=customer, kind="other_sale").first()),
    ):
        assert expected is not None
        choices = page.locator("select[name=rodzaj] option").all_text_contents()
        choice = next(text for text in choices if kind.replace("woda", "wodę") in text)
        if not page.locator("select[name=rodzaj]").is_visible():  # the filters are folded away
            page.locator("details:has(select[name=rodzaj]) > summary").click()
        page.locator("select[name=rodzaj]").select_option(label=choice)
        page.get_by_role("button", name="Pokaż").click()
        axe(page)
        assert expected.number in text_of(page)
    boxes = page.locator("input[name=paper]")
    assert boxes.count() >= 1
    boxes.first.check()
    with page.expect_download() as waited:
        page.get_by_role("button", name="Pobierz wybrane (ZIP)").click()
    archive = zipfile.ZipFile(io.BytesIO(Path(waited.value.path()).read_bytes()))
    (name,) = archive.namelist()
    assert archive.read(name).startswith(b"%PDF-")


@pytest.mark.fact("S2.9")
@pytest.mark.fact("S2.13")
@pytest.mark.fact("S2.21")
def test_the_menu_follows_the_services_and_an_object_has_its_card(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "gryfino")
    sign_in(page, people["klient"])
    customer = own_customer()
    assert "waste" in customer.services
    assert page.locator("nav a:has-text('Odpady')").locator("visible=true").count()

    go(page, axe, "Karty obiektów")
    for code, words in (("water", "woda i ścieki"), ("waste", "wywóz odpadów")):
        page.goto(f"/konto/karta/?obiekt={code}&k={customer.public_id}")
        axe(page)
        shown = text_of(page)
        assert f"Karta obiektu: {words}" in shown
        for fact in (customer.name, customer.number, customer.address):
            assert fact in shown
    page.goto(f"/dane-osobowe/?k={customer.public_id}")
    if page.locator("main h1").inner_text() != "Dane osobowe":
        page.goto(f"/moje-dane/?k={customer.public_id}")
    axe(page)
    assert page.locator("main h1").inner_text() == "Dane osobowe"
    assert customer.address in text_of(page)
    assert page.get_by_role("link", name="Poproś o zmianę tych danych").count()

    Customer.objects.filter(pk=customer.pk).update(services=["water"])
    page.goto("/pulpit/")
    assert not page.locator("nav a:has-text('Odpady')").locator("visible=true").count()


@pytest.mark.fact("S3.4")
@pytest.mark.fact("S3.12")
def test_settlement_documents_with_their_periods_dates_and_images_and_ones_own_balance(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "lebork")
    sign_in(page, people["klient"])
    customer = own_customer()
    go(page, axe, "Faktury")
    balance = CustomerAccount.objects.get(customer=customer).balance
    assert plain(zloty(abs(balance))) in text_of(page)
    invoice = Invoice.objects.filter(customer=customer).latest("issued_on")
    assert invoice.due_on is not None
    assert invoice.period_from is not None
    assert invoice.period_to is not None
    page.locator("main").get_by_role("link", name=invoice.number).first.click()
    axe(page)
    shown = text_of(page)
    assert f"{invoice.period_from:%d.%m.%Y} – {invoice.period_to:%d.%m.%Y}" in shown
    assert f"{invoice.due_on:%d.%m.%Y}" in shown
    address = page.get_by_role("link", name="Faktura w PDF").get_attribute("href")
    assert page.request.get(address).body().startswith(b"%PDF-")

    page.goto(f"/konto/historia/?k={customer.public_id}")
    axe(page)
    assert plain(zloty(abs(balance))) in text_of(page)


def test_whoever_doubts_a_letter_asks_whether_it_is_real(
    page: Any, axe: Callable[[Any], None], settings: Any, tmp_path: Path
) -> None:
    begin(settings, tmp_path, "gryfino")
    invoice = Invoice.objects.filter(customer=own_customer()).latest("issued_on")
    account = invoice.seller_account
    page.goto("/")
    page.locator("main").get_by_role("link", name="Czy ta faktura jest prawdziwa?").first.click()
    axe(page)

    def ask(number: str, sum_: str, account: str) -> str:
        page.goto("/konto/sprawdz-fakture/")
        page.get_by_label("Numer faktury").fill(number)
        page.get_by_label("Kwota faktury").fill(sum_)
        page.get_by_label("Rachunek do zapłaty").fill(account)
        page.locator("main form button").click()
        axe(page)
        return text_of(page)

    right = amount(invoice.gross)
    assert "Wystawiliśmy tę fakturę" in ask(invoice.number, right, account)
    unknown = ask(f"{invoice.number}9", right, account)
    wrong = ask(invoice.number, "1,00", account)
    assert "Nie możemy potwierdzić tej faktury" in unknown
    assert "Nie możemy potwierdzić tej faktury" in wrong
    assert not Task.objects.filter(kind="foreign_account").exists()
    assert "Nie płać" in ask(invoice.number, right, FOREIGN)
    assert FOREIGN in Task.objects.get(kind="foreign_account").body
