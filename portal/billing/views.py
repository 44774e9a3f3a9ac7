"""One invoice: what it says, its PDF and its original file; never to anybody but its reader."""

from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.base import File
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from portal.billing.blocks import account_of, may_pay_online, transfer_details
from portal.billing.documents import invoice_sheet, visible_document, visible_invoice
from portal.billing.ksef.rendering import KsefNumberMissing
from portal.billing.models import Invoice
from portal.billing.printing import pdf_of, printed_lines
from portal.billing.queries import open_items
from portal.customers.access import Viewer
from portal.customers.models import Deed

PRIVATE = "private, no-store"


@require_safe
@login_required
def invoice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    viewer = _viewer(request)
    sheet = invoice_sheet(viewer, public_id)
    if sheet is None:
        raise Http404
    charges = open_items(viewer, Deed.SEE_BALANCE)
    charge = next((item for item in charges.items if item.invoice_id == public_id), None)
    context = {
        "sheet": sheet,
        "charge": charge,
        "is_in_question": charges.is_in_question,
        "may_pay": bool(charge and charge.payable) and may_pay_online(viewer, charges),
        "transfer": transfer_details(viewer, sheet.invoice.seller_account or account_of(viewer)),
        "lines": () if sheet.parts else printed_lines(sheet.invoice),
        "viewer": viewer,
        "k": _k(viewer),
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
        return redirect(f"{reverse('billing:invoice', args=[public_id])}?k={_k(_viewer(request))}")
    return _file(drawn, f"{_file_name(found)}.pdf", "application/pdf")


@require_safe
@login_required
def invoice_xml(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The original file, byte for byte."""
    found = _found(request, public_id)
    if not found.original:
        raise Http404
    return _file(_bytes(found.original), f"{_file_name(found)}.xml", "application/xml", is_attachment=True)


@require_safe
@login_required
def document_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A note, a demand or another paper, as received."""
    found = visible_document(_viewer(request), public_id)
    if found is None or not found.file:
        raise Http404
    suffix = PurePath(str(found.file.name)).suffix.lower()
    is_pdf = suffix == ".pdf"
    kind = "application/pdf" if is_pdf else "application/octet-stream"
    return _file(_bytes(found.file), f"{_safe(found.number)}{suffix}", kind, is_attachment=not is_pdf)


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    return viewer


def _k(viewer: Viewer) -> str:
    return str(viewer.customer.public_id) if viewer.customer else ""


def _found(request: HttpRequest, public_id: UUID) -> Invoice:
    found = visible_invoice(_viewer(request), public_id)
    if found is None:
        raise Http404
    return found


def _file(data: bytes, name: str, kind: str, *, is_attachment: bool = False) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(is_attachment, name) or "inline"
    response.headers["Cache-Control"] = PRIVATE
    return response


def _bytes(stored: Any) -> bytes:
    kept: File = stored
    with kept.open("rb") as file:
        data: bytes = file.read()
    return data


def _file_name(found: Invoice) -> str:
    """Faktura_012345-11-2026: what a folder of downloads can be searched for."""
    return f"Faktura_{_safe(found.number)}"


def _safe(number: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in number).split()) or "dokument"
