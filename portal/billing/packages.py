"""Several papers in one ZIP: chosen one by one, or all that a search found."""

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any
from uuid import UUID

from portal import jobs
from portal.billing.answers import content_of, safe_name
from portal.billing.contract_paper import contract_pdf
from portal.billing.documents import documents_of
from portal.billing.ksef.rendering import KsefNumberMissing
from portal.billing.models import Invoice
from portal.billing.printing import pdf_of
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Contract, Deed

MOST = 200  # papers in one ZIP
DRAWN_AT_ONCE = 15  # PDFs that a request draws itself; more of them are a job's, so that nobody waits two seconds
IN_MEMORY = 8 * 1024**2  # bytes; a larger ZIP goes through a file

Key = tuple[str, UUID]


@dataclass(frozen=True)
class Chosen:
    """What of the choice is this reader's; `waiting` invoices have no PDF yet and are being drawn."""

    invoices: tuple[Invoice, ...]
    documents: tuple[Any, ...]
    contracts: tuple[Contract, ...]
    waiting: int = 0

    @property
    def count(self) -> int:
        return len(self.invoices) + len(self.documents) + len(self.contracts)


def choose(viewer: Viewer, keys: Iterable[Key]) -> Chosen:
    """Only what the reader may take away. Three statements; a long wait is handed to jobs."""
    by_family: dict[str, list[UUID]] = {}
    for family, key in list(keys)[:MOST]:
        by_family.setdefault(family, []).append(key)
    invoices = access.visible(Invoice.objects.select_related("customer"), viewer, Deed.SEE_INVOICES)
    found = tuple(invoices.filter(public_id__in=by_family.get("invoice", ())).order_by("issued_on", "pk"))
    documents = documents_of(viewer).filter(public_id__in=by_family.get("document", ()))
    contracts = access.visible(Contract.objects.select_related("customer"), viewer, Deed.SEE_CONTRACT)
    to_draw = [invoice for invoice in found if not invoice.received_pdf and not invoice.rendered_pdf]
    if len(to_draw) > DRAWN_AT_ONCE:
        for invoice in to_draw:
            jobs.later("portal.billing.printing.draw_and_keep", invoice.pk)
    return Chosen(
        invoices=found,
        documents=tuple(document for document in documents.order_by("issued_on", "pk") if document.file),
        contracts=tuple(contracts.filter(public_id__in=by_family.get("contract", ())).exclude(text="")),
        waiting=len(to_draw) if len(to_draw) > DRAWN_AT_ONCE else 0,
    )


def pack(chosen: Chosen, *, with_originals: bool) -> IO[bytes]:
    """The ZIP, read from its beginning. An invoice whose KSeF number is still to come is left out."""
    stream: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer closes it
    taken: set[str] = set()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(chosen, with_originals=with_originals):
            archive.writestr(_free(name, taken), content)
    stream.seek(0)
    return stream


def _files(chosen: Chosen, *, with_originals: bool) -> Iterator[tuple[str, bytes]]:
    for invoice in chosen.invoices:
        name = f"Faktura_{safe_name(invoice.number)}"
        try:
            yield f"{name}.pdf", pdf_of(invoice)
        except KsefNumberMissing:
            continue
        if with_originals and invoice.original:
            yield f"{name}.xml", content_of(invoice.original)
    for document in chosen.documents:
        yield (
            f"{safe_name(document.number)}{PurePath(str(document.file.name)).suffix.lower()}",
            content_of(document.file),
        )
    for contract in chosen.contracts:
        yield f"Umowa_{safe_name(contract.number)}.pdf", contract_pdf(contract)


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it when another file has it."""
    path, wanted, count = PurePath(name), name, 1
    while wanted.lower() in taken:
        count += 1
        wanted = f"{path.stem}_{count}{path.suffix}"
    taken.add(wanted.lower())
    return wanted
