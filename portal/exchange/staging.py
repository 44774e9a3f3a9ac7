"""Filling the staging tables: file by file, in batches that commit by themselves and take well under a second.

With each batch its faults are kept and how far it is, so that an import that was killed goes on where it was.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal.content.folding import fold
from portal.exchange.cells import Staged as Value
from portal.exchange.columns import FileFormat, Kind
from portal.exchange.faults import Fault, FileFault, Weight
from portal.exchange.format import FILES, INVOICES_XML
from portal.exchange.manifest import Listed, Manifest
from portal.exchange.models import BillingDelivery, DeliveryFault
from portal.exchange.package import Package
from portal.exchange.papers import Papers
from portal.exchange.reader import BATCH, Batch, Reading
from portal.exchange.readers import readers
from portal.exchange.sql import analyze_staged
from portal.exchange.staged import BESIDE_COLUMNS, FirstVerdicts, Staged, Touched
from portal.exchange.table import Table
from portal.utility import identity

MOST_KEPT = 10_000  # faults of one weight; the rest are counted
PAPERS_AT_A_TIME = 500  # rows whose files are in memory together
Progress = Callable[[int, str, int], None]  # rows just read, of which file, of how many


@dataclass
class Faults:
    """The faults of one delivery: kept in the database as they are found, so that a million of them need no memory."""

    delivery: BillingDelivery
    counts: dict[str, int] = field(default_factory=dict)
    _waiting: list[Fault] = field(default_factory=list)

    def add(self, weight: Weight, file: str, line: int | None, sentence: str, customer: str = "") -> None:
        self._waiting.append(Fault(weight=weight, file=file, line=line, sentence=sentence, customer=customer))
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        keep = []
        for fault in self._waiting:
            weight = fault.weight.value
            self.counts[weight] = self.counts.get(weight, 0) + 1
            # Every row fault is kept while its customer is being found out (checks.py), every doubt until it withholds.
            if fault.weight in {Weight.ROW, Weight.DOUBT} or self.counts[weight] <= MOST_KEPT:
                keep.append(fault)
        DeliveryFault.objects.bulk_create(
            [
                DeliveryFault(
                    delivery=self.delivery,
                    weight=fault.weight.value,
                    file=fault.file[:200],
                    line=fault.line,
                    customer_key=fault.customer[:60],
                    sentence=fault.sentence,
                )
                for fault in keep
            ]
        )
        self._waiting.clear()


def empty() -> None:
    """Throw away what waits: of this import when it is done, or of a killed one before another begins."""
    names = [connection.ops.quote_name(model._meta.db_table) for model in (*Staged.models.values(), Touched)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)}")
            return
        for name in names:
            cursor.execute(f"DELETE FROM {name}")


def fill(
    package: Package,
    manifest: Manifest,
    faults: Faults,
    first: FirstVerdicts,
    *,
    keeps_files: bool,
    progress: Progress,
) -> None:
    """Stage every file that the manifest lists. Raises FileFault when one is not what the manifest says."""
    for file in FILES:
        listed = manifest.files.get(file.file_name)
        if listed is None:
            continue
        with _few_collections(), readers(listed.rows if file is INVOICES_XML else 0) as pool:
            papers = None
            if file.stage in {"invoices", "documents"}:
                papers = Papers(package, file, keeps_files, pool, identity.current().nip)
            _Filling(package, file, manifest, faults, first, papers).run(listed, progress)
    faults.flush()
    analyze_staged(*{file.stage for file in FILES if file.file_name in manifest.files})


@contextmanager
def _few_collections() -> Iterator[None]:
    """Millions of short-lived rows make no circles: looking for some after every few hundred takes most of the time."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


