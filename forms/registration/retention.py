"""How long applications are kept, and what of them a person may take along."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from forms.registration.models import Application
from portal import clock
from portal.retention.files import forget_file, reader_of
from portal.retention.registry import Ending, Own, OwnFile, Row, end_in_time, keep


def state() -> None:
    keep(
        "registration.Application",
        "the ground of an account without end; what came to nothing “applications_months”",
        download=Own("applications", _applications, _scans),
    )
    end_in_time(
        Ending(
            "form_a_scans",
            _("scans of signed forms"),
            "form_a_scans_months",
            _old_scans,
            _forget_scans,
            customer="customer__public_id",
            user="user",
        )
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


def _old_scans(before: date) -> QuerySet[Any]:
    """After the decision; where none came, after the application was sent."""
    moment = clock.at(before)
    over = Q(decided_at__lt=moment) | Q(decided_at__isnull=True, created_at__lt=moment)
    return Application.objects.filter(over).exclude(form_scan="")


def _forget_scans(rows: list[Any]) -> None:
    for application in rows:
        forget_file(application.form_scan)
        application.save(update_fields=["form_scan"])


def _scans(user: Any) -> Iterator[OwnFile]:
    for application in Application.objects.filter(user=user).exclude(form_scan="").order_by("pk"):
        name = str(application.form_scan.name).rpartition("/")[2]
        yield OwnFile(name, reader_of(application.form_scan))


def _old(before: date) -> QuerySet[Any]:
    over = [Application.State.REFUSED, Application.State.EXPIRED]
    decided = Q(decided_at__isnull=False, decided_at__lt=clock.at(before)) | Q(decided_at__isnull=True)
    return Application.objects.filter(decided, state__in=over, created_at__lt=clock.at(before))


def _delete(rows: list[Any]) -> None:
    for row in rows:
        forget_file(row.form_scan)
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
