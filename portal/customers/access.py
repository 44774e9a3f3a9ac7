"""The one door: who may do what for whom, and which rows they may meet. Nothing else in the house decides this."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, Model, OuterRef, Q, QuerySet, Value, When, Window

from portal import clock
from portal.customers.models import Customer, Deed, Delegation, StaffVisit
from portal.customers.scope import Partial, Scope

M = TypeVar("M", bound=Model)

ALL = frozenset(Deed.values)
CHANGES = frozenset(
    {
        Deed.MANAGE_E_INVOICE,
        Deed.CHANGE_BASIC_DATA,
        Deed.CHANGE_ADDRESS,
        Deed.CHANGE_CONTACT,
        Deed.CHANGE_BILLING_PERIOD,
    }
)
SIGHTS = frozenset(deed for deed in Deed.values if deed.startswith("see_"))
OWNER_ONLY = frozenset({Deed.DELEGATE})
SESSION_KEY = "customer"  # under which a session remembers the customer that a person acts for by default


@dataclass(frozen=True)
class ActingCustomer:
    """The customer that a viewer acts for, as far as every screen needs it."""

    pk: int
    public_id: UUID
    number: str
    name: str
    first_name: str
    kind: str
    nip: str
    address: str
    services: tuple[str, ...]
    virtual_account: str
    as_of: datetime | None
    is_closed: bool = False

    @property
    def street(self) -> str:
        """The address without the town."""
        return self.address.partition(",")[0]


@dataclass(frozen=True)
class Viewer:
    """Who is looking, for whom, and what they may do: built once per request."""

    user_id: int | None = None
    user_name: str = ""
    customer: ActingCustomer | None = None
    role: str = "stranger"
    is_whole_customer: bool = True
    delegation_id: int | None = None
    deeds: frozenset[str] = frozenset()
    is_read_only: bool = False
    reason: str = ""
    until: datetime | None = None
    customers_count: int = 0

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_linked(self) -> bool:
        return self.customer is not None

    @property
    def is_partial(self) -> bool:
        return self.customer is not None and not self.is_whole_customer

    def holds(self, service: str) -> bool:
        return self.customer is not None and service in self.customer.services


STRANGER = Viewer()


def may(viewer: Viewer, deed: str) -> bool:
    """Whether the viewer may do this for the acting customer; a read-only viewer may only look."""
    if viewer.customer is None or deed not in viewer.deeds:
        return False
    return deed in SIGHTS or not viewer.is_read_only


def visible(queryset: QuerySet[M], viewer: Viewer, deed: str) -> QuerySet[M]:
    """The rows of the acting customer that the viewer may meet for this deed; none when he may not."""
    if viewer.customer is None or not may(viewer, deed):
        return queryset.none()
    scope: Scope = queryset.model.access  # type: ignore[attr-defined]  # every model behind the door states its scope
    mine = queryset.filter(**{scope.customer: viewer.customer.pk})
    if viewer.is_whole_customer:
        return mine
    return _at_points(mine, scope, _points_of(viewer))


def _at_points(mine: QuerySet[M], scope: Scope, points: QuerySet[Any]) -> QuerySet[M]:
    """Of a customer's rows, those that a manager of these points meets."""
    if scope.partial is Partial.NONE:
        return mine.none()
    if not scope.parts:
        return mine.filter(**{f"{scope.point}__in": points})
    parts = _parts_of(mine.model, scope.parts)
    if scope.standing:
        parts = parts.filter(**{scope.standing: True})
    mine = mine.filter(Exists(parts.filter(**{f"{scope.point}__in": points})))
    if scope.partial is Partial.ALL:
        mine = mine.exclude(Exists(parts.exclude(**{f"{scope.point}__in": points})))
    return mine


@dataclass(frozen=True)
class Reach:
    """How far a person reaches for one deed over several customers: whole ones, and the points of some delegations."""

    customers: tuple[int, ...] = ()
    delegations: tuple[int, ...] = ()


def reach(held: Iterable[Delegation], deed: str) -> Reach:
    """Over these delegations, as far as each allows the deed. No statement."""
    able = [delegation for delegation in held if deed in deeds_of(delegation)]
    return Reach(
        tuple(delegation.customer_id for delegation in able if delegation.is_whole_customer),
        tuple(delegation.pk for delegation in able if not delegation.is_whole_customer),
    )


def wholly_within(queryset: QuerySet[M], reached: Reach) -> QuerySet[M]:
    """The rows of the customers that are reached as a whole."""
    scope: Scope = queryset.model.access  # type: ignore[attr-defined]  # every model behind the door states its scope
    return queryset.filter(**{f"{scope.customer}__in": reached.customers})


def partly_within(queryset: QuerySet[M], reached: Reach) -> QuerySet[M]:
    """The rows that are met by points; a point belongs to one customer, so nobody else's are among them."""
    if not reached.delegations:
        return queryset.none()
    scope: Scope = queryset.model.access  # type: ignore[attr-defined]  # as above
    held = Delegation.points.through.objects.filter(delegation_id__in=reached.delegations)
    return _at_points(queryset, scope, held.values("servicepoint_id"))


