"""Questions about customers: whom a person acts for, contracts, what the office knows."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from portal import clock
from portal.content.folding import fold
from portal.customers import access, services
from portal.customers.access import Viewer
from portal.customers.models import Contract, Customer, Deed, Delegation, LetterCode, ServicePoint
from portal.customers.policies import digest_of
from portal.utility import dictionaries

CUSTOMERS_ON_A_PAGE = 25


def matching(customers: QuerySet[Any], asked: str) -> QuerySet[Any]:
    """Those whose number begins so, or whose name holds each of the words: “lodzka wspolnota” finds “Wspólnota Łódzka”."""
    words = fold(asked).split()
    if not words:
        return customers.none()
    named = Q()
    for word in words:
        named &= Q(name_folded__contains=word)
    return customers.filter(named | Q(number__startswith=asked.strip()))


def customer_of_letter(*, number: str, code: str) -> int | None:
    """Whose letter this code stands in, while it works. One statement, whatever the answer."""
    letters = LetterCode.objects.filter(digest=digest_of(number, code), used_at__isnull=True)
    return letters.filter(expires_at__gt=clock.now()).values_list("customer_id", flat=True).first()


@dataclass(frozen=True)
class OwnCustomer:
    """One of the customers that a person may act for."""

    public_id: UUID
    number: str
    name: str
    address: str
    role: str
    is_whole_customer: bool
    is_acting: bool


def own_customers(viewer: Viewer, page: int = 1) -> tuple[list[OwnCustomer], Page]:
    """The customers a person may act for, own ones first. Two statements, at any number."""
    held = access.open_delegations().filter(user_id=viewer.user_id or 0).select_related("customer")
    shown = Paginator(held.order_by("customer__name", "customer__number", "pk"), CUSTOMERS_ON_A_PAGE).get_page(page)
    acting = viewer.customer.pk if viewer.customer else None
    return [_own(delegation, acting) for delegation in shown], shown


def _own(delegation: Delegation, acting: int | None) -> OwnCustomer:
    customer = delegation.customer
    return OwnCustomer(
        public_id=customer.public_id,
        number=customer.number,
        name=customer.name,
        address=customer.address,
        role=delegation.get_role_display(),
        is_whole_customer=delegation.is_whole_customer,
        is_acting=customer.pk == acting,
    )


@dataclass(frozen=True)
class ContractLine:
    number: str
    signed_on: date | None
    services_in_words: str
    billing_period_months: int
    delivery: str
    tariff_group: str
    ends_on: date | None
    places: tuple[str, ...]
    more_places: int = 0
    public_id: UUID | None = None  # an invented contract has no page


PLACES_SHOWN = 6


def contracts(viewer: Viewer, limit: int = 10) -> tuple[ContractLine, ...]:
    """The contracts with the places of each; to a partial manager only his places. Two statements."""
    points = access.visible(ServicePoint.objects.filter(is_closed=False), viewer, Deed.SEE_CONTRACT)
    shown = points.order_by("street", "building", "unit", "pk")[:PLACES_SHOWN]
    counted = points.filter(contract=OuterRef("pk")).order_by().values("contract").annotate(count=Count("pk"))
    found = (
        access.visible(Contract.objects.all(), viewer, Deed.SEE_CONTRACT)
        .defer("text")
        .annotate(places_count=Subquery(counted.values("count")))
        .order_by("-starts_on", "number", "pk")
        .prefetch_related(Prefetch("points", shown, to_attr="own_points"))
    )
    return tuple(_contract(row) for row in found[:limit])


def _contract(row: Contract) -> ContractLine:
    places = [str(point) for point in row.own_points]  # type: ignore[attr-defined]  # prefetched above
    count = row.places_count or 0  # type: ignore[attr-defined]  # annotated above
    return ContractLine(
        number=row.number,
        signed_on=row.signed_on,
        services_in_words=services.in_words(row.services),
        billing_period_months=row.billing_period_months,
        delivery=row.get_e_invoice_display(),
        tariff_group=dictionaries.tariff_group(row.tariff_group),
        ends_on=row.ends_on,
        places=tuple(places),
        more_places=max(0, count - len(places)),
        public_id=row.public_id,
    )


@dataclass(frozen=True)
class KnownData:
    """What the office knows about the customer."""

    name: str
    number: str
    address: str
    nip: str = ""
    email: str = ""
    phone: str = ""


def known_data(viewer: Viewer) -> KnownData | None:
    """None to those who act for a part only: these data are the whole customer's. One statement."""
    found = access.visible(Customer.objects.all(), viewer, Deed.SEE_CONTRACT).first()
    if found is None:
        return None
    return KnownData(found.name, found.number, found.address, found.nip, found.email, found.phone)
