"""Lębork: an application with every field filled in, a clerk within five working days, then identifier and password."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forms.registration.models import Application
from portal import clock
from portal.accounts.models import Acceptance
from portal.calendar import add_working_days
from portal.customers.models import Customer
from tests.beginnings import begin
from tests.journeys.registering import (
    OWN_PASSWORD,
    after,
    clerk,
    mails_to,
    newcomer,
    press,
    sign_in,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NEW = "nowa@example.pl"


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> dict[str, dict[str, Any]]:
    return begin(settings, tmp_path, "lebork", customers=12)


def apply(page: Any, axe: Callable[[Any], None], customer: Customer) -> None:
    page.goto("/")
    link = page.get_by_role("link", name="Formularz zgłoszeniowy").locator("visible=true")
    if not link.count():  # a phone keeps the menu folded
        page.locator("header details.menu-public summary").click()
    link.first.click()
    axe(page)
    # Every field must be filled in.
    press(page)
    assert page.get_by_role("alert").get_by_role("link").count() == 6
    page.get_by_label("Imię").fill(customer.first_name)
    page.get_by_label("Nazwisko").fill(customer.name.replace(customer.first_name, "").strip())
    page.get_by_label("Ulica i numer").fill(customer.street.lower())
    page.get_by_label("Kod pocztowy").fill(customer.postcode.replace("-", ""))
    page.get_by_label("Miejscowość").fill(customer.city)
    page.get_by_label("Numer klienta").fill(customer.number)
    press(page)
    page.get_by_label("E-mail").fill(NEW)
    press(page)
    assert page.get_by_role("alert").count()
    page.get_by_label("Telefon").fill("600 100 200")
    press(page)
    axe(page)
    # Said before it is agreed to: the account changes the billing period.
    assert "będzie przychodzić co miesiąc" in page.locator("main").inner_text()
    page.get_by_role("button", name="Wyślij zgłoszenie").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").get_by_role("link").count() == 2
    page.get_by_label("Akceptuję regulamin").check()
    page.get_by_label("Wyrażam zgodę").check()
    page.get_by_role("button", name="Wyślij zgłoszenie").click()
    page.wait_for_url("**/wyslane/")
    axe(page)


@pytest.mark.fact("S3.2")
@pytest.mark.fact("S3.13")
@pytest.mark.fact("S3.15")
@pytest.mark.fact("S3.16")
@pytest.mark.fact("S3.17")
@pytest.mark.fact("S3.18")
@pytest.mark.fact("S3.19")
@pytest.mark.fact("S3.20")
@pytest.mark.fact("S3.21")
@pytest.mark.fact("S3.22")
@pytest.mark.fact("S3.23")
def test_an_application_is_checked_by_a_clerk_and_answered_with_identifier_and_password(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer, page = newcomer(), new_page()
    customer.contracts.update(billing_period_months=2)
    apply(page, axe, customer)
    run_jobs()
    application = Application.objects.get()
    assert application.due_on == add_working_days(clock.today(), 5)
    assert "5 dni roboczych" in page.locator("main").inner_text()
    (received,) = mails_to(NEW)
    assert f"{application.due_on:%d.%m.%Y}" in received.body

    desk = new_page()
    clerk(desk, people)
    desk.goto("/panel/applications/")
    desk.get_by_role("link", name=NEW).click()
    desk.locator("#customer-search").fill(customer.name_folded)
    desk.get_by_role("button", name="Szukaj").last.click()
    desk.get_by_role("button", name=f"Porównaj z {customer.number}").click()
    compared = desk.locator("main").inner_text()
    assert customer.street in compared
    desk.get_by_role("button", name=f"Połącz z {customer.number}").click()
    desk.wait_for_load_state()
    run_jobs()

    accepted = mails_to(NEW)[-1]
    identifier, password = after("Indywidualny identyfikator", accepted), after("Hasło", accepted)
    assert identifier.isdigit()
    assert identifier != customer.number
    assert set(customer.contracts.values_list("billing_period_months", flat=True)) == {1}
    assert {acceptance.terms.kind for acceptance in Acceptance.objects.filter(user__email=NEW)} == {"terms", "use"}

    # The password must be changed at the first sign-in; nothing else opens before.
    sign_in(page, identifier, password)
    page.wait_for_url("**/haslo/zmien/**")
    axe(page)
    page.goto("/pulpit/")
    page.wait_for_url("**/haslo/zmien/**")
    page.locator("input[name=oldpassword]").fill(password)
    page.locator("input[name=password1]").fill(OWN_PASSWORD)
    press(page)
    page.wait_for_url("**/pulpit/**")
    assert customer.number in page.content()


@pytest.mark.fact("S3.2")
@pytest.mark.fact("S3.3")
def test_a_community_cannot_have_an_account_until_the_day_that_the_rules_give(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], people: dict[str, Any]
) -> None:
    customer, page, desk = newcomer(Customer.Kind.PERSON), new_page(), new_page()
    community = Customer.objects.filter(kind=Customer.Kind.COMMUNITY).order_by("external_id").last()
    assert community is not None
    community.delegations.all().delete()
    apply(page, axe, customer)
    clerk(desk, people)

    def link_with_the_community() -> None:
        application = Application.objects.get()
        desk.goto(f"/panel/applications/{application.public_id}/?q={community.number}")
        desk.get_by_role("button", name=f"Porównaj z {community.number}").click()
        desk.get_by_role("button", name=f"Połącz z {community.number}").click()
        desk.wait_for_load_state()

    link_with_the_community()
    assert "nie mogą mieć jeszcze konta" in desk.content()
    assert Application.objects.get().state == "to_decide"
