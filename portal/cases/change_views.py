"""The screens of changing data and of handing a property over."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portal.cases import changes, queries
from portal.cases.change_forms import ChangeForm, HandoverForm
from portal.cases.changes import DEEDS, AskedAlready, HandoverAsked, NoTopic
from portal.cases.files import PDF
from portal.cases.models import DataChange
from portal.cases.views import asks, has_room, of, sender_of, stored, writing
from portal.customers.access import Viewer, may


def _fields(viewer: Viewer) -> list[tuple[str, str]]:
    """What this viewer may ask to have changed: nothing, for who acts for some points only."""
    return [(code, str(label)) for code, label in DataChange.Field.choices if may(viewer, DEEDS[code])]


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Which of the data first, then its new value."""
    viewer = writing(request)
    offered = _fields(viewer)
    if not offered:
        raise Http404
    field = (request.POST if request.method == "POST" else request.GET).get("field", "")
    if field not in dict(offered):
        return render(request, "cases/change_what.html", {"offered": offered, **of(viewer)})
    sender = sender_of(request, viewer)
    if sender.customer is None:
        raise Http404
    old = changes.values_now(sender.customer, field)
    shape: dict[str, Any] = {"field": field, "old": old, "sender": str(viewer.user_id)}
    if request.method == "GET":
        return _form(request, viewer, ChangeForm(**shape), dict(offered)[field])
    form = ChangeForm(request.POST, request.FILES, **shape)
    if not form.is_valid():
        return _form(request, viewer, form, dict(offered)[field], status=422)
    if not has_room(viewer.user_id):
        form.add_error(None, _("You have sent many messages today. Write on in one of your cases, or call us."))
        return _form(request, viewer, form, dict(offered)[field], status=429)
    try:
        case = changes.ask_change(
            sender=sender, field=field, new=form.new, why=form.cleaned_data["why"], kept=tuple(form.kept_files)
        )
    except (NoTopic, AskedAlready) as why:
        form.add_error(None, str(why))
        return _form(request, viewer, form, dict(offered)[field], status=409)
    messages.success(request, _("We have your request. Nothing changes until billing confirms it."))
    return redirect(f"{reverse('cases:case', args=[case.public_id])}?{asks(viewer)}")


def _form(request: HttpRequest, viewer: Viewer, form: ChangeForm, label: str, *, status: int = 200) -> HttpResponse:
    old = ", ".join(value for value in form.old.values() if value)
    shown = {"form": form, "label": label, "old": old, **of(viewer)}
    return render(request, "cases/change.html", shown, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    viewer = writing(request)
    places = queries.points(viewer)
    if not places:
        raise Http404
    shape: dict[str, Any] = {"places": places, "sender": str(viewer.user_id)}
    if request.method == "GET":
        form = HandoverForm(initial={"way": "out"}, **shape)
        return render(request, "cases/handover.html", {"form": form, **of(viewer)})
    form = HandoverForm(request.POST, request.FILES, **shape)
    if not form.is_valid():
        return render(request, "cases/handover.html", {"form": form, **of(viewer)}, status=422)
    said = form.cleaned_data
    point = form.places[said["point"]]
    asked = HandoverAsked(
        said["way"], point, said["other_party"], said["other_contact"], said["on"], said["meter"], said["reading"]
    )
    try:
        case = changes.ask_handover(
            sender=replace(sender_of(request, viewer), point=point),
            asked=asked,
            text=said["text"],
            kept=tuple(form.kept_files),
        )
    except (NoTopic, AskedAlready) as why:
        form.add_error(None, str(why))
        return render(request, "cases/handover.html", {"form": form, **of(viewer)}, status=409)
    messages.success(request, _("The documents are ready. Print them, let both parties sign, and attach them here."))
    return redirect(f"{reverse('cases:case', args=[case.public_id])}?{asks(viewer)}")


@login_required
@require_GET
def handover_papers(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = queries.own_case(writing(request), public_id)
    held = getattr(found, "handover", None) if found else None
    if found is None or held is None:
        raise Http404
    return stored(held.papers, f"{str(found.number).replace('/', '-')}.pdf", PDF)
