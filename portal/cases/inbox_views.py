"""The inbox: what the utility has written to the customer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.cases import inbox as letters
from portal.cases.models import InboxItem
from portal.cases.rules import CaseRules
from portal.cases.views import asks, of, stored
from portal.customers.access import Viewer, may
from portal.customers.models import Deed
from portal.utility.rulebook import rules

A_PAGE = 20


def _reading(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if not letters.is_open(viewer):
        raise Http404
    return viewer


def _own(viewer: Viewer, public_id: UUID) -> InboxItem:
    found = letters.items(viewer).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    viewer = _reading(request)
    is_archive = "archiwum" in request.GET
    page = Paginator(letters.items(viewer, is_archived=is_archive), A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "page_obj": page,
        "is_archive": is_archive,
        "unread": letters.unread(viewer),
        "wants_copies": letters.wants_copies(request.user),
        "may_write": rules(CaseRules).customers_write and may(viewer, Deed.WRITE_CASE),
        **of(viewer),
    }
    return render(request, "cases/inbox.html", shown)


@login_required
@require_GET
def message(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One message. Opened by a person it counts as read; a clerk on a visit leaves no mark."""
    viewer = _reading(request)
    item = _own(viewer, public_id)
    if not viewer.is_read_only:
        letters.mark_read(item, user=request.user)
    return render(request, "cases/message.html", {"item": item, "message": item.message, **of(viewer)})


@login_required
@require_POST
def archive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    viewer = _acting(request)
    is_archived = request.POST.get("archive") != "no"
    letters.put_away(_own(viewer, public_id), user=request.user, is_archived=is_archived)
    messages.success(request, _("It is in the archive.") if is_archived else _("It is in the inbox again."))
    return redirect(f"{reverse('cases:inbox')}?{asks(viewer)}")


def _acting(request: HttpRequest) -> Viewer:
    viewer = _reading(request)
    if viewer.is_read_only:
        raise Http404
    return viewer


@login_required
@require_POST
def copies(request: HttpRequest) -> HttpResponse:
    viewer = _acting(request)
    is_wanted = request.POST.get("wanted") == "yes"
    letters.wish_copies(user=request.user, is_wanted=is_wanted)
    messages.success(
        request, _("We will send a copy of each message to your e-mail.") if is_wanted else _("No copies any more.")
    )
    return redirect(f"{reverse('cases:inbox')}?{asks(viewer)}")


@login_required
@require_GET
def file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    sent = _own(_reading(request), public_id).message
    return stored(sent.file, sent.file_name, sent.file_type)
