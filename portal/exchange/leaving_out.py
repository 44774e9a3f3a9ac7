"""Whose rows of a delivery are left out, and when that is too many for the whole of it.

A customer with a row fault keeps his last good state. In a delivery of changes he stays behind until the rows that were
left out have come again; a full delivery brings everybody up to date.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from portal.billing.rules import BillingRules
from portal.customers.models import Customer
from portal.desk.actions import close_about, open_task
from portal.desk.models import Task
from portal.exchange import owners, sql
from portal.exchange.faults import Weight, place
from portal.exchange.format import FILES
from portal.exchange.manifest import Manifest
from portal.exchange.models import BillingDelivery, DeliveryFault, LeftOut
from portal.exchange.reader import BATCH
from portal.exchange.staged import Staged, Verdict
from portal.exchange.staging import Faults
from portal.utility.rulebook import rules

STAGES = tuple(dict.fromkeys(file.stage for file in FILES))
TASK = "import_fault"
MOST_SENTENCES = 20
OWNED = tuple(dict.fromkeys(file.stage for file in FILES if file.owner))


@dataclass(frozen=True)
class Share:
    """How many of a delivery's customers are faulty."""

    faulty: int
    customers: int

    @property
    def is_too_large(self) -> bool:
        return self.faulty * 100 > rules(BillingRules).disputed_share_percent * self.customers

    def __str__(self) -> str:
        return _("%(faulty)d of %(customers)d customers have faulty rows.") % {
            "faulty": self.faulty,
            "customers": self.customers,
        }


def leave_out(delivery: BillingDelivery, manifest: Manifest, faults: Faults) -> Share:
    """Mark the rows of faulty customers, and rows that nobody can be found for, to be left out."""
    row_faults = DeliveryFault.objects.filter(delivery=delivery, weight=DeliveryFault.Weight.ROW)
    are_behind = not manifest.is_full and LeftOut.objects.filter(source=manifest.source).exists()
    if row_faults.exists() or are_behind:
        owners.find_all(manifest)
    _attribute(delivery, manifest)
    share = _leave_out_faulty(row_faults, delivery, manifest) if row_faults.exists() else Share(0, 0)
    if are_behind:
        _keep_behind(manifest, faults)
    return share


def _leave_out_faulty(row_faults: QuerySet[DeliveryFault], delivery: BillingDelivery, manifest: Manifest) -> Share:
    nobodys = row_faults.filter(customer_key="").values("file", "line").distinct().count()
    faulty = row_faults.exclude(customer_key="").values("customer_key")
    share = Share(faulty.distinct().count() + nobodys, _customers(manifest) + nobodys)
    for stage in OWNED:
        Staged.of(stage).objects.filter(customer_key__in=faulty).update(verdict=Verdict.OUT)
        Staged.of(stage).objects.filter(customer_key="").update(verdict=Verdict.OUT)
    for stage in set(STAGES) - set(OWNED):
        for some in _lines(delivery, manifest, stage):
            Staged.of(stage).objects.filter(line__in=some).update(verdict=Verdict.OUT)
    return share


def _attribute(delivery: BillingDelivery, manifest: Manifest) -> None:
    """Give faults that name no customer that of the row they are about, now that the rows know theirs."""
    for file in FILES:
        name = manifest.name_of(file)
        unknown = DeliveryFault.objects.filter(delivery=delivery, file=name, customer_key="", line__isnull=False)
        ids = list(unknown.values_list("pk", "line"))
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            staged = Staged.of(file.stage).objects.filter(file=name, line__in=[line for _pk, line in some])
            owners = dict(staged.exclude(customer_key="").values_list("line", "customer_key"))
            DeliveryFault.objects.bulk_update(
                [DeliveryFault(pk=pk, customer_key=owners[line]) for pk, line in some if line in owners],
                ["customer_key"],
            )


def _customers(manifest: Manifest) -> int:
    here = {file.stage for file in FILES if file.file_name in manifest.files}
    each = [f"SELECT DISTINCT customer_key FROM {sql.stage(stage)}" for stage in OWNED if stage in here]
    if not each:
        return 0
    return int(sql.one(f"SELECT count(*) FROM ({' UNION '.join(each)}) c WHERE customer_key <> ''", {}))