class _Filling:
    """One file on its way into its stage."""

    def __init__(
        self,
        package: Package,
        file: FileFormat,
        manifest: Manifest,
        faults: Faults,
        first: FirstVerdicts,
        papers: Papers | None,
    ) -> None:
        self.package, self.file, self.faults, self.papers = package, file, faults, papers
        self.dialect = manifest.dialect
        self.name = manifest.name_of(file)
        self.delivery = faults.delivery
        self.key = [file.column(name) for name in file.key]
        self.owner = file.column(file.owner).field if file.owner in {"id", "customer"} else ""
        beside = BESIDE_COLUMNS.get(file.stage, {})
        varying = ["line", "row_key", *(["customer_key"] if self.owner else []), *(c.field for c in file.columns)]
        if file is INVOICES_XML:
            varying += ["kind", "number", "issued_on", "period_from", "period_to", "due_on", "net", "vat", "gross"]
            varying += ["to_pay", "currency", "seller_account", "corrects_number"]
        self.columns = varying + [name for name in beside if name not in varying]
        self.nullable = {name for name in self.columns if Staged.of(file.stage)._meta.get_field(name).null}
        broken = frozenset(column.field for column in file.columns if column.kind is Kind.LONG_TEXT)
        verdict = first[file.stage].value
        self.table = Table(Staged.of(file.stage), self.columns, broken=broken, file=self.name, verdict=verdict)

    def run(self, listed: Listed, progress: Progress) -> None:
        before = self.delivery.rows_read.get(self.file.file_name, 0)
        size = PAPERS_AT_A_TIME if self.file is INVOICES_XML else BATCH
        if before:
            progress(before, self.name, listed.rows)
        with closing(self.package.open(self.name)) as stream:
            reading = Reading(self.file, stream, self.name, self.dialect)
            for batch in reading.batches(size, skip=before):
                with transaction.atomic():
                    if reading.rows == len(batch):
                        self._tell_unknown(reading)
                    self.table.insert(self._staged(batch))
                    self.faults.flush()
                    self.delivery.rows_read[self.file.file_name] = reading.rows
                    self.delivery.fault_counts = self.faults.counts
                    self.delivery.save(update_fields=["rows_read", "fault_counts"])
                progress(len(batch), self.name, listed.rows)
        if not reading.rows:
            self._tell_unknown(reading)
        self._compare(reading, listed)

    def _tell_unknown(self, reading: Reading) -> None:
        for column in reading.unknown:
            sentence = _("The column %(column)s is unknown and is not read.") % {"column": column or "–"}
            self.faults.add(Weight.WARNING, self.name, 1, sentence)

    def _compare(self, reading: Reading, listed: Listed) -> None:
        if reading.rows != listed.rows:
            sentence = _(
                "The manifest promises %(promised)d rows, the file has %(found)d. Send both as they were written together."
            )
            raise FileFault(self.name, sentence % {"promised": listed.rows, "found": reading.rows})
        if listed.sha256 and listed.sha256 != reading.digest:
            raise FileFault(
                self.name,
                _(
                    "The file is not the one whose SHA-256 stands in the manifest. Send both as they were written together."
                ),
            )

    def _staged(self, batch: Batch) -> list[list[Value]]:
        columns: dict[str, list[Value]] = batch.columns
        told = self.papers.open(batch) if self.papers else {}
        if self.file.stage == "customers":
            columns["name_folded"] = [fold(name or "")[:220] for name in columns["name"]]
        nobody: list[Value] = [""] * len(batch)
        customers = columns[self.owner] if self.owner else nobody
        for weight, found in (*told.items(), (Weight.ROW, _each(batch.faults))):
            for place, sentence in found:
                self.faults.add(weight, self.name, batch.lines[place], sentence, customers[place] or "")
        columns["line"] = list(map(str, batch.lines))
        columns["row_key"] = self._row_keys(columns)
        columns["customer_key"] = customers
        return [columns.get(name) or [None if name in self.nullable else ""] * len(batch) for name in self.columns]

    def _row_keys(self, columns: dict[str, list[Value]]) -> list[Value]:
        if len(self.key) == 1:
            return columns[self.key[0].field]
        parts = [
            ["True" if value == "1" else "False" for value in columns[column.field]]
            if column.kind is Kind.FLAG
            else [str(value) for value in columns[column.field]]
            for column in self.key
        ]
        return ["|".join(key)[:250] for key in zip(*parts, strict=True)]


def _each(faults: dict[int, list[str]]) -> list[tuple[int, str]]:
    return [(place, sentence) for place in sorted(faults) for sentence in faults[place]]
