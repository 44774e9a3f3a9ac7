"""How the portal fares, as Prometheus reads it. Numbers only, nothing of a person; the same from whichever process answers."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Max, QuerySet
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page

from ebok import request_times
from payments.models import Payment
from portal import clock
from portal.exchange.models import BillingDelivery
from portal.jobs import ScheduledRun
from portal.notifications.models import Delivery
from portal.outbox import queries
from portal.outbox.actions import last_position

Sample = tuple[dict[str, str], float]


def page() -> str:
    """At most a dozen statements, each by an index or over few rows."""
    return "".join((*_lines(), *request_times.told()))


def _lines() -> Iterator[str]:
    for name, kind, meaning, samples in _metrics():
        yield f"# HELP ebok_{name} {meaning}\n# TYPE ebok_{name} {kind}\n"
        for labels, value in samples:
            told = ",".join(f'{label}="{text}"' for label, text in labels.items())
            yield f"ebok_{name}{{{told}}} {value:.10g}\n" if told else f"ebok_{name} {value:.10g}\n"


def _metrics() -> Iterator[tuple[str, str, str, list[Sample]]]:
    merged = BillingDelivery.objects.filter(state=BillingDelivery.State.MERGED)
    latest = merged.order_by("source").values_list("source").annotate(Max("as_of"))
    yield (
        "imports_total",
        "counter",
        "Deliveries of the billing system, by what became of them.",
        _by(BillingDelivery.objects.filter(is_dry_run=False), "state"),
    )
    yield (
        "import_age_seconds",
        "gauge",
        "Since the moment of which the figures are.",
        [({"source": source}, _since(as_of)) for source, as_of in latest if as_of],
    )
    yield "jobs", "gauge", "Jobs in the queue, by state.", _by(DBTaskResult.objects.all(), "status")
    yield (
        "scheduled_age_seconds",
        "gauge",
        "Since a periodic job was last asked for.",
        [({"job": name}, _since(at)) for name, at in ScheduledRun.objects.values_list("name", "last_run_at")],
    )
    yield "messages", "gauge", "Letters and texts, by state.", _by(Delivery.objects.all(), "state")
    yield "payments", "gauge", "Payments, by state.", _by(Payment.objects.all(), "state")
    yield (
        "outbox_waiting",
        "gauge",
        "Facts that no reader has acknowledged.",
        [({}, last_position() - queries.fetched_until())],
    )
    yield "pages_live", "gauge", "Published pages.", [({}, Page.objects.live().count())]


def _by(rows: QuerySet, field: str) -> list[Sample]:
    found = rows.order_by(field).values_list(field).annotate(Count("pk"))
    return [({field: str(value).lower()}, count) for value, count in found]


def _since(moment: datetime) -> float:
    return max((clock.now() - moment).total_seconds(), 0)
