"""The screens of giving readings, of what was given, and of a meter's history."""

import csv
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import storages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import clock
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Customer, Deed
from portal.metering import actions, history, photos, queries
from portal.metering import alerts as watch
from portal.metering.forms import Line, ReadingsForm
from portal.metering.missing import consequence
from portal.metering.models import Meter, MeterReading
from portal.metering.policies import AskAgain, Refused, is_left_to_us
from portal.metering.rules import ReadingRules
from portal.metering.sentences import why
from portal.utility.rulebook import rules

A_FORM = 20
A_PAGE = 20


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    return viewer


def _looking(request: HttpRequest) -> Viewer:
    viewer = _viewer(request)
    if not queries.are_readings_shown(viewer):
        raise Http404
    return viewer


def _giving(request: HttpRequest) -> Viewer:
    viewer = _viewer(request)
    if not access.may(viewer, Deed.SUBMIT_READING) or not queries.is_taking(viewer):
        raise Http404
    return viewer


def _asks(viewer: Viewer) -> str:
    return urlencode({"k": str(viewer.customer.public_id) if viewer.customer else ""})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# Giving


@login_required
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """Give the reading of one meter, or of all. What is taken stays taken when another line must be put right."""
    viewer = _giving(request)
    sent = request.POST if request.method == "POST" else request.GET
    instead_of = _instead_of(viewer, sent.get("change", ""))
    only = instead_of.meter.public_id if instead_of else _uuid(sent.get("meter", ""))
    at = sent.get("page", "1")
    page = int(at) if at.isdecimal() and 0 < int(at) < 1000 else 1
    found = queries.to_give(viewer, limit=A_FORM + 1, start=(page - 1) * A_FORM, only=[only] if only else [])
    typed = _typed(request.POST)
    lines = [one for one in found[:A_FORM] if not one.is_left_to_us or one.meter.public_id in typed]
    remote = [one for one in found[:A_FORM] if one not in lines]
    elsewhere = typed - {one.meter.public_id for one in lines}
    if elsewhere:  # a page that was open while a meter went to another page of the form
        lines += queries.to_give(viewer, limit=A_FORM, only=elsewhere)
    more = {"instead_of": instead_of, "only": only, "page": page, "has_more": len(found) > A_FORM, "remote": remote}
    if request.method == "GET" or (remote and not lines):
        start = {
            f"value-{one.meter.public_id.hex}": f"{instead_of.value:f}".split(".")[0] for one in lines if instead_of
        }
        form = ReadingsForm(to_give=lines, user=request.user, initial=start)
        return _form(request, viewer, form, more)
    form = ReadingsForm(request.POST, request.FILES, to_give=lines, user=request.user)
    if not form.is_valid():
        return _form(request, viewer, form, more, status=422)
    taken, left = _record(form, request.user, instead_of)
    for reading in taken:
        messages.success(request, _taken(reading))
    if not left:
        return redirect(f"{reverse('metering:given')}?{_asks(viewer)}")
    for line in [line for line in form.lines if line not in left]:
        form.lines.remove(line)
    return _form(request, viewer, form, more, status=409)


def _typed(sent: QueryDict) -> set[UUID]:
    """The meters of which a value was sent, whichever page of the form it came from."""
    names = {name.removeprefix("value-") for name, value in sent.items() if name.startswith("value-") and value}
    return {key for key in map(_uuid, names) if key}


def _instead_of(viewer: Viewer, key: str) -> MeterReading | None:
    """The reading that is to be changed, while it still can be."""
    public_id = _uuid(key)
    if public_id is None:
        return None
    found = queries.submitted(viewer, Deed.SUBMIT_READING).filter(public_id=public_id).first()
    return found if found and queries.given_line(found).is_changeable else None


def _record(form: ReadingsForm, user: Any, instead_of: MeterReading | None) -> tuple[list[MeterReading], list[Line]]:
    """What was taken, and the lines that must be looked at again."""
    taken: list[MeterReading] = []
    left: list[Line] = []
    for line in form.lines:
        if line.sent is None:
            continue
        try:
            outcome = actions.record_reading(
                meter=line.meter,
                given=line.sent,
                by=user,
                explanation=line.explained,
                photo=photos.redeem(line.kept_photo, user),
                instead_of=instead_of,
            )
        except actions.TooLate as late:
            form.add_error(f"value-{line.key}", str(late))
            left.append(line)
            continue
        if outcome.reading is not None:
            taken.append(outcome.reading)
            continue
        left.append(line)
        if isinstance(outcome.verdict, AskAgain):
            line.asks = why(outcome.verdict.reason, outcome.known, rules(ReadingRules))
        elif isinstance(outcome.verdict, Refused):
            line.refused = why(outcome.verdict.reason, outcome.known, rules(ReadingRules))
            line.may_appeal = outcome.verdict.may_appeal
            form.add_error(f"value-{line.key}", line.refused)
    return taken, left


def _taken(reading: MeterReading) -> str:
    facts = {"meter": reading.meter.serial_number, "value": f"{reading.value:f}".split(".")[0]}
    if reading.state == MeterReading.State.TO_CHECK:
        return (
            _("We have the reading of meter %(meter)s: %(value)s m³. Our office will check it and let you know.")
            % facts
        )
    return _("We have the reading of meter %(meter)s: %(value)s m³. Thank you.") % facts


