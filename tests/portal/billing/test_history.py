"""The financial history: months that open to bookings, the balance beside each, and files to take away."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from portal import clock
from portal.billing import spreadsheets
from portal.billing.history import LINES_ON_A_PAGE, Asked, bookings, history
from portal.billing.models import CustomerAccount, EntryShare, LedgerEntry
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories


@pytest.fixture(autouse=True)
def _november():
    with clock.stopped(factories.moment("2026-11-20 10:00")):
        yield


@pytest.fixture
def customer(db):
    return factories.make_customer(services=["water", "sewage", "waste"])


@pytest.fixture
def owner(customer):
    return factories.viewer(factories.make_owner(customer))


def booked(customer, amount, day, **more):
    """An entry of a day; payments by their sign."""
    kind = more.pop("kind", "charge" if Decimal(amount) > 0 else "payment")
    return factories.make_entry(customer, amount, booked_on=date.fromisoformat(day), kind=kind, **more)


@pytest.fixture
def two_years(customer):
    booked(customer, "100.00", "2025-12-03", charge_kind="other_sale", document_number="SP/1/2025")
    booked(customer, "-100.00", "2026-01-10", channel="transfer")
    booked(customer, "80.00", "2026-01-28", document_number="012345/01/2026")
    booked(customer, "-20.00", "2026-03-05", kind="correction", document_number="012345/01/2026/KOR")


def told_of(months):
    return [(f"{month.first:%Y-%m}", month.before, month.charged, month.settled, month.after) for month in months]


def test_a_year_is_split_by_month_and_the_balance_runs_on_from_the_year_before(owner, two_years):
    told = history(owner, Asked())
    assert told.years == (2026, 2025)
    assert told_of(told.months) == [
        ("2026-03", Decimal(80), Decimal(0), Decimal(-20), Decimal(60)),
        ("2026-01", Decimal(100), Decimal(80), Decimal(-100), Decimal(80)),
    ]
    assert [(line.on.day, line.amount, line.balance) for line in told.months[1].lines] == [
        (28, Decimal(80), Decimal(80)),
        (10, Decimal(-100), Decimal(0)),
    ]
    earlier = history(owner, Asked(year=2025))
    assert earlier.months[0].lines[0].words
    assert earlier.months[0].after == Decimal(100)


def test_the_last_balance_is_the_customers_balance(customer, owner, two_years):
    lines = list(bookings(owner, Asked()))
    assert lines[-1].balance == CustomerAccount.objects.get(customer=customer).balance == Decimal(60)
    assert [line.on for line in lines] == sorted(line.on for line in lines)


@pytest.mark.parametrize(
    ("asked", "amounts"),
    [
        (Asked(what="payments"), [Decimal(-100)]),
        (Asked(what="charges"), [Decimal(80)]),
        (Asked(what="corrections"), [Decimal(-20)]),
        (Asked(number="012345 01"), [Decimal(-20), Decimal(80)]),
        (Asked(number="nothing like it"), []),
    ],
)
def test_filters_leave_lines_out_and_the_balances_as_they_are(owner, two_years, asked, amounts):
    lines = [line for month in history(owner, asked).months for line in month.lines]
    assert [line.amount for line in lines] == amounts
    whole = {(line.on, line.amount): line.balance for line in bookings(owner, Asked())}
    assert all(whole[line.on, line.amount] == line.balance for line in lines)


def test_one_object_has_a_history_and_a_balance_of_its_own(customer, owner):
    contract = factories.make_contract(customer)
    booked(customer, "70.00", "2026-02-03", contract=contract, service="water")
    booked(customer, "50.00", "2026-02-03", contract=contract, service="sewage")
    booked(customer, "30.00", "2026-02-10", contract=contract, service="waste")
    assert history(owner, Asked(service="water")).months[0].after == Decimal(120)
    assert history(owner, Asked(service="waste")).months[0].after == Decimal(30)
    assert history(owner, Asked()).months[0].after == Decimal(150)


def test_a_reversed_booking_is_not_told(customer, owner):
    booked(customer, "70.00", "2026-02-03", is_current=False)
    booked(customer, "60.00", "2026-02-03")
    assert [line.amount for line in bookings(owner, Asked())] == [Decimal(60)]


def test_a_partial_manager_meets_his_shares(customer):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    entry = booked(customer, "90.00", "2026-02-03", contract=contract, point=mine)
    EntryShare.objects.filter(entry=entry).update(amount=Decimal(40))
    EntryShare.objects.create(entry=entry, contract=contract, service="water", point=other, amount=Decimal(50))
    booked(customer, "12.00", "2026-02-04", contract=contract, point=other)
    manager = factories.viewer(factories.make_manager(customer, [mine]))
    told = history(manager, Asked())
    assert told.is_partial
    assert [line.amount for line in told.months[0].lines] == [Decimal(40)]
    assert told.months[0].after == Decimal(40)


def test_figures_in_question_are_withheld(customer, owner, two_years):
    CustomerAccount.objects.update(is_in_question=True)
    told = history(owner, Asked())
    assert told.is_in_question
    assert told.months == ()
    assert list(bookings(owner, Asked())) == []


def test_years_beyond_the_rule_stay_in_the_balance_only(customer, owner):
    booked(customer, "100.00", "2019-05-03")
    booked(customer, "5.00", "2026-05-03")
    RuleRecord.objects.create(rule_set="billing", effective_from=date(2020, 1, 1), values={"history_years": 5})
    rulebook.forget()
    told = history(owner, Asked())
    assert told.years == (2026,)
    assert told.months[0].before == Decimal(100)


def test_a_month_with_many_bookings_comes_page_by_page(customer, owner, monkeypatch):
    monkeypatch.setattr("portal.billing.history.LINES_OF_A_YEAR", 5)
    rows = [
        LedgerEntry(
            external_id=f"X{n}",
            customer=customer,
            kind="charge",
            booked_on=date(2026, 4, 2),
            amount=Decimal(1),
            created_at=clock.now(),
        )
        for n in range(LINES_ON_A_PAGE + 3)
    ]
    LedgerEntry.objects.bulk_create(rows)
    factories.make_account(customer, "103.00")
    year = history(owner, Asked())
    assert not year.has_lines
    assert year.months[0].lines == ()
    last = history(owner, Asked(month=date(2026, 4, 1), page=2))
    assert (last.pages, len(last.months[0].lines)) == (2, 3)
    assert last.months[0].lines[-1].balance == Decimal(1)


def test_the_history_costs_three_statements(customer, owner, two_years):
    history(owner, Asked())  # the rulebook is read once
    with CaptureQueriesContext(connection) as asked:
        history(owner, Asked())
    assert len(asked) == 3


# --------------------------------------------------------------------------------------------------------------- files


def test_a_spreadsheet_never_runs_what_a_cell_says():
    for dangerous in ("=1+1", "+48123", "-1", "@SUM(A1)", "\t=1"):
        text = "".join(spreadsheets.csv_lines([[dangerous]]))
        assert text.removeprefix(spreadsheets.BYTE_ORDER_MARK).lstrip('"').startswith("'")
        cell = load_workbook(io.BytesIO(spreadsheets.xlsx("S", [["head"], [dangerous]]))).active["A2"]
        assert (cell.data_type, cell.value) == ("s", dangerous)


def test_numbers_and_days_stay_numbers_and_days():
    day, amount = date(2026, 3, 5), Decimal("-1234.50")
    assert "".join(spreadsheets.csv_lines([[day, amount, None]])).endswith("05.03.2026;-1234,50;\r\n")
    row = load_workbook(io.BytesIO(spreadsheets.xlsx("S", [["a", "b"], [day, amount]]))).active[2]
    assert (row[0].value.date(), row[1].value) == (day, -1234.5)


def test_the_files_hold_every_line_and_its_balance(client, customer, two_years):
    client.force_login(factories.make_owner(customer))
    k = {"k": str(customer.public_id)}
    text = b"".join(client.get(reverse("billing:history_csv"), k).streaming_content).decode()
    assert len(text.splitlines()) == 5
    assert "05.03.2026" in text
    assert "-20,00;60,00" in text
    answer = client.get(reverse("billing:history_xlsx"), k)
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet.max_row == 5
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_page_asks_for_at_most_twelve_statements(client, customer, two_years):
    client.force_login(factories.make_owner(customer))
    address = reverse("billing:history")
    client.get(address, {"k": str(customer.public_id)})
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, {"k": str(customer.public_id)})
    assert answer.status_code == 200
    assert len(asked) <= 12, [query["sql"][:90] for query in asked]
