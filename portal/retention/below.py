"""What is stated of the rooms that lie below this one, and of the libraries' own rows."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus

from portal import clock
from portal.journal.models import AuditLine
from portal.outbox.models import OutboxFact
from portal.outbox.queries import fetched_until
from portal.retention.registry import Ending, Own, Row, end_in_time, keep

# Lines that say who came in and who looked; every other line tells of a deed and stays.
ACCESS_DEEDS = ("signed_in", "terms_put_off", "password_reset_asked", "visit_opened", "visit_closed")

_OFFICE = "nothing of a person: it belongs to the office"
_CONTENT = "what editors publish"
_WITHOUT_END = "without end"


def state() -> None:
    keep(
        "journal.AuditLine",
        "without end; who signed in and who looked: “access_log_months”",
        download=Own("log", _own_lines),
    )
    keep("desk.Task", _WITHOUT_END, download="the office's own notes; what became of them is told by letters")
    keep(
        "outbox.OutboxFact",
        "the contents “outbox_months” after the billing system has fetched them",
        download="a copy of what the person sees in the portal, on its way to the billing system",
    )
    for model in ("utility.*", "portal.*", "retention.PurgeRun"):
        keep(model, _WITHOUT_END, download=_OFFICE)
    keep("retention.LegalHold", _WITHOUT_END, download="a hold is told by the office, not by the portal")
    keep("outbox.*", _WITHOUT_END, download=_OFFICE)
    for app in (
        "home",
        "contact",
        "downloads",
        "faq",
        "instructions",
        "notices",
        "regulations",
        "search",
        "ebok_forms",
    ):
        keep(f"{app}.*", "as long as editors keep them", download=_CONTENT)
    for app in ("wagtailcore", "wagtailadmin", "wagtailimages", "wagtaildocs", "wagtailsearch", "wagtailembeds"):
        keep(f"{app}.*", "as long as editors keep them", download=_CONTENT)
    for app in ("wagtailredirects", "wagtailusers", "simple_translation", "taggit", "contenttypes", "auth"):
        keep(f"{app}.*", "as long as editors keep them", download=_CONTENT)
    keep("wagtailforms.*", "nothing is written there", download="nothing is written there")
    keep("account.*", "nothing is written there", download="nothing is written there")
    keep("sessions.*", "until it ends", download="a key that opens the account is never written out")
    keep("django_tasks_database.*", "a month after the work is done", download=_OFFICE)
    end_in_time(
        Ending("access_log", _("who signed in and who looked"), "access_log_months", _old_lines, _delete, user="user")
    )
    end_in_time(
        Ending("outbox", _("contents of facts for the billing system"), "outbox_months", _old_facts, _empty_facts)
    )


def _old_lines(before: date) -> QuerySet[Any]:
    return AuditLine.objects.filter(deed__in=ACCESS_DEEDS, at__lt=clock.at(before))


def _delete(rows: list[Any]) -> None:
    type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows]).delete()


def _old_facts(before: date) -> QuerySet[Any]:
    return OutboxFact.objects.filter(position__lte=fetched_until(), happened_at__lt=clock.at(before)).exclude(values={})


def _empty_facts(rows: list[Any]) -> None:
    """The row stays: it is why the same fact is not told twice."""
    OutboxFact.objects.filter(pk__in=[row.pk for row in rows]).update(values={})


def _own_lines(user: Any) -> Iterator[Row]:
    for line in AuditLine.objects.filter(user=user).order_by("pk").iterator():
        yield {"at": line.at, "deed": line.deed, "about": line.about, "facts": line.facts}


def clear_away() -> None:
    """What libraries leave lying: sessions that have ended, records of work that is done."""
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - models need the registry
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 - as above

    Session.objects.filter(expire_date__lt=clock.true_now()).delete()
    month_ago = clock.true_now() - timedelta(days=31)
    DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=month_ago).delete()
