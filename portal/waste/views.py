"""The calendar of waste collection, its feed for other calendars, and what is reported from it."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal import clock
from portal.customers import access
from portal.customers.access import Viewer, may, open_delegations, viewer_of
from portal.customers.models import Customer, Deed
from portal.notifications.actions import absolute
from portal.utility import identity
from portal.utility.rulebook import rules
from portal.utility.rules import Modules
from portal.waste import actions, ical, queries

SALT = "waste.feed"
YEARS_SHOWN = 50  # before and after this one


def _looking(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if not rules(Modules).waste or not may(viewer, Deed.SEE_WASTE) or not viewer.holds("waste"):
        raise Http404
    return viewer


def _here(viewer: Viewer) -> str:
    return f"{reverse('waste:calendar')}?k={viewer.customer.public_id if viewer.customer else ''}"


def _month(text: str) -> date:
    this = clock.today().replace(day=1)
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    # At the end of the calendar no month follows to be led to.
    return asked if abs(asked.year - this.year) <= YEARS_SHOWN else this


@login_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """A month as a sheet and as a list, and the places."""
    viewer = _looking(request)
    month = _month(request.GET.get("month", ""))
    shown = queries.sheet(month, [])
    first, last = shown.weeks[0][0].day, shown.weeks[-1][-1].day
    lines = queries.pickups(viewer, first, last)
    sheet = queries.sheet(month, lines)
    today = clock.today()
    may_report = may(viewer, Deed.WRITE_CASE)
    context = {
        "sheet": sheet,
        "lines": [line for line in lines if line.day.month == sheet.first.month],
        "points": queries.points(viewer),
        "reportable_from": today - queries.REPORTED_WITHIN if may_report else None,
        "today": today,
        "is_reminded": queries.is_reminded(viewer),
        "may_ask": not viewer.is_read_only,
        "feed": _feed_address(viewer),
        "viewer": viewer,
    }
    return render(request, "waste/calendar.html", context)


def _feed_address(viewer: Viewer) -> str:
    """Of the person's own delegation: it ends with it. A clerk on a visit has none."""
    if viewer.delegation_id is None:
        return ""
    token = signing.dumps(viewer.delegation_id, salt=SALT)
    return absolute(reverse("waste:feed", args=[token]))


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """For calendars of phones, which cannot sign in: a signed address, good while its owner may act for the customer."""
    try:
        delegation_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Http404 from None
    held = open_delegations().filter(pk=delegation_id).select_related("user", "customer").first()
    if held is None or not held.user.is_active or not rules(Modules).waste:
        raise Http404
    viewer = viewer_of(held.user, customer=held.customer.public_id)
    if not access.may(viewer, Deed.SEE_WASTE):
        raise Http404
    today = clock.today()
    lines = queries.pickups(viewer, today - queries.REPORTED_WITHIN, today + queries.FEED_AHEAD)
    name = _("Waste, %(utility)s") % {"utility": identity.current().name}
    body = ical.calendar(lines, name=name, made_at=clock.now())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="odpady.ics"'
    return response


@login_required
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    viewer = _looking(request)
    if viewer.is_read_only or viewer.customer is None:
        raise Http404
    is_wanted = request.POST.get("wanted") == "yes"
    customer = Customer.objects.get(pk=viewer.customer.pk)
    actions.remind(user=request.user, customer=customer, is_wanted=is_wanted)
    messages.success(
        request,
        _("We will write to you the evening before each pickup.") if is_wanted else _("The reminder is off."),
    )
    return redirect(_here(viewer))


@login_required
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Waste was not collected: the office is told."""
    viewer = _looking(request)
    if not may(viewer, Deed.WRITE_CASE):
        raise Http404
    try:
        point, day = UUID(request.POST.get("point", "")), date.fromisoformat(request.POST.get("day", ""))
        line = queries.reportable(viewer, point, day)
    except ValueError:
        line = None
    if line is None:
        messages.error(request, _("Only a pickup of the last seven days can be reported here."))
    else:
        actions.report_missed(line, viewer=viewer, by=request.user)
        messages.success(request, _("Thank you. Our office knows that the waste was not collected."))
    return redirect(_here(viewer))
