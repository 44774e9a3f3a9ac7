"""Giving a reading without signing in: who knows customer number and meter gives one, and learns nothing but the receipt."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from forms.readings.forms import GuestReadingForm
from portal.accounts.address import address_of
from portal.billing import attempts
from portal.billing.attempts import Limit
from portal.content.folding import fold
from portal.metering import guests
from portal.metering.policies import Given
from portal.metering.rules import ReadingRules
from portal.utility.rulebook import rules

RECEIPT = "reading_receipt"  # of the reading given last from this browser, in its session
PAUSE = timedelta(hours=1)


@never_cache
@require_http_methods(["GET", "POST"])
def guest(request: HttpRequest) -> HttpResponse:
    """No answer tells which of the two numbers is wrong, nor anything of the meter."""
    if not guests.are_welcome():
        raise Http404
    if request.method == "GET":
        return _form(request, GuestReadingForm())
    form = GuestReadingForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    sent = form.cleaned_data
    attempt = attempts.begin(_limits(request, sent), PAUSE)
    if not isinstance(attempt, attempts.Attempt):
        form.add_error(None, _("Many readings were typed from here in this hour. Try again later, or sign in."))
        return _form(request, form, status=429)
    meter = guests.find_meter(number=sent["number"], serial=sent["meter"])
    if meter is None:
        form.add_error("number", _("We have no such customer number with this meter. Check both."))
        return _form(request, form, status=422)
    given = Given(
        sent["value"],
        sent["read_on"],
        is_appeal=request.POST.get("press") == "appeal",
        is_unproven=not form.is_person,
    )
    outcome = guests.give(meter, given)
    if outcome.reading is None:
        form.add_error(*outcome.fault)
        return _form(request, form, status=409, may_appeal=outcome.may_appeal)
    attempt.give_back()
    request.session[RECEIPT] = guests.receipt_of(outcome.reading)
    return redirect("readings:receipt")


def _limits(request: HttpRequest, sent: dict[str, Any]) -> list[Limit]:
    most = rules(ReadingRules).guest_attempts_an_hour
    return [
        Limit("guest_reading", address_of(request), most),
        Limit("guest_reading_of", fold(sent["number"]).replace(" ", ""), most),
    ]


def _form(request: HttpRequest, form: GuestReadingForm, *, status: int = 200, may_appeal: bool = False) -> HttpResponse:
    return render(request, "readings/guest.html", {"form": form, "may_appeal": may_appeal}, status=status)


@never_cache
@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    """What was given from this browser just now, as it was given; of later states a person who signed in learns."""
    told = request.session.get(RECEIPT)
    if not told:
        return redirect("readings:guest")
    return render(request, "readings/receipt.html", {"receipt": told})
