"""The next delivery of a demo's billing system: what was paid online and read stands booked, changed data stand changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from portal import clock
from portal.billing.models import LedgerEntry
from portal.cases.changes import FACT as DATA_CHANGE
from portal.cases.models import DataChange
from portal.customers.models import Customer
from portal.exchange.models import BillingDelivery
from portal.exchange.writer import DeliveryWriter
from portal.metering.models import Submission
from portal.outbox.models import OutboxFact

ONE_DAY = timedelta(days=1)


class NothingYet(Exception):
    """There is no demo data that a next day could follow; run demo_data first."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def moment() -> datetime:
    """A day after the last delivery, but not in the future if that can be helped. Raises NothingYet."""
    merged = BillingDelivery.objects.filter(state=BillingDelivery.State.MERGED).order_by("-as_of").first()
    if merged is None or merged.as_of is None:
        raise NothingYet
    return min(merged.as_of + ONE_DAY, max(clock.now(), merged.as_of + timedelta(minutes=1))).replace(
        second=0, microsecond=0
    )


def write_delivery(folder: Path, as_of: datetime) -> int:
    """Write what changed; returns how many payments are booked by it."""
    paid = list(unbooked())
    with DeliveryWriter(folder, as_of=as_of, kind="changes") as files:
        files.open("readings", "customers", "ledger", "entry_shares", "allocations")
        files.rows("readings", _readings())
        by_customer: dict[str, list[OutboxFact]] = defaultdict(list)
        for fact in paid:
            by_customer[fact.values["customer"]].append(fact)
        changed = _changed_data()
        told_of = {*by_customer, *changed}
        for customer in Customer.objects.filter(external_id__in=told_of).order_by("external_id"):
            received = _book(files, customer, by_customer[customer.external_id], as_of)
            row = _as_it_is(customer) | changed.get(customer.external_id, {})
            files.row("customers", **row, stated_balance=customer.account.balance - received)
    return len(paid)


def unbooked() -> Iterator[OutboxFact]:
    """Payments that the outbox tells of and the ledger does not know."""
    for fact in OutboxFact.objects.filter(kind="payment").order_by("happened_at", "pk"):
        if not LedgerEntry.objects.filter(reference=fact.values["reference"], is_current=True).exists():
            yield fact


def _changed_data() -> dict[str, dict[str, str]]:
    """New values by customer, of changes that two clerks have sent on."""
    sent = DataChange.objects.filter(state=DataChange.State.SENT).values_list("case__public_id", flat=True)
    keys = {f"data_change:{public_id}" for public_id in sent}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for fact in OutboxFact.objects.filter(kind=DATA_CHANGE).order_by("happened_at", "pk"):
        if fact.about in keys:
            found[fact.values["customer"]] |= fact.values["new"]
    return found


def _readings() -> Iterator[dict[str, Any]]:
    """Readings that the outbox tells of and the billing system has not booked."""
    waiting = Submission.objects.filter(booked_as="").values_list("reading__public_id", flat=True)
    keys = {f"reading:{public_id}" for public_id in waiting}
    for fact in OutboxFact.objects.filter(kind="reading").order_by("happened_at", "pk"):
        if fact.about in keys:
            told = fact.values
            row = {"id": f"O-{fact.key}", "meter": told["meter"], "value": Decimal(told["value"])}
            yield row | {"read_on": date.fromisoformat(told["read_on"]), "source": "customer"}


def _book(files: DeliveryWriter, customer: Customer, facts: list[OutboxFact], as_of: datetime) -> Decimal:
    """Write a customer's payments, and what of which charges they settle; returns how much was received."""
    lowered: dict[str, Decimal] = defaultdict(Decimal)
    received = Decimal(0)
    for fact in facts:
        amount = Decimal(fact.values["amount"])
        received += amount
        key = f"L-{fact.values['reference']}"[:60]
        _write_payment(files, customer, fact, key, amount, as_of)
        for item in fact.values["items"]:
            if item["entry"]:
                lowered[item["entry"]] += Decimal(item["amount"])
                files.row("allocations", payment=key, charge=item["entry"], amount=Decimal(item["amount"]))
    charges = customer.entries.filter(is_current=True, external_id__in=lowered).select_related(
        "open_item", "invoice", "document"
    )
    for entry in charges.order_by("external_id"):
        _write_charge(files, customer, entry, lowered[entry.external_id])
    return received


def _write_payment(
    files: DeliveryWriter, customer: Customer, fact: OutboxFact, key: str, amount: Decimal, as_of: datetime
) -> None:
    files.row(
        "ledger",
        id=key,
        customer=customer.external_id,
        kind="payment",
        booked_on=as_of.astimezone(clock.WARSAW).date(),
        amount=-amount,
        reference=fact.values["reference"],
        channel=fact.values.get("channel") or "online",
    )


def _write_charge(files: DeliveryWriter, customer: Customer, entry: LedgerEntry, paid: Decimal) -> None:
    """The charge as it was, and less of it open."""
    files.row(
        "ledger",
        id=entry.external_id,
        customer=customer.external_id,
        kind=entry.kind,
        charge_kind=entry.charge_kind,
        booked_on=entry.booked_on,
        amount=entry.amount,
        due_on=entry.due_on,
        document_number=entry.document_number,
        invoice=entry.invoice.external_id if entry.invoice else "",
        document=entry.document.external_id if entry.document else "",
        reference=entry.reference,
        channel=entry.channel,
        open_amount=max(Decimal(0), entry.open_item.open_amount - paid),
    )
    files.rows("entry_shares", _shares(entry))


def _shares(entry: LedgerEntry) -> Iterable[dict[str, Any]]:
    for share in entry.shares.select_related("contract", "point").order_by("pk"):
        yield {
            "entry": entry.external_id,
            "contract": share.contract.external_id if share.contract else "",
            "service": share.service,
            "point": share.point.external_id if share.point else "",
            "amount": share.amount,
        }


def _as_it_is(customer: Customer) -> dict[str, Any]:
    fields = (
        "number", "kind", "name", "first_name", "nip", "street", "postcode", "city", "email", "phone", "virtual_account",
        "is_closed",
    )  # fmt: skip
    return {"id": customer.external_id, **{name: getattr(customer, name) for name in fields}}
