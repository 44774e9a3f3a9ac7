"""All customers of a person together: who sees what, in how many statements, and as a file."""

import csv
import io
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from portal import clock
from portal.billing.models import CustomerAccount, ShareBalance
from portal.billing.portfolio import every_holding, portfolio
from portal.customers.actions import grant_access, revoke_access
from portal.customers.models import Contract, Customer, Delegation, ServicePoint
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/konto/nieruchomosci/"


@pytest.fixture
def manager():
    return factories.make_user("zarzad@example.pl")


def granted(user, customer, **terms):
    return grant_access(user=user, customer=customer, role=terms.pop("role", "manager"), ground="mandate", **terms)


def of(user, asked=""):
    return portfolio(factories.viewer(user), asked=asked)


def test_a_manager_sees_all_customers_with_balance_and_what_is_due_next(manager):
    first, second = factories.make_customer(name="Wspólnota Łąkowa 1"), factories.make_customer(name="Anna Nowak")
    factories.make_charge(first, "100.00", due_in=9)
    factories.make_charge(first, "40.00", due_in=3)
    factories.make_account(second, "-20.00")
    factories.make_charge(factories.make_customer(), "999.00")
    for customer in (first, second):
        granted(manager, customer)

    found = of(manager)

    assert [(one.name, one.balance, one.due_amount) for one in found.holdings] == [
        ("Anna Nowak", Decimal("-20.00"), None),
        ("Wspólnota Łąkowa 1", Decimal("140.00"), Decimal("40.00")),
    ]
    assert found.holdings[1].due_on == clock.today() + timedelta(days=3)
    assert found.owed == Decimal("140.00")


def test_a_manager_of_some_points_sees_the_shares_of_those_only(manager):
    customer = factories.make_customer()
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    factories.make_charge(customer, "70.00", contract=contract, point=mine, due_in=5)
    factories.make_charge(customer, "500.00", contract=contract, point=other, due_in=1)
    granted(manager, customer, points=[mine])

    found = of(manager)

    assert (found.holdings[0].balance, found.holdings[0].due_amount, found.owed) == (
        Decimal("70.00"),
        Decimal("70.00"),
        Decimal("70.00"),
    )
    assert found.has_partial


def test_a_proxy_who_may_not_see_the_balance_sees_none(manager):
    customer = factories.make_customer()
    factories.make_charge(customer, "70.00")
    granted(manager, customer, role="proxy", deeds=["submit_reading"])
    (holding,) = of(manager).holdings
    assert (holding.balance, holding.due_amount, holding.state) == (None, None, "unknown")


def test_figures_in_question_are_withheld(manager):
    customer = factories.make_customer()
    factories.make_charge(customer, "70.00")
    CustomerAccount.objects.update(is_in_question=True)
    granted(manager, customer)
    (holding,) = of(manager).holdings
    assert (holding.balance, holding.due_amount, holding.state) == (None, None, "in_question")
    assert of(manager).owed == 0


def test_a_customer_of_whom_nothing_has_come_yet_is_not_called_settled(client, manager):
    whole, some = factories.make_customer(name="Nowa"), factories.make_customer(name="Część")
    point = factories.make_point(factories.make_contract(some))
    factories.make_account(factories.make_customer(name="Stara"), "0.00")
    granted(manager, whole)
    granted(manager, some, points=[point])
    granted(manager, Customer.objects.get(name="Stara"))
    assert {one.name: one.state for one in of(manager).holdings} == {
        "Nowa": "awaited",
        "Część": "awaited",
        "Stara": "settled",
    }
    client.force_login(manager)
    assert client.get(PAGE).content.decode().count("jeszcze bez danych") == 2


def test_a_right_that_is_over_is_not_in_the_portfolio(manager):
    revoked, ended = factories.make_customer(), factories.make_customer()
    revoke_access(granted(manager, revoked), by=manager)
    granted(manager, ended, until=clock.now() + timedelta(hours=1))
    with clock.stopped(clock.now() + timedelta(hours=2)):
        assert of(manager).holdings == ()


def test_it_is_searched_by_name_without_tails_by_number_and_by_street(manager):
    wanted = factories.make_customer(name="Wspólnota Łąkowa", number="770011", street="ul. Świętokrzyska 3")
    granted(manager, wanted)
    granted(manager, factories.make_customer(name="Anna Nowak", street="ul. Krótka 1"))
    for asked in ("lakowa", "WSPÓLNOTA", "7700", "świętokrzyska", "wspolnota 7700"):
        assert [one.number for one in of(manager, asked).holdings] == ["770011"], asked
    assert of(manager, "brak takiej").count == 0


