"""How long invoices and documents are kept, and what of the money an owner may take along."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.billing.consent_model import EInvoiceConsent, EInvoiceWithdrawal
from portal.billing.models import Document, Invoice, InvoiceLine, LedgerEntry
from portal.customers import access
from portal.customers.models import Deed
from portal.retention.files import forget_file, reader_of
from portal.retention.registry import Ending, Own, OwnFile, Row, end_in_time, keep

_CONSENTS = "without end: it proves what was agreed to while bills came by e-mail"
FILES = ("original", "received_pdf", "rendered_pdf")


def state() -> None:
    part = "a part of a row that is in the download"
    money = "without end: money is never deleted"
    papers = "the content “invoices_years” after the end of its year; the amounts stay"
    keep("billing.Invoice", papers, download=Own("invoices", _invoices, _invoice_files))
    keep("billing.InvoiceLine", papers, download="a part of the invoice's PDF")
    keep("billing.Document", papers, download=Own("documents", _documents, _document_files))
    keep("billing.LedgerEntry", money, download=Own("ledger", _entries))
    for model in ("EntryShare", "ShareBalance", "CustomerAccount", "Allocation", "OpenItem"):
        keep(f"billing.{model}", money, download=part)
    for model in ("Transit", "TransitPart", "TransitBooking"):
        keep(f"billing.{model}", money, download="told by the payment")
    keep("billing.EInvoiceConsent", _CONSENTS, download=Own("e-invoice-consents", _consents))
    keep("billing.EInvoiceWithdrawal", _CONSENTS, download=Own("e-invoice-withdrawals", _withdrawals))
    keep("billing.*", "as long as the office keeps it", download="nothing of a person")
    end_in_time(
        Ending(
            "invoices",
            _("content of invoices"),
            "invoices_years",
            _old_invoices,
            _empty_invoices,
            customer="customer__public_id",
        )
    )
    end_in_time(
        Ending(
            "documents",
            _("files of other documents"),
            "invoices_years",
            _old_documents,
            _empty_documents,
            customer="customer__public_id",
        )
    )


def _old_invoices(before: date) -> QuerySet[Any]:
    """Those of which a file, its lines or the text of its code are still here."""
    is_empty = Q(kod_ii="", **dict.fromkeys(FILES, ""))
    lines = Exists(InvoiceLine.objects.filter(invoice=OuterRef("pk")))
    return Invoice.objects.filter(~is_empty | Q(lines), issued_on__lt=before)


def _empty_invoices(rows: list[Any]) -> None:
    """Number, dates and amounts stay: the ledger stands on them."""
    InvoiceLine.objects.filter(invoice__in=[row.pk for row in rows]).delete()
    for invoice in rows:
        for name in FILES:
            forget_file(getattr(invoice, name))
        invoice.kod_ii = ""
        invoice.save(update_fields=[*FILES, "kod_ii"])


def _old_documents(before: date) -> QuerySet[Any]:
    return Document.objects.filter(issued_on__lt=before).exclude(file="")


def _empty_documents(rows: list[Any]) -> None:
    for document in rows:
        forget_file(document.file)
        document.save(update_fields=["file"])


def _invoices(user: Any) -> Iterator[Row]:
    for invoice in _own_invoices(user):
        yield {
            "number": invoice.number,
            "kind": invoice.kind,
            "service": invoice.service,
            "issued_on": invoice.issued_on,
            "period_from": invoice.period_from,
            "period_to": invoice.period_to,
            "due_on": invoice.due_on,
            "gross": invoice.gross,
            "ksef_number": invoice.ksef_number,
        }


def _own_invoices(user: Any) -> Iterator[Invoice]:
    for viewer in access.owned(user):
        yield from access.visible(Invoice.objects.order_by("pk"), viewer, Deed.SEE_INVOICES).iterator()


def _invoice_files(user: Any) -> Iterator[OwnFile]:
    """The PDFs as received or drawn by us before, and the originals; one that was never drawn is not drawn for this."""
    for invoice in _own_invoices(user):
        for name in FILES:
            file = getattr(invoice, name)
            if file:
                yield OwnFile(
                    f"{invoice.issued_on}-{invoice.public_id.hex[:8]}.{'xml' if name == 'original' else 'pdf'}",
                    reader_of(file),
                )


def _documents(user: Any) -> Iterator[Row]:
    for document in _own_documents(user):
        yield {
            "number": document.number,
            "kind": document.kind,
            "issued_on": document.issued_on,
            "due_on": document.due_on,
            "amount": document.amount,
        }


def _own_documents(user: Any) -> Iterator[Document]:
    for viewer in access.owned(user):
        yield from access.visible(Document.objects.order_by("pk"), viewer, Deed.SEE_NOTES).iterator()


def _document_files(user: Any) -> Iterator[OwnFile]:
    for document in _own_documents(user):
        if document.file:
            ending = str(document.file.name).rpartition(".")[2]
            yield OwnFile(f"{document.issued_on}-{document.public_id.hex[:8]}.{ending}", reader_of(document.file))


def _consents(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        rows = access.visible(
            EInvoiceConsent.objects.select_related("terms", "contract"), viewer, Deed.MANAGE_E_INVOICE
        )
        for consent in rows.order_by("pk").iterator():
            yield {
                "contract": consent.contract.number if consent.contract else "",
                "version": consent.terms.version,
                "email": consent.email,
                "starts_on": consent.starts_on,
                "given_at": consent.given_at,
                "confirmed_at": consent.confirmed_at,
                "ended_at": consent.ended_at,
                "how_it_ended": consent.ending,
            }


def _withdrawals(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        rows = access.visible(EInvoiceWithdrawal.objects.select_related("contract"), viewer, Deed.MANAGE_E_INVOICE)
        for withdrawal in rows.order_by("pk").iterator():
            yield {
                "contract": withdrawal.contract.number if withdrawal.contract else "",
                "withdrawn_at": withdrawal.withdrawn_at,
                "confirmed_at": withdrawal.confirmed_at,
            }


def _entries(user: Any) -> Iterator[Row]:
    for viewer in access.owned(user):
        for entry in access.visible(LedgerEntry.objects.order_by("pk"), viewer, Deed.SEE_BALANCE).iterator():
            yield {
                "booked_on": entry.booked_on,
                "kind": entry.kind,
                "amount": entry.amount,
                "document": entry.document_number,
                "due_on": entry.due_on,
                "stands": entry.is_current,
            }
