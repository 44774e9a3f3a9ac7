"""Gryfino: with the number and amount of an invoice, or in person with a statement signed at the office."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.journeys.registering import (
    OWN_PASSWORD,
    clerk,
    link_in,
    mails_to,
    newcomer,
    press,
    settle,
    sign_in,
    type_invoice,
    young_invoice,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NEW = "nowa@example.pl"


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> dict[str, dict[str, Any]]:
    return settle("gryfino", settings, tmp_path)


@pytest.mark.fact("S2.1")
@pytest.mark.fact("S2.7")
def test_a_customer_registers_with_number_and_amount_of_an_invoice(
    page: Any, axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer = newcomer()
    page.goto("/rejestracja/")
    # Whoever has water, sewage or waste here may have an account.
    page.get_by_text("Kto może założyć konto?").click()
    assert "wywóz odpadów" in page.locator("main").inner_text()
    type_invoice(page, young_invoice(customer))
    press(page)
    page.get_by_label("E-mail").fill(NEW)
    press(page)
    page.locator("input[type=password]").first.fill(OWN_PASSWORD)
    press(page)
    page.get_by_label("Akceptuję regulamin").check()
    press(page)
    page.wait_for_url("**/wyslane/")
    run_jobs()
    page.goto(link_in(mails_to(NEW)[0]))
    axe(page)
    press(page)
    run_jobs()
    assert [message.subject for message in mails_to(NEW)] == ["Rejestracja", "Aktywacja konta"]
    sign_in(page, customer.number, OWN_PASSWORD)
    page.wait_for_url("**/pulpit/**")


@pytest.mark.fact("S2.8")
def test_somebody_signs_a_statement_at_the_office_and_goes_home_with_the_start_letter(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer, desk = newcomer(), new_page()
    clerk(desk, people)
    desk.goto("/panel/applications/office/")
    desk.locator("#customer-search").fill(customer.name_folded)
    desk.get_by_role("button", name="Szukaj").last.click()
    desk.get_by_role("link", name=customer.number).click()
    desk.locator("#id_first_name").fill("Zofia")
    desk.locator("#id_last_name").fill("Dąb")
    desk.get_by_role("button", name="Otwórz konto").click()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Drukuj list startowy").click()
    content = Path(str(download.value.path())).read_bytes()
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages)
    assert customer.number in text
    password = re.search(r"\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b", text)
    assert password, text

    # Without an e-mail: the customer number and the letter's password, which must be changed.
    home = new_page()
    sign_in(home, customer.number, password[0])
    home.wait_for_url("**/haslo/zmien/**")
    home.locator("input[name=oldpassword]").fill(password[0])
    home.locator("input[name=password1]").fill(OWN_PASSWORD)
    press(home)
    home.wait_for_url("**/pulpit/**")
    axe(home)
    assert customer.number in home.content()
