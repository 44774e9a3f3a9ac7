"""How long applications are kept, and what of them a person may take along."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from forms.registration.models import Application
from portal import clock
from portal.retention.registry import Ending, Own, Row, end_in_time, keep


def state() -> None:
    keep(
        "registration.Application",
        "the ground of an account without end; what came to nothing “applications_months”",
        download=Own("applications", _applications),
    )
    end_in_time(
        Ending(
            "applications",
            _("applications that came to nothing"),
            "applications_months",
            _old,
            _delete,
            customer="proven_customer__public_id",
            user="user",
        )
    )


def _old(before: date) -> QuerySet[Any]:
    over = [Application.State.REFUSED, Application.State.EXPIRED]
    decided = Q(decided_at__isnull=False, decided_at__lt=clock.at(before)) | Q(decided_at__isnull=True)
    return Application.objects.filter(decided, state__in=over, created_at__lt=clock.at(before))


def _delete(rows: list[Any]) -> None:
    Application.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _applications(user: Any) -> Iterator[Row]:
    for application in Application.objects.filter(user=user).order_by("pk"):
        yield {
            "sent_at": application.created_at,
            "email": application.email,
            "phone": application.phone,
            "state": application.state,
            "invoice_number": application.invoice_number,
            "given": application.given,
            "asks_for_e_invoices": application.wants_e_invoice,
            "decision": application.decision,
            "question": application.question,
            "answer": application.answer,
        }
