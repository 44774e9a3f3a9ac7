"""Choosing for which customer one acts; asking for another billing period."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.customers import access
from portal.customers.access import SESSION_KEY, viewer_of
from portal.customers.billing_period import NotOffered, ask_for_period, is_asked_for, offered_months
from portal.customers.models import Contract, Deed
from portal.customers.queries import own_customers


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def customers(request: HttpRequest) -> HttpResponse:
    """The list of a person's customers; a POST makes one of them the default of this session."""
    if request.method == "POST":
        return _choose(request)
    page = request.GET.get("page", "1")
    shown, pages = own_customers(request.viewer, int(page) if page.isdecimal() else 1)  # type: ignore[attr-defined]  # the middleware's
    return render(request, "portal/customers.html", {"customers": shown, "page_obj": pages})


def _choose(request: HttpRequest) -> HttpResponse:
    try:
        wanted = UUID(request.POST.get("customer", ""))
    except ValueError:
        raise Http404 from None
    viewer = viewer_of(request.user, customer=wanted)
    if viewer.customer is None:
        raise Http404
    request.session[SESSION_KEY] = str(wanted)
    return redirect(f"{reverse('go', args=['dashboard'])}?k={wanted}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def billing_period(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Asking for another billing period, where the rules let customers ask."""
    viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    found = access.visible(Contract.objects.select_related("customer"), viewer, Deed.CHANGE_BILLING_PERIOD)
    contract = found.filter(public_id=public_id).first()
    offered = offered_months(contract) if contract else []
    if contract is None or not offered:
        raise Http404
    back = f"{reverse('go', args=['contract'])}?k={viewer.customer.public_id}"
    if request.method == "POST":
        asked = request.POST.get("months", "")
        try:
            ask_for_period(contract, months=int(asked) if asked.isdecimal() else 0, by=request.user)
        except NotOffered as why:
            messages.error(request, str(why))
            return redirect(f"{request.path}?k={viewer.customer.public_id}")
        messages.success(request, _("Our office has your request and will write back."))
        return redirect(back)
    shown = {
        "contract": contract,
        "offered": offered,
        "is_asked": is_asked_for(contract),
        "viewer": viewer,
        "back": back,
    }
    return render(request, "portal/billing_period.html", shown)
