"""The page on which a manager sees all customers together, and the same as a file."""

from collections.abc import Iterator, Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import clock
from portal.billing import spreadsheets
from portal.billing.answers import as_file
from portal.billing.portfolio import every_holding
from portal.billing.portfolio import portfolio as portfolio_of
from portal.billing.portfolio_file import table

LONGEST_QUESTION = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@login_required
def portfolio(request: HttpRequest) -> HttpResponse:
    asked, page = _asked(request), request.GET.get("page", "1")
    found = portfolio_of(
        request.viewer,  # type: ignore[attr-defined]  # the middleware's
        asked=asked,
        page=int(page) if page.isdecimal() else 1,
    )
    shown = {"portfolio": found, "page_obj": found.page, "asked": asked, "query": _query(asked)}
    response = render(request, "billing/portfolio.html", shown)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@login_required
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """What was found on the page, all of it, written as it is read."""
    lines = spreadsheets.csv_lines(_found(request))
    return as_file(StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), f"{_name()}.csv")


@require_safe
@login_required
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    return as_file(
        HttpResponse(spreadsheets.xlsx(_("Properties"), _found(request)), content_type=XLSX), f"{_name()}.xlsx"
    )


def _found(request: HttpRequest) -> Iterator[Sequence[spreadsheets.Value]]:
    return table(every_holding(request.viewer, _asked(request)))  # type: ignore[attr-defined]  # the middleware's


def _name() -> str:
    return f"nieruchomosci-{clock.today()}"


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:LONGEST_QUESTION].strip()


def _query(asked: str) -> str:
    return f"{urlencode({'q': asked})}&" if asked else ""
