"""Reports on the whole site, for whoever keeps it: links, words, what appears and disappears by itself; and the editors' help."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Page, Revision

from home.review import drawn, links, words
from portal import clock

MAY_REVIEW = "home.view_portalpage"


def _may_review(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_REVIEW):
        raise PermissionDenied


@require_safe
def links_report(request: HttpRequest) -> HttpResponse:
    _may_review(request)
    found = links.links(list(drawn.everything()))
    context = {
        "broken": [link for link in found if link.fault],
        "external": [link for link in found if link.is_external],
        "count": len(found),
    }
    return render(request, "review/panel/links.html", _titled(_("Links"), "link", context))


@require_safe
def words_report(request: HttpRequest) -> HttpResponse:
    _may_review(request)
    pages = [(one.page, words.faults(one.main)) for one in drawn.everything()]
    context = {"pages": [(page, found) for page, found in pages if found], "count": len(pages)}
    return render(request, "review/panel/words.html", _titled(_("Content to put right"), "warning", context))


@dataclass(frozen=True)
class Coming:
    page: Page
    at: datetime
    appears: bool


def coming() -> list[Coming]:
    """What is published or withdrawn by itself from now on, the nearest first. Two statements."""
    now = clock.now()
    planned = Revision.page_revisions.filter(approved_go_live_at__gt=now).order_by("approved_go_live_at")
    pages = {str(page.pk): page for page in Page.objects.filter(pk__in=[one.object_id for one in planned])}
    appearing = [
        Coming(pages[one.object_id], one.approved_go_live_at, True) for one in planned if one.object_id in pages
    ]
    ending = [Coming(page, page.expire_at, False) for page in Page.objects.live().filter(expire_at__gt=now)]
    return sorted([*appearing, *ending], key=lambda one: one.at)


@require_safe
def coming_report(request: HttpRequest) -> HttpResponse:
    _may_review(request)
    return render(
        request, "review/panel/coming.html", _titled(_("What changes by itself"), "clock", {"coming": coming()})
    )


@require_safe
def editors_help(request: HttpRequest) -> HttpResponse:
    return render(request, "review/panel/help.html", _titled(_("How to keep this site"), "help", {}))


def _titled(title: str, icon: str, context: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "icon": icon} | context
