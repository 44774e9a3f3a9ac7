"""The card of an object and the page of a contract."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.billing.answers import file_answer, key_of, safe_name, viewer_of
from portal.billing.cards import card, contract_sheet, visible_contract
from portal.billing.contract_paper import contract_pdf
from portal.customers import services


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Of the object that the address names, else of the first one that the customer has."""
    viewer = viewer_of(request)
    held = services.objects_of(viewer.customer.services if viewer.customer else ())
    asked = request.GET.get("obiekt", "") or (held[0] if held else "")
    found = card(viewer, asked)
    if found is None:
        raise Http404
    others = [(code, services.in_words(services.OBJECTS[code])) for code in held if code != found.code]
    shown = {"card": found, "others": others, "viewer": viewer, "k": key_of(viewer)}
    return render(request, "billing/card.html", shown)


@require_safe
@login_required
def contract(request: HttpRequest, public_id: UUID) -> HttpResponse:
    viewer = viewer_of(request)
    sheet = contract_sheet(viewer, public_id)
    if sheet is None:
        raise Http404
    return render(request, "billing/contract.html", {"sheet": sheet, "viewer": viewer, "k": key_of(viewer)})


@require_safe
@login_required
def contract_as_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The text of the contract; without a text there is nothing to print."""
    found = visible_contract(viewer_of(request), public_id)
    if found is None or not found.text:
        raise Http404
    return file_answer(contract_pdf(found), f"Umowa_{safe_name(found.number)}.pdf", "application/pdf")
