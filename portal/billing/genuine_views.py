"""“Is this invoice real?”: a public page, asked with what is printed on a letter."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal import clock
from portal.accounts.address import address_of
from portal.billing.forms import CheckForm
from portal.billing.genuine import Answer, check_invoice
from portal.billing.proof import TooMany
from portal.billing.rules import BillingRules
from portal.utility.rulebook import rules


@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Nothing is kept of what was typed, but a wrong account, which a clerk must know."""
    if not rules(BillingRules).checks_invoices:
        raise Http404
    if request.method == "GET":
        return _asked(request, CheckForm(initial={"number": request.GET.get("faktura", "")[:80]}))
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _asked(request, form, status=422)
    if not request.session.session_key:
        request.session.create()
    answer = check_invoice(form.printed, person=request.session.session_key or "", address=address_of(request))
    if isinstance(answer, TooMany):
        hour = f"{answer.until.astimezone(clock.WARSAW):%H:%M}"
        form.add_error(None, _("Too many attempts. Try again after %(hour)s.") % {"hour": hour})
        return _asked(request, form, status=429)
    shown = {
        "answer": answer.value,
        "printed": form.printed,
        "months": rules(BillingRules).proof_recent_months,
        "is_ours": answer is Answer.OURS,
    }
    return render(request, "billing/check_answer.html", shown)


def _asked(request: HttpRequest, form: CheckForm, status: int = 200) -> HttpResponse:
    months = rules(BillingRules).proof_recent_months
    return render(request, "billing/check.html", {"form": form, "months": months}, status=status)
