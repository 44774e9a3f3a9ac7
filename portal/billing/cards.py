"""What a customer has of the utility: the card of an object, water or waste, and one contract with all that hangs on it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from portal.billing.documents import Paper, document_paper, documents_of
from portal.billing.history import Asked, Month, history
from portal.billing.models import Document
from portal.billing.queries import Balance, balance
from portal.customers import access, services
from portal.customers.access import Viewer
from portal.customers.models import Contract, Deed, ServicePoint
from portal.metering.models import Meter
from portal.metering.queries import BY_PLACE, are_readings_shown
from portal.waste.queries import PointLine
from portal.waste.queries import points as collection_points

SHOWN = 12  # of points, meters and contracts; how many more there are is said
MONTHS_SHOWN = 3


@dataclass(frozen=True)
class Some:
    """The first of a list, and how many more there are."""

    shown: tuple[Any, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Card:
    """One object of a customer. Its balance and months are None to whom they are not shown."""

    code: str
    contracts: Some
    points: Some
    meters: Some
    collection_points: tuple[PointLine, ...] = ()
    stands: Balance | None = None
    months: tuple[Month, ...] = ()
    opens_meters: bool = False  # whether a meter has a page that this reader may see

    @property
    def words(self) -> str:
        return services.in_words(services.OBJECTS[self.code])

    @property
    def balance(self) -> Decimal | None:
        return None if self.stands is None or self.stands.is_in_question else self.stands.of_object(self.code)


def card(viewer: Viewer, code: str) -> Card | None:
    """The card of an object that the customer has; None else. At most eleven statements, at any number of points."""
    held = services.objects_of(viewer.customer.services if viewer.customer else ())
    if code not in held or not access.may(viewer, Deed.SEE_CONTRACT):
        return None
    contracts = _serving(access.visible(Contract.objects.defer("text"), viewer, Deed.SEE_CONTRACT), code)
    points = access.visible(ServicePoint.objects.filter(is_closed=False), viewer, Deed.SEE_CONTRACT)
    points = points.filter(contract__in=contracts.values("pk"))
    told = history(viewer, Asked(service=code)) if access.may(viewer, Deed.SEE_BALANCE) else None
    return Card(
        code=code,
        contracts=_some(contracts.order_by("-starts_on", "number", "pk")),
        points=_some(points.order_by("street", "building", "unit", "pk")),
        meters=_some(_meters(viewer).filter(point__in=points.values("pk"))) if code == "water" else Some(),
        collection_points=collection_points(viewer)[:SHOWN] if code == "waste" else (),
        stands=balance(viewer),
        months=told.months[:MONTHS_SHOWN] if told else (),
        opens_meters=are_readings_shown(viewer),
    )


def _serving(contracts: QuerySet[Contract], code: str) -> QuerySet[Contract]:
    served = contracts.annotate(served=Cast("services", TextField()))
    found = served.none()
    for service in services.OBJECTS[code]:
        found = found | served.filter(served__contains=f'"{service}"')
    return found


def _meters(viewer: Viewer) -> QuerySet[Meter]:
    meters = access.visible(Meter.objects.filter(removed_on__isnull=True), viewer, Deed.SEE_CONTRACT)
    return meters.select_related("point").order_by(*BY_PLACE)


def _some(rows: QuerySet[Any]) -> Some:
    """One statement, and a second one only where there are more."""
    found = tuple(rows[: SHOWN + 1])
    return Some(found[:SHOWN], rows.count() - SHOWN if len(found) > SHOWN else 0)


@dataclass(frozen=True)
class ContractSheet:
    contract: Contract
    points: Some
    meters: Some
    annexes: tuple[Paper, ...]
    balance: Decimal | None = None
    is_partial: bool = False
    opens_meters: bool = False

    @property
    def services_in_words(self) -> str:
        return services.in_words(self.contract.services)


def contract_sheet(viewer: Viewer, public_id: UUID) -> ContractSheet | None:
    """A contract, its points, meters and annexes; to a partial manager his points. At most seven statements."""
    contract = visible_contract(viewer, public_id)
    if contract is None:
        return None
    points = access.visible(contract.points.filter(is_closed=False), viewer, Deed.SEE_CONTRACT)
    annexes = documents_of(viewer, {Document.Kind.CONTRACT, Document.Kind.OTHER}).filter(contract=contract)
    stands = balance(viewer)
    share = None
    if stands is not None and not stands.is_in_question:
        share = sum((part.amount for part in stands.parts if part.contract == contract.number), Decimal("0.00"))
    return ContractSheet(
        contract=contract,
        points=_some(points.order_by("street", "building", "unit", "pk")),
        meters=_some(_meters(viewer).filter(point__contract=contract)),
        annexes=tuple(document_paper(found) for found in annexes.order_by("-issued_on", "-pk")[:SHOWN]),
        balance=share,
        is_partial=viewer.is_partial,
        opens_meters=are_readings_shown(viewer),
    )


def visible_contract(viewer: Viewer, public_id: UUID) -> Contract | None:
    """One statement."""
    found = access.visible(Contract.objects.select_related("customer"), viewer, Deed.SEE_CONTRACT)
    return found.filter(public_id=public_id).first()
