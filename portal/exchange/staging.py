"""Filling the staging tables: file by file, in batches that commit by themselves and take well under a second."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from portal.billing.policies import fold_number
from portal.content.folding import fold
from portal.exchange import invoices, originals, receipts
from portal.exchange.columns import FileFormat
from portal.exchange.faults import Fault, FileFault, Weight
from portal.exchange.format import FILES, INVOICES_XML
from portal.exchange.manifest import Listed, Manifest
from portal.exchange.models import BillingDelivery, DeliveryFault
from portal.exchange.package import Package, read
from portal.exchange.reader import Reading, Row
from portal.exchange.staged import Staged, Touched
from portal.moneyfield import GroszeField

BATCH = 1_000
MOST_KEPT = 10_000  # faults of one weight; the rest are counted
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
            # Every row fault is kept while its customer is being found out; see checks.py.
            if fault.weight is Weight.ROW or self.counts[weight] <= MOST_KEPT:
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
    """Throw away what waits: of this import when it is done, or of a killed one before the next begins."""
    for model in (*Staged.models.values(), Touched):
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table}" if connection.vendor == "postgresql" else f"DELETE FROM {table}")


def fill(package: Package, manifest: Manifest, faults: Faults, *, keeps_files: bool, progress: Progress) -> None:
    """Stage every file that the manifest lists. Raises FileFault when one is not what the manifest says."""
    for file in FILES:
        listed = manifest.files.get(file.file_name)
        if listed is not None:
            _Filling(package, file, faults, keeps_files=keeps_files).run(listed, progress)
    faults.flush()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in Staged.models.values():
                cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


class _Filling:
    """One file on its way into its stage."""

    def __init__(self, package: Package, file: FileFormat, faults: Faults, *, keeps_files: bool) -> None:
        self.package, self.file, self.faults, self.keeps_files = package, file, faults, keeps_files
        self.name = file.file_name
        self.table = _Table(Staged.of(file.stage))
        self.key = [file.column(name).field for name in file.key]
        self.owner = file.column(file.owner).field if file.owner in {"id", "customer"} else ""
        self.opens_papers = file.stage in {"invoices", "documents"}

    def run(self, listed: Listed, progress: Progress) -> None:
        with closing(self.package.open(self.name)) as stream:
            reading = Reading(self.file, stream, self.name)
            rows = (self._staged(row) for row in reading)
            while some := list(islice(rows, BATCH)):
                self.table.insert(some)
                progress(len(some), self.name, listed.rows)
        self._compare(reading, listed)
        for column in reading.unknown:
            sentence = _("The column %(column)s is unknown and is not read.") % {"column": column or "–"}
            self.faults.add(Weight.WARNING, self.name, 1, sentence)

    def _compare(self, reading: Reading, listed: Listed) -> None:
        if reading.rows != listed.rows:
            sentence = _("The manifest promises %(promised)d rows, the file has %(found)d.")
            raise FileFault(self.name, sentence % {"promised": listed.rows, "found": reading.rows})
        if listed.sha256 and listed.sha256 != reading.digest:
            raise FileFault(self.name, _("The file is not the one whose SHA-256 stands in the manifest."))

    def _staged(self, row: Row) -> dict[str, Any]:
        values, faults = row.values, list(row.faults)
        if self.opens_papers and not faults:
            faults += self._papers(row, values)
        if self.file.stage == "customers" and not faults:
            values["name_folded"] = fold(values["name"])[:220]
        customer = values.get(self.owner, "") if self.owner else ""
        for sentence in faults:
            self.faults.add(Weight.ROW, self.name, row.line, sentence, customer)
        values["file"], values["line"] = self.name, row.line
        values["row_key"], values["customer_key"] = self._row_key(values), customer
        return values

    def _row_key(self, values: dict[str, Any]) -> str:
        return "|".join(str(values[name]) for name in self.key)[:250]

    def _papers(self, row: Row, values: dict[str, Any]) -> list[str]:
        faults: list[str] = []
        if self.file is INVOICES_XML:
            faults += self._xml(row, values)
        if values["pdf"]:
            faults += self._pdf(values)
        if values.get("upo") and not faults:
            self._upo(row, values)
        if self.file.stage == "invoices" and not faults:
            values["service"] = ",".join(values["services"])
            values["number_folded"] = fold_number(values["number"])
            for sentence in invoices.ksef_warnings(values["ksef_number"]):
                self.faults.add(Weight.WARNING, self.name, row.line, sentence, values["customer"])
        return faults

    def _xml(self, row: Row, values: dict[str, Any]) -> list[str]:
        try:
            content = read(self.package, values["xml"])
        except FileFault as missing:
            return [f"{missing.fault.file}: {missing.fault.sentence}"]
        digest = originals.sha256(content)
        if values["sha256"] and values["sha256"].lower() != digest:
            return [_("%(file)s is not the file whose SHA-256 stands beside it.") % {"file": values["xml"]}]
        found, errors, warnings = invoices.of_xml(content)
        for sentence in warnings:
            self.faults.add(Weight.WARNING, self.name, row.line, f"{values['xml']}: {sentence}", values["customer"])
        if errors:
            return [f"{values['xml']}: {sentence}" for sentence in errors]
        values.update(found)
        values["original_sha256"] = digest
        values["original_name"] = self._keep(content, originals.INVOICES, "xml")
        return []

    def _upo(self, row: Row, values: dict[str, Any]) -> None:
        """KSeF's receipt gives the number that is missing; one that contradicts what came beside it is told."""
        try:
            sentence = receipts.compare(read(self.package, values["upo"]), values)
        except FileFault as missing:
            sentence = missing.fault.sentence
        if sentence:
            self.faults.add(Weight.WARNING, self.name, row.line, f"{values['upo']}: {sentence}", values["customer"])

    def _pdf(self, values: dict[str, Any]) -> list[str]:
        try:
            content = read(self.package, values["pdf"])
        except FileFault as missing:
            return [f"{missing.fault.file}: {missing.fault.sentence}"]
        if not content.startswith(b"%PDF-"):
            return [_("%(file)s is not a PDF.") % {"file": values["pdf"]}]
        folder = originals.INVOICES if self.file.stage == "invoices" else originals.DOCUMENTS
        values["pdf_name"] = self._keep(content, folder, "pdf")
        return []

    def _keep(self, content: bytes, folder: str, ending: str) -> str:
        if self.keeps_files:
            return originals.keep(content, folder, ending)
        return originals.name_of(content, folder, ending)


class _Table:
    """A staging table written past the ORM, whose objects would cost more than all the rest."""

    def __init__(self, model: Any) -> None:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self._fields = [(field.attname, field.get_default(), self._preparation(field)) for field in fields]
        names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        self._statement = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({places})"

    @staticmethod
    def _preparation(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
        if isinstance(
            field, models.CharField | models.TextField | models.IntegerField | models.BooleanField
        ) and not isinstance(field, GroszeField):
            return lambda value: value
        return lambda value: field.get_db_prep_save(value, connection)

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """One batch, in a transaction of its own."""
        prepared = [[prepare(row.get(name, default)) for name, default, prepare in self._fields] for row in rows]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(self._statement, prepared)
