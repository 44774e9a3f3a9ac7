"""Forecasts on a screen and on paper, the cost beside the dial, and what paying would change."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock
from portal.billing.forecast import Forecast, Subject, at_reading, for_period, forecast_subject
from portal.billing.forecast_paper import forecast_pdf
from portal.billing.pay_simulation import simulate as paying
from portal.billing.queries import balance, open_items
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.money import NotAnAmount, parse_amount
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

VALUE, USE = "value-", "use-"
LONGEST_LIST = 100


def _viewer(request: HttpRequest, *deeds: str) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if not rules(Modules).forecast or not all(access.may(viewer, deed) for deed in deeds):
        raise Http404
    return viewer


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str, otherwise: date) -> tuple[date, bool]:
    """The day that was written, and whether it could be read."""
    try:
        return (date.fromisoformat(text) if text else otherwise), True
    except ValueError:
        return otherwise, False


def _typed(sent: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): sent[name] for name in sent if name.startswith(prefix)}


def _subject(viewer: Viewer, sent: Mapping[str, str]) -> Subject:
    keys = [_uuid(key) for key, value in _typed(sent, VALUE).items() if value.strip()]
    named = [key for key in (*keys[:20], _uuid(sent.get("meter", ""))) if key]
    found = forecast_subject(viewer, contract=_uuid(sent.get("contract", "")), meters=named)
    if found is None:
        raise Http404
    return found


def _forecast(subject: Subject, sent: Mapping[str, str]) -> Forecast:
    """By what was asked: `by=period` for chosen days, else at a reading of a day."""
    if sent.get("by") == "period":
        first, is_read = _day(sent.get("first", ""), subject.begins)
        last, is_read_too = _day(sent.get("last", ""), subject.ends)
        found = for_period(subject, first, last, _typed(sent, USE))
    else:
        first = subject.begins
        day, is_read = _day(sent.get("day", ""), max(clock.today(), first))
        is_read_too = True
        found = at_reading(subject, day, _typed(sent, VALUE))
    if is_read and is_read_too:
        return found
    return Forecast(found.first, found.last, found.uses, faults=found.faults, why_not=_("Write the day as 20.11.2026."))


@login_required
@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    """The page: two questions, and the forecast invoice of the one that was asked."""
    viewer = _viewer(request, Deed.SEE_READINGS, Deed.SEE_CONTRACT)
    subject = _subject(viewer, request.GET)
    is_asked = request.GET.get("by") in ("reading", "period")
    found = _forecast(subject, request.GET) if is_asked else None
    asked = {name: value for name, value in request.GET.items() if name != "page"}
    shown = {
        "subject": subject,
        "forecast": found,
        "by": request.GET.get("by", "reading"),
        "day": request.GET.get("day") or max(clock.today(), subject.begins).isoformat(),
        "first": request.GET.get("first") or subject.begins.isoformat(),
        "last": request.GET.get("last") or subject.ends.isoformat(),
        "meters": _fields(subject, request.GET, found),
        "paper": urlencode(asked),
        "viewer": viewer,
    }
    is_wrong = found is not None and found.estimate is None
    return render(request, "billing/forecast.html", shown, status=422 if is_wrong else 200)


def _fields(subject: Subject, sent: Mapping[str, str], found: Forecast | None) -> list[dict[str, Any]]:
    faults = dict(found.faults) if found else {}
    return [
        {
            "meter": meter,
            "value": sent.get(f"{VALUE}{meter.key}", ""),
            "use": sent.get(f"{USE}{meter.key}", ""),
            "fault": faults.get(meter.key, ""),
        }
        for meter in subject.meters
    ]


@login_required
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The forecast as the picture of an invoice, marked on every page as what it is."""
    viewer = _viewer(request, Deed.SEE_READINGS, Deed.SEE_CONTRACT)
    subject = _subject(viewer, request.GET)
    found = _forecast(subject, request.GET)
    if found.estimate is None or viewer.customer is None:
        raise Http404
    with translation.override("pl"):
        drawn = forecast_pdf(subject, found, viewer.customer)
    response = HttpResponse(drawn, content_type="application/pdf")
    name = f"prognoza-{found.first:%Y-%m-%d}-{found.last:%Y-%m-%d}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_http_methods(["POST"])
def simulate(request: HttpRequest) -> HttpResponse:
    """The cost of what stands on the dials of the reading form: nothing is given by asking."""
    viewer = _viewer(request, Deed.SEE_READINGS, Deed.SEE_CONTRACT)
    subject = _subject(viewer, request.POST)
    days = [_day(text, clock.today())[0] for text in _typed(request.POST, "read_on-").values() if text]
    day = max([*days, subject.begins]) if days else max(clock.today(), subject.begins)
    found = at_reading(subject, day, _typed(request.POST, VALUE))
    kept = [(name, text) for name, text in request.POST.items() if name not in ("csrfmiddlewaretoken", "press")]
    shown = {"subject": subject, "forecast": found, "kept": kept[:LONGEST_LIST], "viewer": viewer, "is_small": True}
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "billing/simulated_part.html" if is_part else "billing/simulated.html", shown)


@login_required
@require_safe
def pay_simulation(request: HttpRequest) -> HttpResponse:
    """What the balance becomes if these are paid."""
    viewer = _viewer(request, Deed.SEE_BALANCE)
    found, charges = balance(viewer), open_items(viewer)
    keys = [key for key in map(_uuid, request.GET.getlist("item")) if key]
    typed = request.GET.get("amount", "").strip()
    fault = ""
    other = Decimal("0.00")
    try:
        other = parse_amount(typed) if typed else other
    except NotAnAmount:
        fault = _("Write an amount in złoty, for example 135,38.")
    if other < 0:
        fault, other = _("Write what you would pay, without a minus."), Decimal("0.00")
    is_in_question = charges.is_in_question or bool(found and found.is_in_question)
    answer = paying(found, charges, keys, other) if found and not is_in_question and not fault else None
    shown = {
        "balance": found,
        "charges": charges,
        "keys": keys,
        "typed": typed,
        "fault": fault,
        "answer": answer if keys or typed else None,
        "is_in_question": is_in_question,
        "viewer": viewer,
    }
    return render(request, "billing/pay_simulation.html", shown, status=422 if fault else 200)
