"""How long the list of the old portal's accounts is kept."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from forms.moving.models import OldAccount
from portal import clock
from portal.retention.registry import Ending, Own, Row, end_in_time, keep


def state() -> None:
    keep("moving.OldAccount", "“old_accounts_months”", download=Own("old_accounts", _own))
    end_in_time(
        Ending(
            "old_accounts",
            _("accounts of the old portal"),
            "old_accounts_months",
            _old,
            _delete,
            customer="customer__public_id",
        )
    )


def _old(before: date) -> QuerySet[Any]:
    return OldAccount.objects.filter(imported_at__lt=clock.at(before))


def _delete(rows: list[Any]) -> None:
    OldAccount.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _own(user: Any) -> Iterator[Row]:
    for old in OldAccount.objects.filter(application__user=user).order_by("pk"):
        yield {"login": old.login, "email": old.email, "customer_number": old.customer_number, "moved_at": old.moved_at}
