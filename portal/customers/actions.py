"""What changes between people and customers."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from portal import clock
from portal.accounts.actions import take_identifier
from portal.accounts.models import SignInIdentifier
from portal.accounts.rules import SignInRules
from portal.customers.billing_period import LINKED, shortened_by_linking
from portal.customers.models import Contract, Customer, Delegation, LetterCode, StaffVisit
from portal.customers.policies import digest_of, new_code
from portal.customers.rules import BillingPeriodRules
from portal.journal.actions import note
from portal.outbox.actions import tell
from portal.utility.rulebook import rules

VISIT_LASTS = timedelta(minutes=30)
SHORTEST_REASON = 10


class HasOwner(Exception):
    """This customer has an owner in the portal already."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class OwnsAnother(Exception):
    """This person owns another customer, and the rules let one e-mail own one."""

    def __str__(self) -> str:
        return _("This person owns another customer, and the rules let one e-mail own one.")


def owns_one(user: Any) -> bool:
    return Delegation.objects.filter(user=user, role=Delegation.Role.OWNER, revoked_at__isnull=True).exists()


@transaction.atomic
def grant_access(
    *,
    user: Any,
    customer: Customer,
    role: str,
    ground: str,
    by: Any = None,
    points: list[Any] | None = None,
    deeds: list[str] | None = None,
    until: datetime | None = None,
) -> Delegation:
    """Let a person act for a customer. `points` limits it to some points. Never takes over.

    Rights of before that have run out make room. Granted anew with other terms, the new ones take the place of the
    old; an owner stays an owner, and the same terms again change nothing. Raises HasOwner, and OwnsAnother where the
    rules let an e-mail own one customer only.
    """
    _make_room(user, customer, role)
    held = Delegation.objects.filter(user=user, customer=customer, revoked_at__isnull=True).first()
    if held is not None and (held.role == Delegation.Role.OWNER or _has_terms(held, role, points, deeds, until)):
        return held
    if role == Delegation.Role.OWNER and rules(SignInRules).customers_per_email == "one" and owns_one(user):
        raise OwnsAnother
    delegation = Delegation(
        user=user,
        customer=customer,
        role=role,
        is_whole_customer=points is None,
        deeds=deeds or [],
        starts_at=clock.now(),
        ends_at=until,
        ground=ground,
        granted_by=by if hasattr(by, "pk") else None,
    )
    _put_in_place_of(held, delegation, by=by or user)
    if points is not None:
        delegation.points.set(points)
    note(
        "access_granted",
        about=f"delegation:{delegation.public_id}",
        by=by or user,
        customer=customer.public_id,
        role=role,
        ground=ground,
    )
    if role == Delegation.Role.OWNER:
        _shorten_bills(customer, by=by or user)
    return delegation


def _put_in_place_of(held: Delegation | None, new: Delegation, *, by: Any) -> None:
    """Raises HasOwner when somebody else was quicker."""
    try:
        with transaction.atomic():
            if held is not None:
                revoke_access(held, by=by)
            new.save(force_insert=True)
    except IntegrityError:
        raise HasOwner from None


def _shorten_bills(customer: Customer, *, by: Any) -> None:
    """Where the rules say that whoever links an account gets bills for shorter periods."""
    months = rules(BillingPeriodRules).linking_sets_months
    for contract in shortened_by_linking(customer):
        change_billing_period(contract, months=months, by=by, why=LINKED)


def _make_room(user: Any, customer: Customer, role: str) -> None:
    """A right that ended by itself still holds its seat, of a person and of the owner: it is given up as of its end."""
    over = Delegation.objects.filter(customer=customer, revoked_at__isnull=True, ends_at__lte=clock.now())
    seat = Q(user=user)
    if role == Delegation.Role.OWNER:
        seat |= Q(role=Delegation.Role.OWNER)
    over.filter(seat).update(revoked_at=F("ends_at"))


def _has_terms(
    held: Delegation, role: str, points: list[Any] | None, deeds: list[str] | None, until: datetime | None
) -> bool:
    if (held.role, held.is_whole_customer, held.ends_at) != (role, points is None, until):
        return False
    same_points = points is None or set(held.points.values_list("pk", flat=True)) == {point.pk for point in points}
    return same_points and set(held.deeds) == set(deeds or [])


@transaction.atomic
def make_letter_code(customer: Customer, *, by: Any, days: int) -> str:
    """A code for a letter to the customer's address: readable now and never again. An older one stops working."""
    now = clock.now()
    LetterCode.objects.filter(customer=customer, used_at__isnull=True).update(used_at=now)
    code = new_code()
    LetterCode.objects.create(
        customer=customer,
        digest=digest_of(customer.number, code),
        made_at=now,
        expires_at=now + timedelta(days=days),
        made_by=by,
    )
    note("letter_code_made", about=f"customer:{customer.public_id}", by=by, customer=customer.public_id)
    return code


def use_letter_codes(customer: Customer) -> None:
    """What was posted to this customer has done its work."""
    LetterCode.objects.filter(customer=customer, used_at__isnull=True).update(used_at=clock.now())


@transaction.atomic
def revoke_access(delegation: Delegation, *, by: Any) -> None:
    """End a person's right at once."""
    delegation.revoked_at = clock.now()
    delegation.save(update_fields=["revoked_at"])
    if delegation.role == Delegation.Role.OWNER:  # the number is the owner's, and he is no more
        take_identifier(delegation.user, SignInIdentifier.Kind.CUSTOMER_NUMBER, delegation.customer.number)
    note(
        "access_revoked",
        about=f"delegation:{delegation.public_id}",
        by=by,
        customer=delegation.customer.public_id,
    )


@transaction.atomic
def change_billing_period(contract: Contract, *, months: int, by: Any, why: str) -> None:
    """Set how many months a bill covers, and tell the billing system."""
    before = contract.billing_period_months
    contract.billing_period_months = months
    contract.save(update_fields=["billing_period_months"])
    about = f"contract:{contract.public_id}:{clock.now():%Y%m%d%H%M%S}"
    note(
        "billing_period_changed", about=about, by=by, customer=contract.customer.public_id, before=before, after=months
    )
    tell("billing_period", about=about, contract=contract.external_id, months=months, why=why)


class ReasonTooShort(Exception):
    """Write why you look at this customer's data, in at least 10 characters."""

    def __str__(self) -> str:
        return _("Write why you look at this customer's data, in at least 10 characters.")


@transaction.atomic
def open_visit(*, staff: Any, customer: Customer, reason: str) -> StaffVisit:
    """Let a clerk look at one customer for half an hour; a visit to the same customer that is open ends with it.

    Raises ReasonTooShort.
    """
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise ReasonTooShort
    now = clock.now()
    StaffVisit.objects.filter(staff=staff, customer=customer, closed_at__isnull=True).update(closed_at=now)
    visit = StaffVisit.objects.create(
        staff=staff, customer=customer, reason=reason, opened_at=now, ends_at=now + VISIT_LASTS
    )
    note("visit_opened", about=f"visit:{visit.public_id}", by=staff, customer=customer.public_id, reason=reason)
    return visit


@transaction.atomic
def close_visit(visit: StaffVisit, *, by: Any) -> None:
    """End a visit before its time. What is closed stays as it is."""
    if StaffVisit.objects.filter(pk=visit.pk, closed_at__isnull=True).update(closed_at=clock.now()):
        note("visit_closed", about=f"visit:{visit.public_id}", by=by, customer=visit.customer.public_id)
