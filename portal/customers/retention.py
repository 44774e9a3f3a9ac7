"""How long what belongs to customers is kept, and what of it its owner may take along."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.customers import access
from portal.customers.models import (
    Contract,
    Customer,
    Deed,
    Delegation,
    Invitation,
    LetterCode,
    ServicePoint,
    StaffVisit,
)
from portal.retention.registry import Ending, Own, Row, end_in_time, keep

BILLING_OWNS = "as long as the billing system keeps it"


def state() -> None:
    keep("customers.Customer", BILLING_OWNS, download=Own("customers", _customers))
    keep("customers.Contract", BILLING_OWNS, download=Own("contracts", _contracts))
    keep("customers.ServicePoint", BILLING_OWNS, download=Own("points", _points))
    keep("customers.Delegation", "without end: who could do what and why", download=Own("rights", _rights))
    keep("customers.Invitation", "“invitations_months” after its end", download=Own("invitations", _invitations))
    end_in_time(
        Ending(
            "invitations",
            _("invitations that came to nothing"),
            "invitations_months",
            _old_invitations,
            _delete_invitations,
            customer="customer__public_id",
        )
    )
    keep("customers.StaffVisit", "“access_log_months”", download=Own("visits", _visits))
    keep(
        "customers.LetterCode", "“applications_months” after its end", download="a digest that says nothing to anybody"
    )
    end_in_time(
        Ending(
            "letter_codes",
            _("codes of letters"),
            "applications_months",
            _old_codes,
            _delete_codes,
            customer="customer__public_id",
        )
    )
    end_in_time(
        Ending(
            "visits",
            _("visits of clerks"),
            "access_log_months",
            _old_visits,
            _delete_visits,
            customer="customer__public_id",
        )
    )


def _old_visits(before: date) -> QuerySet[Any]:
    return StaffVisit.objects.filter(ends_at__lt=clock.at(before))


def _old_codes(before: date) -> QuerySet[Any]:
    return LetterCode.objects.filter(expires_at__lt=clock.at(before))


def _delete_codes(rows: list[Any]) -> None:
    LetterCode.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _delete_visits(rows: list[Any]) -> None:
    StaffVisit.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _customers(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        for row in access.visible(Customer.objects.all(), viewer, Deed.SEE_CONTRACT):
            yield {
                "number": row.number,
                "name": row.name,
                "nip": row.nip,
                "address": row.address,
                "email": row.email,
                "phone": row.phone,
                "account": row.virtual_account,
            }


def _contracts(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        for row in access.visible(Contract.objects.order_by("pk"), viewer, Deed.SEE_CONTRACT):
            yield {
                "number": row.number,
                "signed_on": row.signed_on,
                "starts_on": row.starts_on,
                "ends_on": row.ends_on,
                "services": list(row.services),
                "tariff_group": row.tariff_group,
                "billing_period_months": row.billing_period_months,
                "delivery": row.e_invoice,
                "text": row.text,
            }


def _points(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        for row in access.visible(ServicePoint.objects.order_by("pk"), viewer, Deed.SEE_CONTRACT):
            yield {"address": str(row), "is_closed": row.is_closed}


def _rights(user: Any) -> Iterator[Row]:
    held = Delegation.objects.filter(user=user).select_related("customer").order_by("pk")
    for right in held:
        yield {
            "customer": right.customer.number,
            "role": right.role,
            "is_whole_customer": right.is_whole_customer,
            "deeds": right.deeds,
            "since": right.starts_at,
            "until": right.ends_at,
            "revoked_at": right.revoked_at,
            "ground": right.ground,
        }


def _visits(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        if viewer.customer is not None:
            for visit in StaffVisit.objects.filter(customer=viewer.customer.pk).order_by("pk"):
                yield {"from": visit.opened_at, "until": visit.closed_at or visit.ends_at, "reason": visit.reason}


def _old_invitations(before: date) -> QuerySet[Any]:
    """Not accepted in time, or taken back; an accepted one is the ground of a right."""
    return Invitation.objects.filter(delegation__isnull=True, expires_at__lt=clock.at(before))


def _delete_invitations(rows: list[Any]) -> None:
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _invitations(user: Any) -> Iterator[Row]:
    for made in Invitation.objects.filter(invited_by=user).select_related("customer").order_by("pk"):
        yield {
            "customer": made.customer.number,
            "email": made.email,
            "deeds": made.deeds,
            "until": made.until,
            "invited_at": made.invited_at,
            "accepted_at": made.accepted_at,
        }
