import io
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from stdnum import iban
from stdnum.pl import nip

from ebok import preset
from ebok.demo import cast, files, next_day, papers
from ebok.demo.plan import Plan, TooManyCustomers
from portal import clock
from portal.billing import bookkeeping, transit
from portal.billing.ksef.number import is_ksef_number
from portal.billing.models import CustomerAccount, Invoice, LedgerEntry, OpenItem, Transit
from portal.customers.models import Customer
from portal.exchange.models import BillingDelivery
from portal.metering.models import Meter
from portal.outbox.actions import tell
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from portal.waste.models import CollectionPoint, Pickup

AS_OF = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


def write(
    folder: Path, seed: int = 1, customers: int = 6, *, plan: Plan | None = None, has_waste: bool = False
) -> Path:
    files.write_delivery(folder, plan or Plan(), customers=customers, seed=seed, as_of=AS_OF, has_waste=has_waste)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def _few_papers(monkeypatch):
    """A PDF takes as long as thirty customers."""
    monkeypatch.setattr(papers, "MOST", 1)


@pytest.fixture
def made(settings, tmp_path):
    """A demo of sixteen customers, imported."""
    settings.VAR_DIR = tmp_path
    call_command("demo_data", customers=16, seed=1, as_of=AS_OF, stdout=io.StringIO())
    return tmp_path


def test_the_same_seed_and_day_give_the_same_bytes(tmp_path):
    assert content(write(tmp_path / "one")) == content(write(tmp_path / "two"))


def test_another_seed_gives_other_customers(tmp_path):
    assert (
        content(write(tmp_path / "one"))["customers.csv"] != content(write(tmp_path / "two", seed=2))["customers.csv"]
    )


def test_a_customer_does_not_depend_on_those_after_him(tmp_path):
    few = content(write(tmp_path / "few", customers=4))
    more = content(write(tmp_path / "more", customers=6))
    assert more["ledger.csv"].startswith(few["ledger.csv"])


def test_it_is_taken_over_without_a_fault_or_a_question(made):
    delivery = BillingDelivery.objects.get()
    assert (delivery.state, delivery.fault_counts) == ("merged", {})
    assert Customer.objects.count() == 16
    assert not CustomerAccount.objects.filter(is_in_question=True).exists()
    assert bookkeeping.differing() == []


def test_the_household_has_open_items_a_paid_history_and_a_garden_meter(made):
    anna = Customer.objects.filter(kind="person").order_by("external_id").first()
    assert (anna.number, anna.name) == ("012345", "Kowalska Anna")
    assert anna.open_items.filter(open_amount__gt=0).count() >= 3
    assert anna.open_items.filter(open_amount__gt=0, due_on__gt=AS_OF).exists()
    assert anna.entries.filter(kind="payment").count() >= 8
    assert Meter.objects.filter(point__customer=anna, role="deduct").exists()


def test_the_first_community_has_three_points_for_its_managers(made):
    community = Customer.objects.filter(kind="community").order_by("external_id").first()
    assert community.points.count() == 3
    assert community.open_items.filter(open_amount__gt=0).exists()


