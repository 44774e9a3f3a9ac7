"""Turning e-invoices on, changing their address, going back to paper."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal import clock
from portal.billing import e_invoice as deeds
from portal.billing.consent_model import EInvoiceConsent
from portal.billing.e_invoice_forms import AddressForm, ConsentForm
from portal.billing.e_invoice_queries import (
    Coverage,
    EInvoiceStanding,
    consent_history,
    e_invoice_standing,
    e_invoice_terms,
)
from portal.billing.policies import consent_holds_from
from portal.billing.rules import EInvoiceRules
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Contract, Customer, Deed
from portal.utility.rulebook import rules
from portal.utility.rules import Modules


class _NotAllowed(Exception):
    """The viewer acts for a part of the customer, or as a proxy: a page says why."""


def _viewer(request: HttpRequest) -> Viewer:
    """Who decides about e-invoices. Raises Http404 for strangers to this customer, _NotAllowed for the rest."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if not rules(Modules).e_invoice or viewer.customer is None or viewer.is_read_only:
        raise Http404
    if not access.may(viewer, Deed.MANAGE_E_INVOICE):
        raise _NotAllowed
    return viewer


def _refused(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    shown = {"viewer": viewer, "service_name": service_name()}
    return render(request, "billing/e_invoice_refused.html", shown, status=403)


def service_name() -> str:
    return rules(EInvoiceRules).service_name or _("E-invoice")


def _home(viewer: Viewer) -> str:
    return f"{reverse('billing:e_invoice')}?k={viewer.customer.public_id if viewer.customer else ''}"


def _customer(viewer: Viewer) -> Customer:
    found = access.visible(Customer.objects.all(), viewer, Deed.MANAGE_E_INVOICE).first()
    if found is None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def e_invoice(request: HttpRequest) -> HttpResponse:
    """What is on, what it saves, what was agreed to before; and the form that turns it on."""
    try:
        viewer = _viewer(request)
    except _NotAllowed:
        return _refused(request)
    standing = e_invoice_standing(viewer)
    if standing is None:
        raise Http404
    terms = e_invoice_terms(request.user) if standing.is_offered else None
    offered = [one for one in standing.coverages if one.state in ("off", "office")]
    start = {"email": getattr(request.user, "email", "") or ""}
    form = ConsentForm(request.POST or None, offered=offered, initial=start)
    if request.method == "POST" and terms is not None and offered and form.is_valid():
        return _give(request, viewer, form, offered, terms)
    past = consent_history(viewer)
    shown = {
        "form": form,
        "terms": terms,
        "starts_on": consent_holds_from(clock.today(), rules(EInvoiceRules)),
        "history": past,
        "is_leaving": any(line.is_leaving for line in past),
        **_words(viewer, standing),
    }
    return render(request, "billing/e_invoice.html", shown, status=422 if form.is_bound else 200)


def _words(viewer: Viewer, standing: EInvoiceStanding) -> dict[str, Any]:
    return {"standing": standing, "viewer": viewer, "service_name": service_name()}


def _give(request: HttpRequest, viewer: Viewer, form: ConsentForm, offered: list[Coverage], terms: Any) -> HttpResponse:
    chosen = form.cleaned_data.get("contracts") or [str(one.contract) for one in offered if one.contract]
    contracts = access.visible(Contract.objects.filter(public_id__in=chosen), viewer, Deed.MANAGE_E_INVOICE)
    try:
        given = deeds.give_consent(
            customer=_customer(viewer),
            terms=terms,
            email=form.cleaned_data["email"],
            by=request.user,
            contracts=list(contracts) if chosen else None,
        )
    except deeds.ThroughKsef as why:
        messages.error(request, str(why))
        return redirect(_home(viewer))
    sentence = _("E-invoices are on. We have sent a confirmation to %(email)s.")
    messages.success(request, sentence % {"email": given[0].email if given else form.cleaned_data["email"]})
    return redirect(_home(viewer))


def _consent(viewer: Viewer, public_id: UUID) -> EInvoiceConsent:
    rows = access.visible(EInvoiceConsent.objects.all(), viewer, Deed.MANAGE_E_INVOICE).filter(ended_at__isnull=True)
    found = rows.filter(public_id=public_id).select_related("terms", "customer", "contract").first()
    if found is None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another address for the e-invoices."""
    try:
        viewer = _viewer(request)
    except _NotAllowed:
        return _refused(request)
    consent = _consent(viewer, public_id)
    form = AddressForm(request.POST or None, initial={"email": consent.email})
    if request.method == "POST" and form.is_valid():
        changed = deeds.change_address(consent, email=form.cleaned_data["email"], by=request.user)
        messages.success(request, _("E-invoices go to %(email)s from now on.") % {"email": changed.email})
        return redirect(_home(viewer))
    shown = {"form": form, "consent": consent, "viewer": viewer, "service_name": service_name(), "home": _home(viewer)}
    return render(request, "billing/e_invoice_address.html", shown, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Back to paper: what that costs is said before it is done."""
    try:
        viewer = _viewer(request)
    except _NotAllowed:
        return _refused(request)
    standing = e_invoice_standing(viewer)
    asked = (request.POST if request.method == "POST" else request.GET).get("contract", "")
    coverage = next(
        (
            one
            for one in (standing.coverages if standing else ())
            if one.state in ("on", "office") and str(one.contract or "") == asked
        ),
        None,
    )
    if standing is None or coverage is None:
        raise Http404
    if request.method == "POST":
        _withdraw(viewer, coverage, request.user)
        messages.success(request, _("You have withdrawn from e-invoices. We pass it on to the billing system."))
        return redirect(_home(viewer))
    shown = {"coverage": coverage, "home": _home(viewer), **_words(viewer, standing)}
    return render(request, "billing/e_invoice_withdraw.html", shown)


def _withdraw(viewer: Viewer, coverage: Coverage, by: Any) -> None:
    if coverage.consent is not None:
        deeds.withdraw_consent(_consent(viewer, coverage.consent.public_id), by=by)
        return
    contracts = access.visible(Contract.objects.all(), viewer, Deed.MANAGE_E_INVOICE)
    contract = contracts.filter(public_id=coverage.contract).first() if coverage.contract else None
    deeds.return_to_paper(customer=_customer(viewer), contract=contract, by=by)