def test_readings_that_a_window_waits_for_are_counted(manager):
    RuleRecord.objects.create(rule_set="readings", effective_from=date(2020, 1, 1), values={"window_from_day": 15})
    rulebook.forget()
    customer = factories.make_customer()
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    for point in (mine, other, other):
        factories.make_meter(point)
    granted(manager, customer, points=[mine])
    with clock.stopped(factories.moment("2026-11-20 11:00")):
        found = of(manager)
        assert (found.shows_readings, found.holdings[0].readings) == (True, 1)
    with clock.stopped(factories.moment("2026-12-02 10:00")):
        assert of(manager).holdings[0].readings == 0


# ---------------------------------------------------------------------------------------------------------- on the page


def test_the_page_says_what_is_not_shown_and_why(client, manager):
    customer = factories.make_customer()
    point = factories.make_point(factories.make_contract(customer))
    granted(manager, customer, points=[point])
    client.force_login(manager)
    page = client.get(PAGE).content.decode()
    assert "tylko w imieniu części punktów" in page
    assert "bez dokumentu" in page


def test_nobody_finds_another_s_customers(client, manager):
    factories.make_customer(name="Cudza Wspólnota")
    granted(manager, factories.make_customer(name="Moja Wspólnota"))
    client.force_login(manager)
    for address in (PAGE, f"{PAGE}?q=cudza", f"{PAGE}lista.csv?q=wspólnota"):
        answer = client.get(address)
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert "Cudza Wspólnota" not in text


# ------------------------------------------------------------------------------------------------------------- as a file


def test_as_csv_it_holds_every_row_and_no_formula(client, manager):
    for name in ("=HYPERLINK(1)", "Nowak", "@sum", "+48"):
        factories.make_account(customer := factories.make_customer(name=name), "-1234.50")
        granted(manager, customer)
    client.force_login(manager)
    text = b"".join(client.get(f"{PAGE}lista.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert sorted(row[1] for row in rows[1:]) == ["'+48", "'=HYPERLINK(1)", "'@sum", "Nowak"]
    assert {row[5] for row in rows[1:]} == {"-1234,50"}


def test_as_xlsx_amounts_are_numbers_and_dates_are_dates(client, manager):
    customer = factories.make_customer(name="=1+1")
    factories.make_charge(customer, "135.38", due_in=4)
    granted(manager, customer)
    client.force_login(manager)
    content = client.get(f"{PAGE}lista.xlsx").content
    row = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))[1]
    assert (row[1], row[5], row[6].date()) == ("=1+1", 135.38, clock.today() + timedelta(days=4))


# ---------------------------------------------------------------------------------------------------------- 5,000 points


@pytest.fixture
def large(manager):
    """2,500 points at 250 whole customers, and 2,500 points of one more."""
    customers = Customer.objects.bulk_create(
        Customer(
            external_id=f"G{n}",
            number=f"9{n:05d}",
            kind="community",
            name=f"Wspólnota {n}",
            name_folded=f"wspolnota {n}",
        )
        for n in range(251)
    )
    contracts = Contract.objects.bulk_create(
        Contract(external_id=f"G{n}", customer=customer, number=f"U/G{n}") for n, customer in enumerate(customers)
    )
    counts = [10] * 250 + [2500]
    points = ServicePoint.objects.bulk_create(
        ServicePoint(external_id=f"G{n}-{i}", customer=customers[n], contract=contracts[n], street="ul. Długa")
        for n, count in enumerate(counts)
        for i in range(count)
    )
    CustomerAccount.objects.bulk_create(
        CustomerAccount(customer=customer, balance=Decimal(100), as_of=clock.now()) for customer in customers
    )
    ShareBalance.objects.bulk_create(
        ShareBalance(customer=point.customer, contract=point.contract, service="water", point=point, balance=Decimal(1))
        for point in points
    )
    held = Delegation.objects.bulk_create(
        Delegation(
            user=manager,
            customer=customer,
            role="manager",
            is_whole_customer=n < 250,
            starts_at=clock.now() - timedelta(days=1),
            ground="mandate",
        )
        for n, customer in enumerate(customers)
    )
    held[-1].points.set(points[-2500:])
    assert ServicePoint.objects.count() == 5000
    return manager


def test_a_portfolio_of_five_thousand_points_costs_at_most_twelve_statements_and_is_quick(client, large):
    client.force_login(large)
    client.get(PAGE)  # what a process keeps of its configuration is read now
    with CaptureQueriesContext(
        connection,
    ) as asked:
        started = time.perf_counter()
        answer = client.get(f"{PAGE}?page=11")
        took = time.perf_counter() - started
    assert answer.status_code == 200
    assert len(asked) <= 12, "\n".join(query["sql"][:160] for query in asked)
    assert answer.context["portfolio"].owed == Decimal(27500)
    assert took < 1, f"{took:.2f} s"


def test_a_file_of_five_thousand_points_is_made_in_a_few_statements(large):
    viewer = factories.viewer(large)
    with CaptureQueriesContext(connection) as asked:
        rows = list(every_holding(viewer))
    assert len(rows) == 251
    assert len(asked) <= 8
