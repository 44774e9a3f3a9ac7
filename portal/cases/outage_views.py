"""The public list of outages, and a person's wish to be told of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.cases import outage_queries, outages
from portal.cases.rules import CaseRules
from portal.cases.views import asks
from portal.customers.access import Viewer, may
from portal.customers.models import Customer, Deed
from portal.utility.rulebook import rules


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What does not work, and what will not: for everybody; with the wish beside it for who is signed in."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    may_ask = may(viewer, Deed.SEE_CONTRACT) and not viewer.is_read_only
    shown = {
        "outages": outage_queries.shown(),
        "viewer": viewer,
        "may_ask": may_ask,
        "is_told": may_ask and outage_queries.is_told(viewer),
        "may_report": rules(CaseRules).guests_report,
    }
    return render(request, "cases/outages.html", shown)


@login_required
@require_POST
def alert(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if viewer.is_read_only or viewer.customer is None or not may(viewer, Deed.SEE_CONTRACT):
        raise Http404
    is_wanted = request.POST.get("wanted") == "yes"
    outages.alert(user=request.user, customer=Customer.objects.get(pk=viewer.customer.pk), is_wanted=is_wanted)
    said = _("We will tell you of outages at your places.") if is_wanted else _("We will not tell you of outages.")
    messages.success(request, said)
    return redirect(f"{reverse('cases:outages')}?{asks(viewer)}")
