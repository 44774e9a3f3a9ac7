"""The list of papers: searching it, and taking several away at once."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal import clock
from portal.billing import packages
from portal.billing.answers import as_file, key_of, viewer_of
from portal.billing.history_views import page_of
from portal.billing.packages import Key
from portal.billing.paper_list import KINDS, STATES, Wanted, every_key, papers, signed_papers
from portal.billing.queries import balance
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.utility.rulebook import rules
from portal.utility.rules import Modules


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    viewer = _looking(request)
    stands, k = balance(viewer), key_of(viewer)
    is_in_question = bool(stands and stands.is_in_question)
    wanted = wanted_of(request.GET)
    if is_in_question:
        wanted = replace(wanted, state="")
    found = papers(viewer, wanted)
    carried = _carried(wanted, k)
    shown = {
        "found": found,
        "wanted": wanted,
        "viewer": viewer,
        "k": k,
        "kinds": _kinds(viewer),
        "states": STATES.items(),
        "shelves": [] if wanted.is_anything or wanted.page > 1 else signed_papers(viewer),
        "is_in_question": is_in_question,
        "carried": carried,
        "most": packages.MOST,
    }
    return render(request, "billing/papers.html", shown)


@require_POST
@login_required
def package(request: HttpRequest) -> HttpResponseBase:
    """The chosen papers as a ZIP; while many of them have no PDF yet, a page that says so and asks again."""
    viewer = _looking(request)
    wanted = wanted_of(request.POST)
    back = f"{reverse('billing:papers')}?{_carried(wanted, key_of(viewer))}page={wanted.page}"
    is_all = request.POST.get("press") == "all"
    keys = every_key(viewer, wanted, packages.MOST) if is_all else _keys(request.POST)
    chosen = packages.choose(viewer, keys)
    if not chosen.count:
        messages.warning(request, _("Choose at least one document that has a file."))
        return redirect(back)
    with_originals = bool(request.POST.get("xml"))
    if chosen.waiting:
        shown = {"chosen": chosen, "keys": keys, "back": back, "k": key_of(viewer), "xml": with_originals}
        return render(request, "billing/package.html", shown)
    stream = packages.pack(chosen, with_originals=with_originals)
    name = ngettext("%(count)d-document", "%(count)d-documents", chosen.count) % {"count": chosen.count}
    return as_file(FileResponse(stream, content_type="application/zip"), f"{clock.today():%Y-%m-%d}-{name}.zip")


def wanted_of(given: QueryDict) -> Wanted:
    kind, state = given.get("rodzaj", ""), given.get("stan", "")
    return Wanted(
        text=given.get("q", "").strip()[:80],
        kind=kind if kind in KINDS else "",
        state=state if state in STATES else "",
        first=_day(given.get("od", "")),
        last=_day(given.get("do", "")),
        page=page_of(given.get("page", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _keys(given: QueryDict) -> list[Key]:
    """“invoice:0d4c…” of each ticked box; what is none is left out."""
    found = []
    for text in given.getlist("paper")[: packages.MOST]:
        family, _colon, key = text.partition(":")
        try:
            found.append((family, UUID(key)))
        except ValueError:
            continue
    return found


def _looking(request: HttpRequest) -> Viewer:
    viewer = viewer_of(request)
    if not any(access.may(viewer, deed) for deed in (Deed.SEE_INVOICES, Deed.SEE_NOTES, Deed.SEE_CONTRACT)):
        raise Http404
    return viewer


def _kinds(viewer: Viewer) -> list[tuple[str, Any]]:
    """Those that there can be: of a module that runs and of services held."""
    hidden = set() if rules(Modules).notes else {"notes", "demands"}
    if not viewer.holds("waste"):
        hidden.add("waste")
    if not (viewer.holds("water") or viewer.holds("sewage")):
        hidden.add("water")
    return [(code, words) for code, words in KINDS.items() if code not in hidden]


def _carried(wanted: Wanted, k: str) -> str:
    values = {
        "k": k,
        "q": wanted.text,
        "rodzaj": wanted.kind,
        "stan": wanted.state,
        "od": wanted.first.isoformat() if wanted.first else "",
        "do": wanted.last.isoformat() if wanted.last else "",
    }
    return urlencode({name: value for name, value in values.items() if value}) + "&"
