"""Paying end to end in a browser: some of several invoices, a bank that says no, a guest with a code, a part, and money given back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse

from payments.models import Payment, Refund
from portal.accounts.models import User
from portal.billing.models import Invoice, OpenItem, Transit
from portal.billing.ways_to_pay import ways_to_pay
from portal.customers.models import Customer
from portal.outbox.models import OutboxFact
from tests import factories
from tests.beginnings import load_preset
from tests.portal.billing.test_widgets import scanned

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

CHOOSE = "/platnosci/zaplac/"


@pytest.fixture
def customer(db: None) -> Customer:
    """Of Gryfino, with three invoices to pay: 135,38, 68,72 and 41,10."""
    load_preset("gryfino")
    customer = factories.make_customer(number="012345", external_id="0012")
    factories.make_account(customer, "245.20")
    for number, amount in (("11/2026", "135.38"), ("10/2026", "68.72"), ("9/2026", "41.10")):
        factories.make_charge(customer, amount, number=f"FV/012345/{number}")
    return customer


@pytest.fixture
def owner(customer: Customer) -> User:
    return factories.make_owner(customer, email="anna@example.pl")


def come_in(page: Any, user: User) -> None:
    """Signed in already; how one signs in is another journey."""
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    page.goto("/robots.txt")
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": page.url}])


def gateway(page: Any, button: str) -> None:
    page.wait_for_url("**/piaskownica/**")
    page.locator(f"button[name=button][value={button}]").click()
    page.wait_for_url(lambda url: "piaskownica" not in url)


def shown(page: Any) -> str:
    return " ".join(page.locator("main").inner_text().replace("\xa0", " ").split())


@pytest.mark.fact("S2.5")
@pytest.mark.fact("S2.15")
def test_from_the_balance_one_pays_two_of_three_invoices_by_blik(
    page: Any, axe: Callable[[Any], None], customer: Customer, owner: User, run_jobs: Callable[[], Any]
) -> None:
    come_in(page, owner)
    page.goto("/pulpit/")
    assert "245,20" in page.locator("main").inner_text().replace("\xa0", " ")
    page.locator("main a[href*='/platnosci/zaplac/']").first.click()
    page.wait_for_url("**/platnosci/zaplac/**")
    axe(page)
    page.get_by_label("FV/012345/10/2026").first.uncheck()
    page.locator("#total").get_by_text("176,48").first.wait_for()
    page.locator("#total button").click()
    gateway(page, "blik")
    run_jobs()
    page.get_by_role("heading", name="Zapłacono").wait_for()  # the page renews itself
    axe(page)

    payment = Payment.objects.get()
    assert (payment.amount, payment.state, payment.method) == (Decimal("176.48"), "succeeded", "blik")
    left = OpenItem.objects.filter(transit_parts__isnull=True).get()
    assert left.entry.document_number == "FV/012345/10/2026"
    assert any("176,48" in message.subject.replace("\xa0", " ") for message in mail.outbox)
    page.goto(CHOOSE)
    assert page.locator("#total").inner_text().replace("\xa0", " ").count("68,72 zł")


def test_a_bank_says_no_and_the_payer_tries_again_with_the_same_choice(
    page: Any, axe: Callable[[Any], None], customer: Customer, owner: User, run_jobs: Callable[[], Any]
) -> None:
    come_in(page, owner)
    page.goto(CHOOSE)
    page.locator("#total button").click()
    gateway(page, "decline")
    run_jobs()
    page.reload()
    axe(page)
    assert Transit.objects.get().state == "released"
    page.locator("main a.btn[href*='item=']").first.click()
    page.wait_for_url("**/platnosci/zaplac/**")
    page.locator("#total button").click()
    gateway(page, "card")
    run_jobs()
    page.reload()

    assert sorted(Payment.objects.values_list("state", flat=True)) == ["failed", "succeeded"]
    assert OutboxFact.objects.filter(kind="payment").count() == 1


def test_a_guest_pays_from_the_code_on_his_letter_and_sees_nothing_else(
    page: Any, axe: Callable[[Any], None], customer: Customer, owner: User, run_jobs: Callable[[], Any]
) -> None:
    page.goto("/konto/zaloguj/")
    page.locator("main a[href='/platnosci/faktura/']").click()
    page.wait_for_url("**/platnosci/faktura/")
    invoice = Invoice.objects.get(number="FV/012345/11/2026")
    printed = next(code for code in ways_to_pay(invoice) if code.address)
    page.goto(urlsplit(scanned(f'src="{printed.picture}"'))._replace(scheme="", netloc="").geturl())
    axe(page)
    assert page.locator("input[name=number]").input_value() == "FV/012345/11/2026"
    page.locator("input[name=amount]").fill("135,38")
    page.locator("input[name=email]").fill("sasiad@example.pl")
    page.locator("main form button").last.click()
    page.wait_for_url("**/platnosci/faktura/zaplac/")
    axe(page)
    words = shown(page)
    assert "135,38" in words
    for secret in ("Kowalska", "68,72", "41,10", "245,20", "Lipowa"):
        assert secret not in words
    page.locator("main form button").last.click()
    gateway(page, "blik")
    run_jobs()
    page.get_by_role("heading", name="Zapłacono").wait_for()
    axe(page)
    assert "Kowalska" not in shown(page)
    assert page.locator("main a[href$='potwierdzenie.pdf']").count() == 1

    payment = Payment.objects.get()
    assert (payment.payer, payment.payer_email, payment.state) == (None, "sasiad@example.pl", "succeeded")


def test_a_part_of_an_invoice_is_paid_and_the_rest_stays(
    page: Any, axe: Callable[[Any], None], customer: Customer, owner: User, run_jobs: Callable[[], Any]
) -> None:
    come_in(page, owner)
    page.goto(CHOOSE)
    row = page.locator(".pay-row", has_text="FV/012345/11/2026")
    row.locator("summary").click()
    row.locator("input[type=text]").fill("100")
    for other in ("FV/012345/10/2026", "FV/012345/9/2026"):
        page.get_by_label(other).first.uncheck()
    page.locator("#total").get_by_text("100,00").first.wait_for()
    axe(page)
    page.locator("#total button").click()
    gateway(page, "p24")
    run_jobs()
    page.get_by_role("heading", name="Zapłacono").wait_for()
    page.goto(CHOOSE)

    assert "35,38 zł" in shown(page)
    assert Payment.objects.get().amount == Decimal("100.00")


def test_a_payment_survives_the_browser_that_began_it(
    new_page: Callable[[], Any], customer: Customer, owner: User, run_jobs: Callable[[], Any]
) -> None:
    first = new_page()
    come_in(first, owner)
    first.goto(CHOOSE)
    first.locator("#total button").click()
    gateway(first, "blik")
    first.context.close()
    run_jobs()

    later = new_page()
    come_in(later, owner)
    later.goto("/platnosci/")
    later.locator("main a[href*='/platnosci/']", has_text="EBOK-").or_(
        later.locator("main a[href^='/platnosci/']")
    ).first.click()
    later.get_by_role("heading", name="Zapłacono").wait_for()


def test_an_accountant_gives_money_back_and_a_second_one_approves_what_is_much(
    new_page: Callable[[], Any],
    axe: Callable[[Any], None],
    customer: Customer,
    owner: User,
    run_jobs: Callable[[], Any],
) -> None:
    factories.make_charge(customer, "600.00", number="FV/012345/8/2026")
    payer = new_page()
    come_in(payer, owner)
    payer.goto(CHOOSE)
    payer.locator("#total button").click()
    gateway(payer, "blik")
    run_jobs()
    payment = Payment.objects.get()
    accountants = [factories.make_staff(email=f"{name}@example.pl") for name in ("ewa", "jan")]
    for one in accountants:
        one.groups.add(Group.objects.get(name="ksiegowosc"))

    desk = new_page()
    come_in(desk, accountants[0])
    desk.goto(reverse("payment_register:inspect", args=[payment.public_id]))
    desk.locator("#refund_reason").fill("Zapłacono dwa razy")
    desk.locator("form[action*='/refund/'] button").last.click()
    desk.wait_for_load_state()
    assert Refund.objects.get().state == "asked"
    assert desk.locator("button[value=approve]").count() == 0

    second = new_page()
    come_in(second, accountants[1])
    second.goto(reverse("payment_register:inspect", args=[payment.public_id]))
    second.locator("button[value=approve]").click()
    second.wait_for_load_state()
    run_jobs()
    payment.refresh_from_db()
    assert (payment.state, payment.refunded) == ("refunded", Decimal("845.20"))

    second.goto(reverse("payment_register:days"))
    days = " ".join(second.locator("main").inner_text().replace("\xa0", " ").split())
    assert "845,20" in days

    payer.reload()
    axe(payer)
    assert "zwrócona" in shown(payer).lower() or "zwrot" in shown(payer).lower()