def test_there_are_arrears_credits_corrections_notes_and_other_sales(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    call_command("demo_data", customers=50, seed=1, as_of=AS_OF, stdout=io.StringIO())
    kinds = set(LedgerEntry.objects.values_list("kind", flat=True)) | set(
        LedgerEntry.objects.values_list("charge_kind", flat=True)
    )
    assert kinds >= {"charge", "payment", "correction", "invoice", "interest_note", "other_sale"}
    assert OpenItem.objects.filter(open_amount__gt=0, due_on__lt=AS_OF - timedelta(days=60)).exists()
    assert CustomerAccount.objects.filter(unallocated_credit__gt=0).exists()
    assert Invoice.objects.filter(kind="kor").exclude(corrects_number="").exists()


def test_numbers_have_right_check_digits(made):
    customers = Customer.objects.all()
    assert all(iban.is_valid(f"PL{customer.virtual_account}", check_country=False) for customer in customers)
    assert all(nip.is_valid(customer.nip) for customer in customers.exclude(kind="person"))
    numbers = Invoice.objects.exclude(ksef_number="").values_list("ksef_number", flat=True)
    assert numbers
    assert all(is_ksef_number(number) for number in numbers)


def test_consumers_are_not_in_ksef_and_firms_are(made):
    recent = Invoice.objects.filter(issued_on__gte=date(2026, 3, 1), original__gt="")
    assert {invoice.ksef_mode for invoice in recent.filter(customer__kind="person")} == {"none"}
    assert {invoice.ksef_mode for invoice in recent.exclude(customer__kind="person")} == {"online"}


def test_most_invoices_are_fa3(made):
    assert Invoice.objects.exclude(original="").count() > Invoice.objects.count() / 2


@pytest.mark.parametrize(
    ("name", "number", "invoice"),
    [
        ("warszawa", r"\d{6}", r"{number}/\d\d/\d{{4}}"),
        ("jaworzno", r"\d{5}", r"FV/\d{{4}}/\d\d/{number}"),
    ],
)
def test_identifiers_are_as_the_preset_wants_them(name, number, invoice):
    plan = Plan.of(name)
    found = plan.number_of(3, 200)
    assert re.fullmatch(number, found)
    assert re.fullmatch(invoice.format(number=found), plan.number_of_invoice(found, AS_OF))


@pytest.mark.parametrize("name", preset.names())
def test_every_preset_says_what_its_demo_is_like(name):
    plan = Plan.of(name)
    assert plan.town != Plan().town
    member = cast.member(plan, 1, 0, 200, AS_OF, has_waste=False)
    assert member.account[2:14] == f"{plan.bank_code}{plan.account_pool}"


def test_more_customers_than_numbers_are_refused():
    with pytest.raises(TooManyCustomers, match="at most 87655 do"):
        Plan(customer_number_digits=5).number_of(0, 100_000)


def test_where_waste_is_a_module_it_comes_with_containers_and_days(settings, tmp_path):
    RuleRecord.objects.create(rule_set="modules", effective_from=date(2020, 1, 1), values={"waste": True})
    rulebook.forget()
    settings.VAR_DIR = tmp_path
    call_command("demo_data", customers=5, seed=1, as_of=AS_OF, stdout=io.StringIO())
    assert CollectionPoint.objects.exists()
    assert Pickup.objects.filter(day__gt=AS_OF).exists()
    assert Invoice.objects.filter(service="waste").exists()
    assert "waste" in Customer.objects.order_by("external_id").first().services


def test_who_can_sign_in_is_written_beside(made):
    listed = json.loads((made / "demo-sign-ins.json").read_text(encoding="utf-8"))
    assert set(listed["people"]) >= {"klient", "zarzadca", "bok", "admin"}


def test_the_next_day_books_what_was_paid_online(made):
    anna = Customer.objects.order_by("external_id").first()
    items = list(anna.open_items.filter(open_amount__gt=0).order_by("pk"))[:2]
    amount = sum(item.open_amount for item in items)
    transit.hold(
        customer_id=anna.pk,
        items=[(item.pk, item.open_amount) for item in items],
        reference="EB-7",
        until=clock.now() + timedelta(minutes=30),
    )
    transit.settle("EB-7", clock.now())
    tell(
        "payment",
        about="payment:EB-7",
        reference="EB-7",
        customer=anna.external_id,
        amount=str(amount),
        channel="online",
        items=[{"entry": item.entry.external_id, "amount": str(item.open_amount)} for item in items],
    )
    before = anna.account.balance
    out = io.StringIO()
    call_command("demo_data", next=True, stdout=out)
    assert "books: 1." in out.getvalue()
    assert Transit.objects.get().state == "booked"
    assert [OpenItem.objects.get(pk=item.pk).open_amount for item in items] == [Decimal(0), Decimal(0)]
    account = CustomerAccount.objects.get(customer=anna)
    assert (account.balance, account.is_in_question) == (before - amount, False)
    assert LedgerEntry.objects.get(reference="EB-7").kind == "payment"
    call_command("demo_data", next=True, stdout=out)
    assert "books: 0." in out.getvalue()


def test_there_is_no_next_day_before_the_first(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with pytest.raises(CommandError, match="run demo_data first") as refusal:
        call_command("demo_data", next=True)
    assert refusal.value.returncode == 1


def test_a_next_day_is_not_in_the_future(made):
    assert next_day.moment() <= clock.now()


def test_it_is_refused_outside_a_demo(settings):
    settings.EBOK_DEMO = False
    with pytest.raises(CommandError, match="in a demo only") as refusal:
        call_command("demo_data")
    assert refusal.value.returncode == 2
