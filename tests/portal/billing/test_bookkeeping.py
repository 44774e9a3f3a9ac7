import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portal import clock
from portal.billing import bookkeeping
from portal.billing.models import Allocation, CustomerAccount, EntryShare, LedgerEntry, OpenItem, ShareBalance
from portal.customers.models import Customer
from portal.desk.models import Task
from portal.journal.models import AuditLine
from tests.factories import make_contract, make_customer, make_point

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).resolve().parents[3] / "docs" / "rules" / "ledger.md"


def table(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of docs/rules/ledger.md, without its head."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def amounts(cell: str) -> list[Decimal]:
    return [] if cell == "–" else [Decimal(part.strip().replace(",", ".")) for part in cell.split(";")]


def entry(customer: Customer, amount: Decimal, kind: str, **more) -> LedgerEntry:
    count = LedgerEntry.objects.count()
    found = LedgerEntry.objects.create(
        external_id=f"E{count}",
        customer=customer,
        kind=kind,
        amount=amount,
        created_at=clock.now(),
        **{"booked_on": date(2026, 9, 1), **more},
    )
    EntryShare.objects.create(entry=found, amount=amount)
    return found


def recompute(customer: Customer) -> CustomerAccount:
    bookkeeping.recompute(Customer.objects.filter(pk=customer.pk), as_of=clock.now())
    return CustomerAccount.objects.get(customer=customer)


@pytest.mark.parametrize("row", table("Open amounts: a table"), ids=lambda row: " | ".join(row[:4]))
def test_open_amounts_are_those_of_the_page(row):
    charges, money, stated, allocated, is_open, on_account, balance, basis, question = row
    customer = make_customer()
    made = []
    for part in charges.split(";"):
        due, amount = part.split(":")
        day, month = (int(number) for number in due.strip().split("."))
        made.append(entry(customer, amounts(amount)[0], "charge", due_on=date(2026, month, day)))
    paid = [entry(customer, amount, "payment" if amount < 0 else "refund") for amount in amounts(money)]
    for charge, amount in zip(made, amounts(stated), strict=False):
        OpenItem.objects.create(
            entry=charge, customer=customer, amount=charge.amount, open_amount=amount, basis=OpenItem.Basis.STATED
        )
    if allocated != "–":
        source, target, amount = re.fullmatch(r"(\d) → (\d): (.+)", allocated).groups()
        Allocation.objects.create(
            payment=paid[int(source) - 1], charge=made[int(target) - 1], amount=amounts(amount)[0]
        )
    account = recompute(customer)
    items = [OpenItem.objects.get(entry=charge) for charge in made]
    assert [item.open_amount for item in items] == amounts(is_open)
    assert {item.basis for item in items} == {basis}
    assert (account.unallocated_credit, account.balance) == (amounts(on_account)[0], amounts(balance)[0])
    assert account.is_in_question == (question == "yes")


def test_parts_and_the_unattributed_rest_make_the_whole():
    customer = make_customer()
    contract = make_contract(customer)
    point = make_point(contract)
    charge = entry(customer, Decimal(100), "charge")
    charge.shares.all().delete()
    for service, amount in (("water", 60), ("sewage", 40)):
        EntryShare.objects.create(entry=charge, contract=contract, service=service, point=point, amount=amount)
    entry(customer, Decimal(-30), "payment")
    account = recompute(customer)
    parts = ShareBalance.objects.filter(customer=customer)
    assert sum(part.balance for part in parts) == account.balance == Decimal(70)
    assert parts.get(contract=None).balance == Decimal(-30)


def test_a_stated_balance_that_differs_puts_the_figures_in_question_and_gives_a_task():
    customer = make_customer()
    entry(customer, Decimal(100), "charge")
    account = recompute(customer)
    CustomerAccount.objects.filter(pk=account.pk).update(stated_balance=Decimal(90))
    account = recompute(customer)
    bookkeeping.tell_the_desk(Customer.objects.filter(pk=customer.pk))
    assert (account.is_in_question, account.question) == (True, "stated_balance_differs")
    assert "90" in Task.objects.get(kind="balance_question", state="open").body


def test_the_task_closes_when_the_figures_agree_again():
    customer = make_customer()
    entry(customer, Decimal(100), "charge")
    recompute(customer)
    CustomerAccount.objects.update(stated_balance=Decimal(90))
    recompute(customer)
    bookkeeping.tell_the_desk(Customer.objects.all())
    CustomerAccount.objects.update(stated_balance=Decimal(100))
    recompute(customer)
    bookkeeping.tell_the_desk(Customer.objects.all())
    assert not CustomerAccount.objects.get().is_in_question
    assert not Task.objects.filter(state="open").exists()


def test_nothing_is_open_of_an_entry_that_was_reversed():
    customer = make_customer()
    charge = entry(customer, Decimal(100), "charge")
    recompute(customer)
    LedgerEntry.objects.filter(pk=charge.pk).update(is_current=False)
    entry(customer, Decimal(-100), "charge", is_reversal=True, is_current=False)
    account = recompute(customer)
    assert (account.balance, OpenItem.objects.get().open_amount) == (0, 0)


def test_a_customer_who_is_not_asked_for_is_not_touched():
    other, customer = make_customer(), make_customer()
    entry(other, Decimal(100), "charge")
    recompute(customer)
    assert not CustomerAccount.objects.filter(customer=other).exists()


def test_the_nightly_check_finds_nothing_where_the_figures_are_right():
    customer = make_customer()
    entry(customer, Decimal(100), "charge")
    recompute(customer)
    assert bookkeeping.check() == 0


def test_the_nightly_check_puts_right_what_differs_and_says_so():
    customer = make_customer()
    entry(customer, Decimal(100), "charge")
    recompute(customer)
    CustomerAccount.objects.update(balance=Decimal(7))
    ShareBalance.objects.update(balance=Decimal(7))
    assert bookkeeping.check() == 1
    assert CustomerAccount.objects.get().balance == ShareBalance.objects.get().balance == Decimal(100)
    assert AuditLine.objects.get(deed="balance_put_right").facts == {"before": "7.00", "after": "100.00"}


def test_the_statements_are_as_many_for_a_thousand_entries_as_for_one(django_assert_max_num_queries):
    for _customer in range(3):
        customer = make_customer()
        for _entry in range(5):
            entry(customer, Decimal(10), "charge")
    with django_assert_max_num_queries(12):
        bookkeeping.recompute(Customer.objects.all(), as_of=clock.now())
