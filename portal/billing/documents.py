"""The papers a customer was sent: invoices, notes and the rest, each with what is still to pay on it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery, Sum

from portal.billing.models import (
    Document,
    EntryShare,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    OpenItem,
    Transit,
    TransitPart,
)
from portal.billing.queries import ZERO, due_state, is_disputed, own_share
from portal.billing.transit_booking import unbooked_of_part
from portal.customers import access, services
from portal.customers.access import Viewer
from portal.customers.models import Deed

DEED_OF_KIND = {
    Document.Kind.INTEREST_NOTE: Deed.SEE_NOTES,
    Document.Kind.DEBIT_NOTE: Deed.SEE_NOTES,
    Document.Kind.CREDIT_NOTE: Deed.SEE_NOTES,
    Document.Kind.DEMAND: Deed.SEE_NOTES,
    Document.Kind.OTHER_SALE: Deed.SEE_INVOICES,
    Document.Kind.CONTRACT: Deed.SEE_CONTRACT,
    Document.Kind.OTHER: Deed.SEE_INVOICES,
}
NOTES = {Document.Kind.INTEREST_NOTE, Document.Kind.DEBIT_NOTE, Document.Kind.CREDIT_NOTE, Document.Kind.DEMAND}


@dataclass(frozen=True)
class Paper:
    """One document in a list: its amount as printed, in its own currency; what is open of it, in złoty.

    `state`: paid, in_transit, overdue, soon, later; in_question while figures are withheld; empty where nothing is to
    be paid.
    """

    public_id: UUID
    family: str  # invoice, document, or share: a part of an invoice that is not wholly this reader's
    number: str
    title: str
    issued_on: date
    amount: Decimal | None
    due_on: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    currency: str = "PLN"
    booked: Decimal = ZERO  # what the ledger asks for it in all
    open_amount: Decimal = ZERO
    in_transit: Decimal = ZERO
    paid_at: datetime | None = None
    channel: str = ""
    is_charge: bool = True
    is_in_question: bool = False
    has_file: bool = True

    @property
    def state(self) -> str:
        if self.is_in_question:
            return "in_question"
        if not self.is_charge:
            return ""
        if not self.open_amount:
            return "paid"
        return "in_transit" if self.in_transit >= self.open_amount else due_state(self.due_on)

    @property
    def is_partly_paid(self) -> bool:
        """Something of it is paid and something is open, which the billing system has booked both."""
        return ZERO < self.open_amount < self.booked and self.state not in ("in_transit", "in_question")


@dataclass(frozen=True)
class Papers:
    lines: tuple[Paper, ...] = ()
    page: int = 1
    has_more: bool = False
    is_partial: bool = False


def recent_documents(viewer: Viewer, *, shows: str = "all", limit: int = 10, page: int = 1) -> Papers:
    """The newest documents: `shows` all, invoices or notes. At most one statement for each family.

    A partial manager meets, beside the invoices that are wholly his, his share of the others: three statements.
    """
    until = page * limit + 1
    lines: list[Paper] = []
    if shows != "notes":
        lines += [invoice_paper(invoice) for invoice in _newest(invoices_of(viewer), until)]
        lines += [share_paper(entry) for entry in shares_of(viewer)[:until]] if viewer.is_partial else []
    if shows != "invoices":
        lines += [
            document_paper(document)
            for document in _newest(documents_of(viewer, NOTES if shows == "notes" else None), until)
        ]
    lines.sort(key=lambda paper: paper.issued_on, reverse=True)
    start = (page - 1) * limit
    return Papers(tuple(lines[start : start + limit]), page, len(lines) > start + limit, viewer.is_partial)


def _newest(papers: QuerySet[Any], until: int) -> QuerySet[Any]:
    return papers.order_by("-issued_on", "-pk")[:until]


# ------------------------------------------------------------------------------------------------------------ invoices


def invoices_of(viewer: Viewer) -> QuerySet[Invoice]:
    return access.visible(Invoice.objects.all(), viewer, Deed.SEE_INVOICES).annotate(**_standing("entry__invoice"))


def _standing(path: str) -> dict[str, Subquery]:
    """What is open of a paper and what is on its way for it, through its current ledger entries."""
    mine = {path: OuterRef("pk"), "entry__is_current": True}
    items = OpenItem.objects.filter(**mine).order_by().values(path)
    paid = {f"item__{name}": value for name, value in mine.items()}
    parts = TransitPart.objects.filter(**paid, transit__state=Transit.State.PAID).order_by().values(f"item__{path}")
    return {
        "standing_booked": Subquery(items.annotate(figure=Sum("amount")).values("figure")),
        "standing_open": Subquery(items.annotate(figure=Sum("open_amount")).values("figure")),
        "standing_transit": Subquery(parts.annotate(figure=Sum(unbooked_of_part())).values("figure")),
        "standing_paid_at": Subquery(parts.annotate(figure=Max("transit__paid_at")).values("figure")),
        "standing_channel": Subquery(parts.annotate(figure=Max("transit__channel")).values("figure")),
        "is_disputed": is_disputed(),
    }


def invoice_paper(invoice: Invoice) -> Paper:
    title = services.in_words(invoice.service.split(","))
    return Paper(
        public_id=invoice.public_id,
        family="invoice",
        number=invoice.number,
        title=title if invoice.kind == Invoice.Kind.VAT else f"{invoice.get_kind_display()}, {title}".strip(", "),
        issued_on=invoice.issued_on,
        amount=invoice.gross,
        due_on=invoice.due_on,
        period_from=invoice.period_from,
        period_to=invoice.period_to,
        currency=invoice.currency,
        **_stands(invoice),
    )


def _stands(row: Any) -> dict[str, Any]:
    return {
        "booked": row.standing_booked or ZERO,
        "open_amount": row.standing_open or ZERO,
        "in_transit": row.standing_transit or ZERO,
        "paid_at": row.standing_paid_at,
        "channel": row.standing_channel or "",
        "is_charge": row.standing_open is not None,
        "is_in_question": row.standing_open is not None and row.is_disputed,
    }


# --------------------------------------------------------------------------------------------- parts of others' invoices


def shares_of(viewer: Viewer) -> QuerySet[LedgerEntry]:
    """Charges that touch a partial manager's points, of invoices that are not wholly his."""
    whole = access.visible(Invoice.objects.all(), viewer, Deed.SEE_INVOICES)
    charges = LedgerEntry.objects.filter(is_current=True, invoice__isnull=False).exclude(invoice__in=whole.values("pk"))
    return (
        access.visible(charges, viewer, Deed.SEE_INVOICES)
        .annotate(own=own_share(viewer), is_disputed=is_disputed())
        .select_related("invoice")
        .order_by("-invoice__issued_on", "-pk")
    )


