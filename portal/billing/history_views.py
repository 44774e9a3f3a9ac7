"""The financial history as a page and as a file to take away."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import clock
from portal.billing import spreadsheets
from portal.billing.answers import as_file, key_of, viewer_of
from portal.billing.history import KINDS, Asked, Line, bookings, history
from portal.billing.wording import channel_in_words
from portal.customers import access, services
from portal.customers.access import Viewer
from portal.customers.models import Deed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_IN_A_WORKBOOK = 20_000  # lines; a workbook is made in memory, so the rest is for the CSV


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Months of one year, each opening to its bookings; one month by itself where a year holds too many."""
    viewer = _looking(request)
    asked = asked_of(request)
    told = history(viewer, asked)
    if told is None:
        raise Http404
    k = key_of(viewer)
    shown = {
        "told": told,
        "viewer": viewer,
        "k": k,
        "kinds": [(code, words) for code, (words, _kinds) in KINDS.items()],
        "objects": objects(viewer),
        "carried": _carried(told.asked, k),
        "months_of": _carried(Asked(what=asked.what, service=asked.service, number=asked.number), k),
        "is_chosen": asked.is_narrow or bool(asked.service),
    }
    return render(request, "billing/history.html", shown)


@require_safe
@login_required
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """Semicolons and decimal commas, as Polish spreadsheets expect; written as it is read."""
    viewer = _looking(request)
    lines = spreadsheets.csv_lines(_table(bookings(viewer, asked_of(request))))
    return as_file(StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), f"{_name(viewer)}.csv")


@require_safe
@login_required
def as_xlsx(request: HttpRequest) -> HttpResponse:
    viewer = _looking(request)
    table = _first(_table(bookings(viewer, asked_of(request))), MOST_IN_A_WORKBOOK)
    return as_file(HttpResponse(spreadsheets.xlsx(_("History"), table), content_type=XLSX), f"{_name(viewer)}.xlsx")


def _looking(request: HttpRequest) -> Viewer:
    viewer = viewer_of(request)
    if not access.may(viewer, Deed.SEE_BALANCE):
        raise Http404
    return viewer


def asked_of(request: HttpRequest) -> Asked:
    """What the address asks for; what is not understood is left out."""
    given = request.GET
    year = given.get("rok", "")
    what, service = given.get("co", ""), given.get("obiekt", "")
    return Asked(
        year=int(year) if year.isdecimal() and len(year) == len("2026") else None,
        month=month_of(given.get("miesiac", "")),
        what=what if what in KINDS else "",
        service=service if service in services.OBJECTS else "",
        number=given.get("numer", "").strip()[:80],
        page=page_of(given.get("page", "")),
    )


def page_of(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < len("10000") else 1


def month_of(text: str) -> date | None:
    """“2026-03” as its first day."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def objects(viewer: Viewer) -> list[tuple[str, str]]:
    """The objects to choose from; none where there is no choice."""
    held = services.objects_of(viewer.customer.services if viewer.customer else ())
    return [(name, services.in_words(services.OBJECTS[name])) for name in held] if len(held) > 1 else []


def _carried(asked: Asked, k: str) -> str:
    """The question as part of an address, ending with &, without the page."""
    values: dict[str, Any] = {
        "k": k,
        "rok": asked.year,
        "miesiac": f"{asked.month:%Y-%m}" if asked.month else "",
        "co": asked.what,
        "obiekt": asked.service,
        "numer": asked.number,
    }
    return urlencode({name: value for name, value in values.items() if value}) + "&"


def _table(lines: Iterator[Line]) -> Iterator[tuple[spreadsheets.Value, ...]]:
    yield (_("Day"), _("What"), _("Document"), _("Due"), _("Amount, zł"), _("Balance after it, zł"), _("How paid"))
    for line in lines:
        how = channel_in_words(line.channel) or line.channel
        yield (line.on, line.words, line.number, line.due_on, line.amount, line.balance, how)


def _first(rows: Iterator[tuple[spreadsheets.Value, ...]], most: int) -> Iterator[tuple[spreadsheets.Value, ...]]:
    for place, row in enumerate(rows):
        if place > most:
            yield (_("There are more lines than a workbook is made for: choose one year, or take the CSV."),)
            return
        yield row


def _name(viewer: Viewer) -> str:
    number = viewer.customer.number if viewer.customer else ""
    return f"historia-{number}-{clock.today():%Y-%m-%d}"
