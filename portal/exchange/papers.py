"""The XML and PDF files and the receipts that rows name: opened, compared, read, kept under their own SHA-256."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.billing.policies import fold_number
from portal.exchange import invoices, originals, receipts
from portal.exchange.cells import read_out
from portal.exchange.columns import FileFormat
from portal.exchange.faults import FileFault, Weight
from portal.exchange.format import INVOICES_XML
from portal.exchange.package import Package, read
from portal.exchange.reader import Batch

AT_A_TIME = 25
Found = tuple[dict[str, Any], list[str], list[str]]  # as invoices.of_xml says it


@dataclass
class Papers:
    """The papers of one file's rows. What is wrong with a row is added to its batch; warnings and doubts are returned."""

    package: Package
    file: FileFormat
    keeps_files: bool
    pool: ProcessPoolExecutor | None = None
    own_nip: str = ""
    _warnings: list[tuple[int, str]] = field(default_factory=list)
    _doubts: list[tuple[int, str]] = field(default_factory=list)

    def open(self, batch: Batch) -> dict[Weight, list[tuple[int, str]]]:
        """Fill in what the papers say; returns warnings and doubts by row."""
        self._warnings, self._doubts = [], []
        rows = {
            place: {name: column[place] for name, column in batch.columns.items()} for place in self._with_papers(batch)
        }
        if self.file is INVOICES_XML:
            self._read_xml(batch, rows)
        for place, values in rows.items():
            if values["pdf"]:
                self._pdf(batch, place, values)
            if values.get("upo") and place not in batch.faults:
                self._upo(place, values)
        _put_back(rows, batch)
        if self.file.stage == "invoices":
            self._derived(batch)
        return {Weight.WARNING: self._warnings, Weight.DOUBT: self._doubts}

    def _with_papers(self, batch: Batch) -> Iterator[int]:
        """Rows with something to open, so far without a fault."""
        named = [batch.columns[name] for name in ("pdf", "upo", "xml") if name in batch.columns]
        for place, names in enumerate(zip(*named, strict=True)):
            if any(names) and place not in batch.faults:
                yield place

    def _read_xml(self, batch: Batch, rows: dict[int, dict[str, Any]]) -> None:
        contents: dict[int, bytes] = {}
        for place, values in rows.items():
            try:
                content = read(self.package, values["xml"])
            except FileFault as missing:
                batch.faults[place] = [f"{missing.fault.file}: {missing.fault.sentence}"]
                continue
            if values["sha256"] and values["sha256"].lower() != originals.sha256(content):
                sentence = _("%(file)s is not the file whose SHA-256 stands beside it.") % {"file": values["xml"]}
                batch.faults[place] = [sentence]
                continue
            contents[place] = content
        for (place, content), found in zip(contents.items(), self._found(list(contents.values())), strict=True):
            self._take_xml(batch, place, rows[place], content, found)

    def _found(self, contents: list[bytes]) -> Iterator[Found]:
        if self.pool is None:
            return map(invoices.of_xml, contents)
        return self.pool.map(invoices.of_xml, contents, chunksize=AT_A_TIME)

    def _take_xml(self, batch: Batch, place: int, values: dict[str, Any], content: bytes, found: Found) -> None:
        read_from_it, errors, warnings = found
        self._warnings += [(place, f"{values['xml']}: {sentence}") for sentence in warnings]
        if errors:
            batch.faults[place] = [f"{values['xml']}: {sentence}" for sentence in errors]
            return
        if sentence := invoices.seller_doubt(read_from_it.pop("seller_nip"), self.own_nip):
            self._doubts.append((place, f"{values['xml']}: {sentence}"))
        values.update({name: read_out(value) for name, value in read_from_it.items()})
        values["original_sha256"] = originals.sha256(content)
        values["original_name"] = self._keep(content, originals.INVOICES, "xml")

    def _upo(self, place: int, values: dict[str, Any]) -> None:
        """KSeF's receipt gives the number that is missing; one that contradicts what came beside it is told."""
        try:
            sentence = receipts.compare(read(self.package, values["upo"]), values)
        except FileFault as missing:
            sentence = missing.fault.sentence
        if sentence:
            self._warnings.append((place, f"{values['upo']}: {sentence}"))

    def _pdf(self, batch: Batch, place: int, values: dict[str, Any]) -> None:
        try:
            content = read(self.package, values["pdf"])
        except FileFault as missing:
            sentence = f"{missing.fault.file}: {missing.fault.sentence}"
        else:
            if content.startswith(b"%PDF-"):
                folder = originals.INVOICES if self.file.stage == "invoices" else originals.DOCUMENTS
                values["pdf_name"] = self._keep(content, folder, "pdf")
                return
            sentence = _("%(file)s is not a PDF.") % {"file": values["pdf"]}
        batch.faults.setdefault(place, []).append(sentence)

    def _keep(self, content: bytes, folder: str, ending: str) -> str:
        if self.keeps_files:
            return originals.keep(content, folder, ending)
        return originals.name_of(content, folder, ending)

    def _derived(self, batch: Batch) -> None:
        columns, size = batch.columns, len(batch)
        said = columns["services"]
        words = {cell: ",".join(json.loads(cell)) if cell else "" for cell in set(said)}
        columns["service"] = [words[cell] for cell in said]
        columns["number_folded"] = [fold_number(number or "") for number in columns.get("number", [""] * size)]
        columns["corrects_folded"] = [
            fold_number(number) if number else "" for number in columns.get("corrects_number", [""] * size)
        ]
        for place, number in enumerate(columns["ksef_number"]):
            if number and place not in batch.faults:
                self._warnings += [(place, sentence) for sentence in invoices.ksef_warnings(number)]


def _put_back(rows: dict[int, dict[str, Any]], batch: Batch) -> None:
    for name in set().union(*rows.values()):
        column = batch.columns.setdefault(name, [None if name in _NULLABLE else ""] * len(batch))
        for place, values in rows.items():
            if name in values:
                column[place] = values[name]


_NULLABLE = {"issued_on", "period_from", "period_to", "due_on", "net", "vat", "gross", "to_pay"}