def _form(
    request: HttpRequest, viewer: Viewer, form: ReadingsForm, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = {
        "form": form,
        "lines": form.lines,
        "timing": queries.timing(),
        "consequence": consequence(rules(ReadingRules)),
        "viewer": viewer,
        **more,
    }
    return render(request, "metering/submit.html", shown, status=status)


@login_required
@require_GET
def given(request: HttpRequest) -> HttpResponse:
    """The receipt: what was given and what became of it."""
    viewer = _looking(request)
    page = Paginator(queries.submitted(viewer), A_PAGE).get_page(request.GET.get("page"))
    lines = [queries.given_line(row) for row in page]
    may_give = access.may(viewer, Deed.SUBMIT_READING) and queries.is_taking(viewer)
    shown = {"lines": lines, "page_obj": page, "viewer": viewer, "may_give": may_give}
    return render(request, "metering/given.html", shown)


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    viewer = _giving(request)
    reading = queries.submitted(viewer, Deed.SUBMIT_READING).filter(public_id=public_id).first()
    if reading is None:
        raise Http404
    try:
        actions.withdraw_reading(reading, by=request.user)
    except actions.TooLate as late:
        messages.error(request, str(late))
    else:
        messages.success(request, _("You have taken the reading back."))
    return redirect(f"{reverse('metering:given')}?{_asks(viewer)}")


@login_required
@require_GET
def photo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The photo that a customer sent with a reading."""
    reading = queries.submitted(_looking(request)).filter(public_id=public_id).first()
    if reading is None:
        raise Http404
    return photo_of(reading)


def photo_of(reading: MeterReading) -> HttpResponse:
    name = str(reading.submission.photo)
    if not name or not storages["private"].exists(name):
        raise Http404
    with storages["private"].open(name) as kept:
        return HttpResponse(kept.read(), content_type="image/jpeg")


# What flowed


@login_required
@require_GET
def meter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One meter: who it is, what flowed by years, months, days and hours, what it showed."""
    viewer = _looking(request)
    found = _found(viewer, public_id)
    asked = history.Asked(
        by_years=request.GET.get("by") == "years",
        month=history.month_of(request.GET.get("month", "")),
        day=history.day_of(request.GET.get("day", "")),
        of_place=request.GET.get("of") == "place",
    )
    told = history.history(found, asked)
    may_give = access.may(viewer, Deed.SUBMIT_READING) and queries.is_taking(viewer)
    is_left = may_give and not found.removed_on and is_left_to_us(found.is_remote, rules(ReadingRules))
    start = f"?{_asks(viewer)}{'&of=place' if asked.of_place else ''}"
    shown = {"meter": found, "history": told, "start": start, "viewer": viewer}
    shown["may_give"], shown["is_left_to_us"] = may_give and not found.removed_on and not is_left, is_left
    shown["alerts"] = watch.alerts(viewer, found)
    shown["is_watching"] = watch.is_watching()
    shown["may_ask"] = not viewer.is_read_only
    shown["are_asked_for"] = watch.is_watching() and watch.are_asked_for(viewer)
    shown["is_verification_ending"] = queries.is_ending(found.verification_valid_until) and not found.removed_on
    return render(request, "metering/meter.html", shown)


@login_required
@require_POST
def alerts(request: HttpRequest) -> HttpResponse:
    """Letters about leaks and unusual use: asked for, or not any more."""
    viewer = _looking(request)
    if viewer.is_read_only or viewer.customer is None or not watch.is_watching():
        raise Http404
    is_wanted = request.POST.get("wanted") == "yes"
    customer = Customer.objects.get(pk=viewer.customer.pk)
    watch.ask_for_letters(user=request.user, customer=customer, is_wanted=is_wanted)
    told = _("We will write to you when readings show a possible leak or unusual use.")
    messages.success(request, told if is_wanted else _("We will not write to you about it any more."))
    found = _found(viewer, _uuid(request.POST.get("meter", "")) or UUID(int=0))
    return redirect(f"{reverse('metering:meter', args=[found.public_id])}?{_asks(viewer)}")


@login_required
@require_GET
def meter_csv(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The readings that the page shows, for a spreadsheet: semicolons and commas, as Polish ones expect."""
    found = _found(_looking(request), public_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="odczyty-{_safe(found.serial_number)}.csv"'
    response.write("\ufeff")
    rows = csv.writer(response, delimiter=";")
    rows.writerow([_("Day"), _("Reading, m³"), _("Source"), _("Used since the one before, m³"), _("Litres a day")])
    for row in reversed(history.history(found).readings):
        use = "" if row.use is None else f"{row.use:f}".replace(".", ",")
        litres = "" if row.litres_a_day is None else row.litres_a_day
        rows.writerow([f"{row.day:%d.%m.%Y}", f"{row.value:f}".replace(".", ","), row.source, use, litres])
    return response


def _found(viewer: Viewer, public_id: UUID) -> Meter:
    found = queries.visible_meter(viewer, public_id)
    if found is None:
        raise Http404
    return found


def _safe(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isalnum()) or f"{clock.today():%Y%m%d}"
