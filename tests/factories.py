"""People, customers and money for tests: small, valid, and named after what they are."""

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from portal import clock
from portal.accounts.actions import give_identifier
from portal.accounts.models import User
from portal.billing.models import (
    CustomerAccount,
    EntryShare,
    Invoice,
    LedgerEntry,
    OpenItem,
    ShareBalance,
)
from portal.customers.access import Viewer, viewer_of
from portal.customers.actions import grant_access
from portal.customers.models import Contract, Customer, Delegation, ServicePoint
from portal.metering.models import Meter

_number = itertools.count(1)
PASSWORD = "dobre-haslo-do-testow"


def make_user(email: str | None = None, **fields: Any) -> User:
    """A person who may sign in with e-mail and PASSWORD."""
    email = email or f"osoba{next(_number)}@example.pl"
    user = User.objects.create_user(email, PASSWORD, **fields)
    give_identifier(user, "email", email)
    return user


def make_staff(email: str | None = None, **fields: Any) -> User:
    return make_user(email, is_staff=True, **fields)


def make_customer(**fields: Any) -> Customer:
    n = next(_number)
    return Customer.objects.create(
        **{
            "external_id": f"C{n}",
            "number": f"{n:06d}",
            "kind": Customer.Kind.PERSON,
            "name": "Kowalska Anna",
            "first_name": "Anna",
            "street": "ul. Lipowa 5",
            "postcode": "00-001",
            "city": "Warszawa",
            "services": ["water", "sewage"],
            "as_of": clock.now(),
            **fields,
        }
    )


def make_contract(customer: Customer | None = None, **fields: Any) -> Contract:
    n = next(_number)
    customer = customer or make_customer()
    return Contract.objects.create(
        **{
            "external_id": f"K{n}",
            "customer": customer,
            "number": f"U/{n}/2020",
            "signed_on": date(2020, 1, 2),
            "services": ["water", "sewage"],
            **fields,
        }
    )


def make_point(contract: Contract | None = None, **fields: Any) -> ServicePoint:
    n = next(_number)
    contract = contract or make_contract()
    return ServicePoint.objects.create(
        **{
            "external_id": f"P{n}",
            "customer": contract.customer,
            "contract": contract,
            "street": "ul. Lipowa",
            "building": str(n),
            **fields,
        }
    )


def make_meter(point: ServicePoint | None = None, **fields: Any) -> Meter:
    n = next(_number)
    return Meter.objects.create(
        **{"external_id": f"M{n}", "point": point or make_point(), "serial_number": f"{n:08d}", **fields}
    )


def make_account(customer: Customer, balance: Decimal | str = "0", **fields: Any) -> CustomerAccount:
    return CustomerAccount.objects.create(
        **{"customer": customer, "balance": Decimal(balance), "as_of": clock.now(), **fields}
    )


def make_entry(customer: Customer, amount: Decimal | str, **fields: Any) -> LedgerEntry:
    """A ledger entry with one share, on `contract`/`point` when they are given."""
    n = next(_number)
    contract, point = fields.pop("contract", None), fields.pop("point", None)
    service = fields.pop("service", "water" if contract else "")
    entry = LedgerEntry.objects.create(
        **{
            "external_id": f"L{n}",
            "customer": customer,
            "kind": LedgerEntry.Kind.CHARGE,
            "booked_on": clock.today(),
            "amount": Decimal(amount),
            "created_at": clock.now(),
            **fields,
        }
    )
    EntryShare.objects.create(entry=entry, contract=contract, service=service, point=point, amount=entry.amount)
    key = {"customer": customer, "contract": contract, "service": service, "point": point}
    held = ShareBalance.objects.filter(**key).first() or ShareBalance(**key, balance=Decimal(0))
    held.balance += entry.amount
    held.save()
    account = CustomerAccount.objects.filter(customer=customer).first()
    if account is None:
        make_account(customer, entry.amount)
    else:
        account.balance += entry.amount
        account.save()
    return entry


def make_charge(
    customer: Customer,
    amount: Decimal | str = "135.38",
    *,
    due_in: int = 4,
    open_amount: Decimal | str | None = None,
    **fields: Any,
) -> OpenItem:
    """An invoice, its ledger entry with one share, and what is open of it."""
    n = next(_number)
    amount = Decimal(amount)
    today = clock.today()
    number = fields.pop("number", f"{customer.number}/{n}/2026")
    contract = fields.pop("contract", None)
    point = fields.pop("point", None)
    invoice = Invoice.objects.create(
        **{
            "external_id": f"F{n}",
            "customer": customer,
            "contract": contract,
            "service": "water,sewage",
            "number": number,
            "number_folded": "".join(c for c in number.upper() if c.isalnum()),
            "issued_on": today - timedelta(days=10),
            "period_from": today - timedelta(days=70),
            "period_to": today - timedelta(days=11),
            "due_on": today + timedelta(days=due_in),
            "gross": amount,
            "to_pay": amount,
            **fields,
        }
    )
    entry = make_entry(
        customer,
        amount,
        charge_kind=LedgerEntry.ChargeKind.INVOICE,
        invoice=invoice,
        document_number=invoice.number,
        due_on=invoice.due_on,
        contract=contract,
        point=point,
    )
    return OpenItem.objects.create(
        entry=entry,
        customer=customer,
        amount=amount,
        open_amount=amount if open_amount is None else Decimal(open_amount),
        due_on=invoice.due_on,
        basis=OpenItem.Basis.STATED,
    )


def make_owner(customer: Customer | None = None, **fields: Any) -> User:
    """A person who owns a customer in the portal."""
    user = make_user(**fields)
    grant_access(user=user, customer=customer or make_customer(), role=Delegation.Role.OWNER, ground="registration")
    return user


def make_manager(customer: Customer, points: list[ServicePoint] | None = None, **fields: Any) -> User:
    """A property manager of the whole customer, or of some points."""
    user = make_user(**fields)
    grant_access(user=user, customer=customer, role=Delegation.Role.MANAGER, ground="mandate", points=points)
    return user


def viewer(user: User, customer: Customer | None = None) -> Viewer:
    return viewer_of(user, customer=customer.public_id if customer else None)


def moment(text: str) -> datetime:
    """An instant in Warsaw, written as "2026-11-20 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.WARSAW)
