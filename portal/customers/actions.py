"""What changes between people and customers."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.accounts.actions import take_identifier
from portal.accounts.models import SignInIdentifier
from portal.accounts.rules import SignInRules
from portal.customers.models import Contract, Customer, Delegation, StaffVisit
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

    Raises HasOwner, and OwnsAnother where the rules let an e-mail own one customer only.
    """
    held = Delegation.objects.filter(user=user, customer=customer, revoked_at__isnull=True).first()
    if held is not None and held.role == role:
        return held
    if role == Delegation.Role.OWNER and rules(SignInRules).customers_per_email == "one" and owns_one(user):
        raise OwnsAnother
    try:
        with transaction.atomic():
            delegation = Delegation.objects.create(
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
    except IntegrityError:
        raise HasOwner from None
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
    return delegation


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
