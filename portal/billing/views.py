"""One invoice: what it says, its PDF and its original file; never to anybody but its reader."""

from pathlib import PurePath
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal import clock
from portal.billing.answers import content_of, file_answer, key_of, safe_name, viewer_of
from portal.billing.blocks import account_of, may_pay_online, transfer_details
from portal.billing.documents import invoice_sheet, may_have_duplicate, visible_document, visible_invoice
from portal.billing.ksef.reader import NotAnInvoice
from portal.billing.ksef.rendering import KsefNumberMissing
from portal.billing.models import Invoice
from portal.billing.on_screen import Printed, printed
from portal.billing.printing import draw, pdf_of
from portal.billing.queries import open_items
from portal.customers.models import Deed


@require_safe
@login_required
def invoice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    viewer = viewer_of(request)
    sheet = invoice_sheet(viewer, public_id)
    if sheet is None:
        raise Http404
    charges = open_items(viewer, Deed.SEE_BALANCE)
    charge = next((item for item in charges.items if item.invoice_id == public_id), None)
    context = {
        "sheet": sheet,
        "charge": charge,
        "may_pay": bool(charge and charge.payable) and may_pay_online(viewer, charges),
        "transfer": transfer_details(viewer, sheet.invoice.seller_account or account_of(viewer))
        if sheet.invoice.currency == "PLN"
        else None,
        "printed": Printed() if sheet.is_part else printed(sheet.invoice),
        "may_have_duplicate": may_have_duplicate(sheet.invoice),
        "viewer": viewer,
        "k": key_of(viewer),
    }
    return render(request, "billing/invoice.html", context)


@require_safe
@login_required
def invoice_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The PDF as received, or drawn by us once and kept."""
    found = _found(request, public_id)
    try:
        drawn = pdf_of(found)
    except KsefNumberMissing as refusal:
        messages.warning(request, str(refusal))
        return redirect(f"{reverse('billing:invoice', args=[public_id])}?k={key_of(viewer_of(request))}")
    return file_answer(drawn, f"{_file_name(found)}.pdf", "application/pdf")


@require_safe
@login_required
def invoice_duplicate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A duplicate for whoever lost the original: it says so, with the day on which it was made."""
    found = _found(request, public_id)
    if not may_have_duplicate(found):
        raise Http404
    try:
        drawn = draw(found, duplicate_on=clock.today())
    except (NotAnInvoice, OSError):
        raise Http404 from None
    return file_answer(drawn, f"Duplikat_{safe_name(found.number)}.pdf", "application/pdf")


@require_safe
@login_required
def invoice_xml(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The original file, byte for byte."""
    found = _found(request, public_id)
    if not found.original:
        raise Http404
    return file_answer(content_of(found.original), f"{_file_name(found)}.xml", "application/xml", is_attachment=True)


@require_safe
@login_required
def document_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A note, a demand or another paper, as received."""
    found = visible_document(viewer_of(request), public_id)
    if found is None or not found.file:
        raise Http404
    suffix = PurePath(str(found.file.name)).suffix.lower()
    is_pdf = suffix == ".pdf"
    kind = "application/pdf" if is_pdf else "application/octet-stream"
    return file_answer(content_of(found.file), f"{safe_name(found.number)}{suffix}", kind, is_attachment=not is_pdf)


def _found(request: HttpRequest, public_id: UUID) -> Invoice:
    found = visible_invoice(viewer_of(request), public_id)
    if found is None:
        raise Http404
    return found


def _file_name(found: Invoice) -> str:
    """Faktura_012345-11-2026: what a folder of downloads can be searched for."""
    return f"Faktura_{safe_name(found.number)}"
