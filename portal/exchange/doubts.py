"""Whose figures are withheld after an import, and until when: for a doubt until a clerk has looked, for a fault until it is mended."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.billing import bookkeeping
from portal.customers.models import Customer
from portal.desk.actions import close_about, open_task
from portal.desk.models import Task
from portal.exchange.faults import place
from portal.exchange.leaving_out import MOST_SENTENCES
from portal.exchange.manifest import Manifest
from portal.exchange.models import BillingDelivery, DeliveryFault, LeftOut

TASK = "import_doubt"


def settle(delivery: BillingDelivery, manifest: Manifest) -> None:
    """Withhold and release by what this delivery said. Part of the merge.

    What a clerk has looked at and found right is not asked again while the delivery says the same.
    """
    customers = Customer.objects.filter(source=manifest.source)
    _left_out(manifest)
    doubted = _doubted(delivery)
    known = customers.filter(external_id__in=doubted).in_bulk(field_name="pk")
    open_ones = set()
    for customer in known.values():
        body = "\n".join(doubted[customer.external_id][:MOST_SENTENCES])
        if _is_accepted(customer, body):
            continue
        open_ones.add(customer.pk)
        open_task(
            TASK,
            about=_about(customer.public_id),
            title=_("Doubtful data: customer %(number)s. The figures are withheld.") % {"number": customer.number},
            body=body,
            customer=customer.public_id,
        )
    bookkeeping.withhold(customers.filter(pk__in=open_ones), bookkeeping.DOUBT)
    if manifest.is_full:  # it says everything, so what it does not say any more is mended
        _mended(customers.exclude(pk__in=open_ones).filter(account__question=bookkeeping.DOUBT))


def _left_out(manifest: Manifest) -> None:
    keys = LeftOut.objects.filter(source=manifest.source).values("customer_key")
    customers = Customer.objects.filter(source=manifest.source)
    bookkeeping.release(customers.exclude(external_id__in=keys), bookkeeping.LEFT_OUT)
    bookkeeping.withhold(customers.filter(external_id__in=keys), bookkeeping.LEFT_OUT)


def _doubted(delivery: BillingDelivery) -> dict[str, list[str]]:
    """The sentences by customer; without lines, which move from delivery to delivery."""
    found = DeliveryFault.objects.filter(delivery=delivery, weight=DeliveryFault.Weight.DOUBT).exclude(customer_key="")
    doubted: dict[str, list[str]] = {}
    for fault in found.order_by("customer_key", "file", "sentence").iterator():
        doubted.setdefault(fault.customer_key, []).append(f"{place(fault.file, None)}: {fault.sentence}")
    return doubted


def _is_accepted(customer: Customer, body: str) -> bool:
    done = Task.objects.filter(kind=TASK, about=_about(customer.public_id), state=Task.State.DONE, body=body)
    return done.exclude(done_by=None).exists()


def _mended(customers: QuerySet[Customer]) -> None:
    ids = list(customers.values_list("pk", flat=True))
    for customer in Customer.objects.filter(pk__in=ids).iterator():
        close_about(TASK, _about(customer.public_id), outcome=_("The billing system has mended it."))
    bookkeeping.release(Customer.objects.filter(pk__in=ids), bookkeeping.DOUBT)


def looked_at(task_id: int) -> None:
    """A job: a clerk has looked and found the figures right, so they are shown again."""
    task = Task.objects.filter(pk=task_id, kind=TASK, state=Task.State.DONE).first()
    if task is None or task.customer is None:
        return
    if not Task.objects.filter(kind=TASK, about=task.about, state=Task.State.OPEN).exists():
        bookkeeping.release(Customer.objects.filter(public_id=task.customer), bookkeeping.DOUBT)


def _about(customer: UUID) -> str:
    return f"customer:{customer}"
