"""However much there is, a screen asks for at most twelve statements: ten years of monthly invoices, five thousand points."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from home.models import PortalPage
from portal import clock
from portal.accounts.actions import accept
from portal.accounts.models import TermsVersion
from portal.billing.models import CustomerAccount, EntryShare, Invoice, LedgerEntry, OpenItem, ShareBalance
from portal.customers.models import Customer, Delegation, ServicePoint
from portal.utility import kept
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from tests import factories
from tests.beginnings import load_preset

YEARS, POINTS = 10, 5_000
MOST = 12
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps for seconds stays kept, however slow the machine is."""
    monkeypatch.setattr(kept, "SECONDS", 3600.0)


def months() -> list[date]:
    today = clock.today().replace(day=1)
    index = today.year * 12 + today.month - 1
    return [date((index - back) // 12, (index - back) % 12 + 1, 1) for back in range(12 * YEARS)]


def entry(customer: Customer, key: str, amount: Decimal, on: date, **more: Any) -> LedgerEntry:
    kind = "charge" if amount > 0 else "payment"
    return LedgerEntry(
        external_id=key, customer=customer, kind=kind, amount=amount, booked_on=on, created_at=clock.now(), **more
    )


@pytest.fixture
def ten_years() -> Customer:
    customer = factories.make_customer(services=["water", "sewage", "waste"])
    contract = factories.make_contract(customer, text="Strony umawiają się.")
    point = factories.make_point(contract)
    factories.make_meter(point)
    invoices = Invoice.objects.bulk_create(
        Invoice(
            external_id=f"F{first}",
            customer=customer,
            contract=contract,
            service="water,sewage",
            number=f"1/{first:%m/%Y}",
            number_folded=f"1{first:%m%Y}",
            issued_on=first,
            due_on=first + timedelta(days=14),
            gross=Decimal("100.00"),
        )
        for first in months()
    )
    charges = LedgerEntry.objects.bulk_create(
        entry(customer, f"C{bill.number}", Decimal(100), bill.issued_on, invoice=bill, document_number=bill.number)
        for bill in invoices
    )
    paid = [entry(customer, f"P{bill.number}", Decimal(-90), bill.issued_on) for bill in invoices]
    payments = LedgerEntry.objects.bulk_create(paid)
    EntryShare.objects.bulk_create(
        EntryShare(entry=each, contract=contract, service="water", point=point, amount=each.amount)
        for each in (*charges, *payments)
    )
    OpenItem.objects.bulk_create(
        OpenItem(entry=each, customer=customer, amount=each.amount, open_amount=10, basis="allocations")
        for each in charges
    )
    whole = Decimal(10 * len(charges))
    CustomerAccount.objects.create(customer=customer, balance=whole, as_of=clock.now())
    ShareBalance.objects.create(customer=customer, contract=contract, service="water", point=point, balance=whole)
    return customer


@pytest.fixture
def five_thousand_points() -> Customer:
    customer = factories.make_customer(kind="community", services=["water"])
    contract = factories.make_contract(customer, text="Strony umawiają się.")
    points = ServicePoint.objects.bulk_create(
        ServicePoint(external_id=f"PP{n}", customer=customer, contract=contract, street="ul. Długa", building=str(n))
        for n in range(POINTS)
    )
    item = factories.make_charge(customer, str(POINTS), contract=contract, point=points[0])
    EntryShare.objects.filter(entry=item.entry).delete()
    EntryShare.objects.bulk_create(
        EntryShare(entry=item.entry, contract=contract, service="water", point=point, amount=1) for point in points
    )
    ShareBalance.objects.filter(customer=customer).delete()
    ShareBalance.objects.bulk_create(
        ShareBalance(customer=customer, contract=contract, service="water", point=point, balance=1) for point in points
    )
    return customer


def asked(client: Any, customer: Customer, address: str) -> int:
    k = {"k": str(customer.public_id)}
    client.get(address, k)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, k)
    # A manager of some points is told why he cannot turn e-invoices on, with a 403.
    assert answer.status_code == 200 or address == reverse("billing:e_invoice"), address
    return len(queries)


def statements(client: Any, customer: Customer) -> dict[str, int]:
    contract = customer.contracts.get()
    invoice = Invoice.objects.filter(customer=customer).first()
    names: dict[str, Any] = dict.fromkeys(
        f"billing:{name}"
        for name in ("history", "papers", "card", "e_invoice", "forecast", "pay_simulation", "portfolio")
    )
    names |= {"payments:choose": None, "billing:contract": contract, "billing:invoice": invoice}
    addresses = {name: reverse(name, args=[about.public_id] if about else []) for name, about in names.items()}
    return {name: asked(client, customer, address) for name, address in addresses.items()}


@pytest.fixture
def _with_every_module() -> None:
    RuleRecord.objects.create(
        rule_set="modules", effective_from=clock.today(), values={"forecast": True, "payments": True}
    )
    forget_everything()


@pytest.mark.usefixtures("_with_every_module")
def test_ten_years_of_monthly_invoices(client, ten_years):
    client.force_login(factories.make_owner(ten_years))
    found = statements(client, ten_years)
    assert max(found.values()) <= MOST, found


@pytest.mark.usefixtures("_with_every_module")
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_manager_of_five_thousand_points(client, five_thousand_points, is_whole):
    own = None if is_whole else list(ServicePoint.objects.exclude(external_id="PP0"))
    manager = factories.make_manager(five_thousand_points, own)
    assert Delegation.objects.get(user=manager).is_whole_customer is is_whole
    client.force_login(manager)
    found = statements(client, five_thousand_points)
    assert max(found.values()) <= MOST, found


@pytest.mark.parametrize("preset", ["warszawa", "jaworzno", "gryfino", "lebork", "rzeszow"])
def test_the_screens_of_a_preset(client, preset, ten_years, five_thousand_points, caplog):
    """Each page that a preset composes of widgets, for an owner of ten years and for a manager of all those points."""
    load_preset(preset)
    pages = list(PortalPage.objects.live())
    assert pages
    found = {}
    for customer, reader in (
        (ten_years, factories.make_owner(ten_years)),
        (five_thousand_points, factories.make_manager(five_thousand_points)),
    ):
        for terms in TermsVersion.objects.all():
            accept(reader, terms)
        client.force_login(reader)
        found |= {(page.slug, reader.email): asked(client, customer, page.url) for page in pages}
    assert max(found.values()) <= MOST, found
    assert " broke." not in caplog.text