def _lines(delivery: BillingDelivery, manifest: Manifest, stage: str) -> list[list[int]]:
    names = [manifest.name_of(file) for file in FILES if file.stage == stage]
    rows = DeliveryFault.objects.filter(delivery=delivery, weight=DeliveryFault.Weight.ROW, file__in=names)
    lines = [line for line in rows.values_list("line", flat=True) if line is not None]
    return [lines[start : start + BATCH] for start in range(0, len(lines), BATCH)]


def _keep_behind(manifest: Manifest, faults: Faults) -> None:
    """Customers some of whose left-out rows have still not come."""
    behind: set[str] = set()
    for stage in OWNED:
        waiting = LeftOut.objects.filter(source=manifest.source, stage=stage)
        here = Staged.of(stage).objects.filter(row_key=OuterRef("row_key"), customer_key=OuterRef("customer_key"))
        behind |= set(waiting.exclude(Exists(here.exclude(verdict=Verdict.OUT))).values_list("customer_key", flat=True))
    for customer in sorted(behind):
        is_here = False
        for stage in OWNED:
            rows = Staged.of(stage).objects.filter(customer_key=customer).exclude(verdict=Verdict.OUT)
            is_here = bool(rows.update(verdict=Verdict.OUT)) or is_here
        if is_here:
            sentence = _(
                "Rows of this customer that were left out earlier have not come again; send them, or a full delivery."
            )
            faults.add(Weight.WARNING, "customers.csv", None, sentence, customer)
    faults.flush()


def remember(manifest: Manifest) -> None:
    """Note what was left out, and forget what has come since. Part of the merge."""
    if manifest.is_full:
        LeftOut.objects.filter(source=manifest.source).delete()
    are_behind = LeftOut.objects.filter(source=manifest.source).exists()
    for stage in OWNED:
        staged = Staged.of(stage).objects
        if are_behind:
            came = staged.filter(row_key=OuterRef("row_key"), customer_key=OuterRef("customer_key")).exclude(
                verdict=Verdict.OUT
            )
            LeftOut.objects.filter(Exists(came), source=manifest.source, stage=stage).delete()
        out = staged.filter(verdict=Verdict.OUT).exclude(customer_key="").values_list("customer_key", "row_key")
        LeftOut.objects.bulk_create(
            [
                LeftOut(source=manifest.source, customer_key=customer, stage=stage, row_key=row)
                for customer, row in out.iterator()
            ],
            batch_size=BATCH,
            ignore_conflicts=True,
        )


def tell_the_desk(delivery: BillingDelivery, manifest: Manifest) -> None:
    """A task for each customer who was left out, closed by the delivery that takes him over. Part of the merge."""
    faults = DeliveryFault.objects.filter(delivery=delivery, weight=DeliveryFault.Weight.ROW).order_by(
        "customer_key", "pk"
    )
    sentences: dict[str, list[str]] = {}
    for fault in faults.iterator():
        sentences.setdefault(fault.customer_key, []).append(f"{place(fault.file, fault.line)}: {fault.sentence}")
    known = dict(
        Customer.objects.filter(source=manifest.source, external_id__in=sentences).values_list(
            "external_id", "public_id"
        )
    )
    for customer, found in sentences.items():
        open_task(
            TASK,
            about=f"customer:{manifest.source}:{customer or delivery.name}"[:80],
            title=_("Left out of the import: customer %(customer)s") % {"customer": customer}
            if customer
            else _("Left out of the import: rows of nobody"),
            body="\n".join(found[:MOST_SENTENCES]),
            customer=known.get(customer),
        )
    behind = set(LeftOut.objects.filter(source=manifest.source).values_list("customer_key", flat=True).distinct())
    prefix = f"customer:{manifest.source}:"
    for about in Task.objects.filter(kind=TASK, state=Task.State.OPEN, about__startswith=prefix).values_list(
        "about", flat=True
    ):
        customer = about.removeprefix(prefix)
        if customer not in behind and customer not in sentences:
            close_about(TASK, about, outcome=_("Taken over by a later import."))
