"""What changes between people and customers."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from portal import clock
from portal.customers.models import Contract, Customer, Delegation
from portal.journal.actions import note
from portal.outbox.actions import tell


class HasOwner(Exception):  # noqa: N818 - the name is the refusal
    """This customer has an owner in the portal already."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@transaction.atomic
def grant_access(  # noqa: PLR0913 - a grant has that many facts, all named
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
    """Let a person act for a customer. `points` limits it to some points. Raises HasOwner; never takes over."""
    held = Delegation.objects.filter(user=user, customer=customer, revoked_at__isnull=True).first()
    if held is not None and held.role == role:
        return held
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
    note("billing_period_changed", about=about, by=by, customer=contract.customer.public_id, before=before, after=months)
    tell("billing_period", about=about, contract=contract.external_id, months=months, why=why)