def within(queryset: QuerySet[M], reached: Reach) -> QuerySet[M]:
    """The rows that are met as a whole or by points, in one statement."""
    return wholly_within(queryset, reached) | partly_within(queryset, reached)


def _parts_of(model: type[Model], path: str) -> QuerySet[Model]:
    """The rows at the end of a path of relations, tied back to the row that an outer query stands on."""
    back: list[str] = []
    for name in path.split("__"):
        relation: Any = model._meta.get_field(name)
        is_reverse = relation.auto_created
        back.insert(0, relation.field.name if is_reverse else relation.related_query_name())
        model = relation.related_model
    return model._base_manager.filter(**{"__".join(back): OuterRef("pk")})


def own_points(viewer: Viewer) -> QuerySet[Any] | None:
    """Ids of the points that a partial viewer is limited to; None when the whole customer is his."""
    return _points_of(viewer) if viewer.is_partial else None


def _points_of(viewer: Viewer) -> QuerySet[Any]:
    held = Q(delegation_id=viewer.delegation_id)
    return Delegation.points.through.objects.filter(held).values("servicepoint_id")


def deeds_of(delegation: Delegation) -> frozenset[str]:
    """DESIGN's table of rights: what a role may do."""
    if delegation.role == Delegation.Role.OWNER:
        return ALL
    if delegation.role == Delegation.Role.MANAGER:
        return ALL - OWNER_ONLY - (frozenset() if delegation.is_whole_customer else CHANGES)
    return frozenset(delegation.deeds) & (ALL - OWNER_ONLY - CHANGES)


def open_delegations(moment: datetime | None = None) -> QuerySet[Delegation]:
    """Delegations that hold at a moment."""
    at = moment or clock.now()
    return Delegation.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), revoked_at__isnull=True, starts_at__lte=at
    )


def viewer_of(user: object, customer: UUID | None = None, default: UUID | None = None) -> Viewer:
    """The viewer for a signed-in person: one statement.

    With `customer` named, only that one will do; without, the session's default, else the person's own.
    """
    wanted = customer or default
    order = Case(When(customer__public_id=wanted, then=Value(0)), default=Value(1), output_field=IntegerField())
    own_first = Case(When(role=Delegation.Role.OWNER, then=Value(0)), default=Value(1), output_field=IntegerField())
    signed_in = Viewer(user_id=user.pk, user_name=str(user), role="unlinked")  # type: ignore[attr-defined]  # a User; accounts stays unnamed here
    found = (
        open_delegations()
        .filter(user_id=user.pk)  # type: ignore[attr-defined]  # as above
        .select_related("customer")
        .annotate(how_many=Window(Count("pk")))
        .order_by(order, own_first, "pk")
        .first()
    )
    if found is None or (customer is not None and found.customer.public_id != customer):
        return signed_in
    return replace(_viewer(user, found), customers_count=found.how_many)


def _viewer(user: object, held: Delegation) -> Viewer:
    return Viewer(
        user_id=user.pk,  # type: ignore[attr-defined]  # a User; accounts stays unnamed here
        user_name=str(user),
        customer=acting(held.customer),
        role=held.role,
        is_whole_customer=held.is_whole_customer,
        delegation_id=held.pk,
        deeds=deeds_of(held),
        until=held.ends_at,
        customers_count=1,
    )


def owned(user: object) -> list[Viewer]:
    """A viewer for each customer that a person owns: one statement."""
    held = open_delegations().filter(user_id=user.pk, role=Delegation.Role.OWNER)  # type: ignore[attr-defined]  # a User; accounts stays unnamed here
    return [_viewer(user, found) for found in held.select_related("customer").order_by("pk")]


def open_visits(moment: datetime | None = None) -> QuerySet[StaffVisit]:
    """Clerks' visits that are open at a moment."""
    return StaffVisit.objects.filter(closed_at__isnull=True, ends_at__gt=moment or clock.now())


def viewer_in_visit(visit: StaffVisit) -> Viewer:
    """What a clerk sees inside an open visit: everything of one customer, nothing to press."""
    return Viewer(
        user_id=visit.staff_id,
        user_name=str(visit.staff),
        customer=acting(visit.customer),
        role="staff",
        deeds=SIGHTS,
        is_read_only=True,
        reason=visit.reason,
        until=visit.ends_at,
        customers_count=1,
    )


def acting(customer: Customer) -> ActingCustomer:
    return ActingCustomer(
        pk=customer.pk,
        public_id=customer.public_id,
        number=customer.number,
        name=customer.name,
        first_name=customer.first_name,
        kind=customer.kind,
        nip=customer.nip,
        address=customer.address,
        services=tuple(customer.services),
        virtual_account=customer.virtual_account,
        as_of=customer.as_of,
        is_closed=customer.is_closed,
    )