def share_paper(entry: Any) -> Paper:
    """A part is a booking, not something printed: while figures are in question it is not told."""
    invoice = entry.invoice
    return Paper(
        public_id=invoice.public_id,
        family="share",
        number=invoice.number,
        title=services.in_words(invoice.service.split(",")),
        issued_on=invoice.issued_on,
        amount=None if entry.is_disputed else entry.own,
        period_from=invoice.period_from,
        period_to=invoice.period_to,
        is_charge=False,
        is_in_question=entry.is_disputed,
        has_file=False,
    )


# ----------------------------------------------------------------------------------------------------- other documents


def documents_of(viewer: Viewer, kinds: set[Document.Kind] | None = None) -> QuerySet[Document]:
    """Documents of the kinds that the viewer may meet: a note needs another deed than a contract."""
    allowed = [
        kind for kind, deed in DEED_OF_KIND.items() if access.may(viewer, deed) and (kinds is None or kind in kinds)
    ]
    if not allowed:
        return Document.objects.none()
    found = Document.objects.filter(kind__in=allowed)
    return access.visible(found, viewer, DEED_OF_KIND[allowed[0]]).annotate(**_standing("entry__document"))


def document_paper(document: Document) -> Paper:
    return Paper(
        public_id=document.public_id,
        family="document",
        number=document.number,
        title=document.get_kind_display(),
        issued_on=document.issued_on,
        amount=document.amount,
        due_on=document.due_on,
        has_file=bool(document.file),
        **_stands(document),
    )


# ------------------------------------------------------------------------------------------------------- one document


@dataclass(frozen=True)
class InvoicePart:
    """What of an invoice falls on one point of a partial manager's."""

    point: str
    what: str
    amount: Decimal | None
    is_net: bool = False  # a line of the invoice; VAT comes on the whole


@dataclass(frozen=True)
class InvoiceSheet:
    """One invoice as its reader may see it; `parts` instead of the document where only some points are his.

    While figures are in question no part is told but lines that are printed.
    """

    paper: Paper
    invoice: Invoice
    parts: tuple[InvoicePart, ...] = ()

    @property
    def is_part(self) -> bool:
        return self.paper.family == "share"


def invoice_sheet(viewer: Viewer, public_id: UUID) -> InvoiceSheet | None:
    """An invoice, or a partial manager's part of it; None when it is not his to see. At most three statements."""
    invoice = invoices_of(viewer).filter(public_id=public_id).first()
    if invoice is not None:
        return InvoiceSheet(invoice_paper(invoice), invoice)
    entry = shares_of(viewer).filter(invoice__public_id=public_id).first() if viewer.is_partial else None
    if entry is None or entry.invoice is None:
        return None
    return InvoiceSheet(share_paper(entry), entry.invoice, parts=_parts(viewer, entry))


def _parts(viewer: Viewer, entry: LedgerEntry) -> tuple[InvoicePart, ...]:
    points: Any = access.own_points(viewer)
    lines = InvoiceLine.objects.filter(invoice=entry.invoice_id, point__in=points, is_before=False).select_related(
        "point"
    )
    named = tuple(
        InvoicePart(str(line.point), line.description, line.net, is_net=True) for line in lines.order_by("position")
    )
    if named or entry.is_disputed:  # type: ignore[attr-defined]  # annotated in shares_of
        return named
    shares = EntryShare.objects.filter(entry=entry, point__in=points).select_related("point").order_by("point_id", "pk")
    return tuple(InvoicePart(str(share.point), services.in_words([share.service]), share.amount) for share in shares)


def may_have_duplicate(invoice: Invoice) -> bool:
    """An invoice in KSeF is always at hand there, and one that came as a PDF only is not ours to write upon."""
    is_drawn = bool(invoice.original) or not invoice.received_pdf
    return invoice.ksef_mode == Invoice.KsefMode.NONE and is_drawn


def visible_invoice(viewer: Viewer, public_id: UUID) -> Invoice | None:
    """The invoice, document and all. One statement."""
    return access.visible(Invoice.objects.all(), viewer, Deed.SEE_INVOICES).filter(public_id=public_id).first()


def visible_document(viewer: Viewer, public_id: UUID) -> Document | None:
    """One statement."""
    return documents_of(viewer).filter(public_id=public_id).first()
