"""The customer's screens: cases, a new one, a thread with its files."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portal import clock
from portal.cases import actions, outage_queries, queries
from portal.cases.actions import Content, NotNow, Sender
from portal.cases.files import PDF
from portal.cases.forms import CaseForm, LineForm
from portal.cases.models import Attachment, Case, CaseTopic, Entry
from portal.cases.models.cases import private
from portal.cases.outage_queries import Shown
from portal.cases.rules import CaseRules
from portal.customers.access import Viewer, may
from portal.customers.models import Customer, Deed, ServicePoint
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

A_PAGE = 20
# Topics whose cases have a form of their own.
OWN_FORMS = {CaseTopic.Kind.DETAILS: "cases:change", CaseTopic.Kind.PARTY: "cases:handover"}


def writing(request: HttpRequest) -> Viewer:
    """The viewer, where cases run and this viewer may write for the customer."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if not rules(Modules).cases or not rules(CaseRules).customers_write or not may(viewer, Deed.WRITE_CASE):
        raise Http404
    return viewer


def asks(viewer: Viewer) -> str:
    return urlencode({"k": str(viewer.customer.public_id) if viewer.customer else ""})


def of(viewer: Viewer) -> dict[str, object]:
    """What every screen of a customer's says: who looks, and the customer's key for its addresses."""
    return {"viewer": viewer, "k": str(viewer.customer.public_id) if viewer.customer else ""}


def sender_of(request: HttpRequest, viewer: Viewer) -> Sender:
    user = request.user
    return Sender(
        user=user,
        customer=Customer.objects.get(pk=viewer.customer.pk) if viewer.customer else None,
        name=str(user),
        email=getattr(user, "email", "") or "",
        phone=getattr(user, "phone", ""),
        language=get_language() or "pl",
    )


def has_room(user_id: int | None) -> bool:
    """Whether this person may open one more case today."""
    opened = Case.objects.filter(user=user_id, opened_at__gte=clock.at(clock.today())).count()
    return opened < rules(CaseRules).opened_a_day


@login_required
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    viewer = writing(request)
    page = Paginator(queries.own_cases(viewer), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/cases.html", {"page_obj": page, **of(viewer)})


@login_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """What it is about: each topic says by when we answer."""
    viewer = writing(request)
    found = list(queries.topics())
    links = [(topic, _way_to(topic)) for topic in found if _is_offered(topic, viewer)]
    return render(request, "cases/choose.html", {"links": links, **of(viewer)})


def _way_to(topic: CaseTopic) -> str:
    own = OWN_FORMS.get(CaseTopic.Kind(topic.kind))
    return reverse(own) if own else reverse("cases:new", args=[topic.slug])


def _is_offered(topic: CaseTopic, viewer: Viewer) -> bool:
    """A change of data is not offered to whom it is not allowed; they would only be refused."""
    if topic.kind == CaseTopic.Kind.WASTE:
        return viewer.holds("waste")
    return topic.kind != CaseTopic.Kind.DETAILS or may(viewer, Deed.CHANGE_BASIC_DATA)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    viewer = writing(request)
    topic = get_object_or_404(queries.topics(), slug=slug)
    if CaseTopic.Kind(topic.kind) in OWN_FORMS or not _is_offered(topic, viewer):
        raise Http404
    places = queries.points(viewer)
    shape: dict[str, Any] = {
        "topic": topic,
        "places": places,
        "is_partial": viewer.is_partial,
        "sender": str(viewer.user_id),
    }
    if request.method == "GET":
        form = CaseForm(initial={"subject": request.GET.get("subject", "")[:120]}, **shape)
        return _new(request, viewer, form)
    form = CaseForm(request.POST, request.FILES, **shape)
    if not form.is_valid():
        return _new(request, viewer, form, status=422)
    if (known := known_at(topic, form.point)) and request.POST.get("press") != "send":
        return _new(request, viewer, form, known=known)
    if not has_room(viewer.user_id):
        form.add_error(None, _("You have sent many messages today. Write on in one of your cases, or call us."))
        return _new(request, viewer, form, status=429)
    sender = replace(sender_of(request, viewer), point=form.point)
    case = actions.open_case(topic=topic, sender=sender, content=content_of(form))
    said = topic.sent_text or _("Thank you. Your case has the number %(number)s.") % {"number": case.number}
    messages.success(request, said)
    return redirect(f"{reverse('cases:case', args=[case.public_id])}?{asks(viewer)}")


def content_of(form: CaseForm) -> Content:
    """What a topic's form says."""
    return Content(
        subject=form.cleaned_data["subject"],
        text=form.cleaned_data["text"],
        place=str(form.point) if form.point else "",
        answers=form.answers,
        files=tuple(form.kept_files),
    )


def known_at(topic: CaseTopic, point: ServicePoint | None) -> Shown | None:
    """What we know of where a failure is reported."""
    if topic.kind != CaseTopic.Kind.FAILURE or point is None:
        return None
    return outage_queries.at(point.street, point.building)


def _new(
    request: HttpRequest, viewer: Viewer, form: CaseForm, *, known: Shown | None = None, status: int = 200
) -> HttpResponse:
    due = form.topic.term.due(clock.today())
    shown = {"form": form, "topic": form.topic, "due": due, "known": known, **of(viewer)}
    return render(request, "cases/new.html", shown, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The thread, the clock, and the next line."""
    viewer = writing(request)
    found = queries.own_case(viewer, public_id)
    if found is None:
        raise Http404
    ways = {
        "here": f"{reverse('cases:case', args=[public_id])}?{asks(viewer)}",
        "k": str(viewer.customer.public_id) if viewer.customer else "",
        "back": f"{reverse('cases:cases')}?{asks(viewer)}",
        "attachment": "cases:attachment",
        "pdf": "cases:answer_pdf",
    }
    return thread_page(request, found, ways, sender=str(viewer.user_id), by=request.user)


def thread_page(
    request: HttpRequest, found: Case, ways: dict[str, str], *, sender: str, by: object | None
) -> HttpResponse:
    """The same screen for who has an account and who has a signature."""
    form = LineForm(sender=sender)
    status = 200
    if request.method == "POST":
        form = LineForm(request.POST, request.FILES, sender=sender)
        if form.is_valid():
            return _written(request, found, form, ways, by)
        status = 422
    shown = {
        "case": found,
        "thread": queries.thread(found),
        "clock": found.clock,
        "form": form,
        "ways": ways,
        "may_write": found.is_open or actions.may_reopen(found),
    }
    return render(request, "cases/case.html", shown, status=status)


def _written(
    request: HttpRequest, found: Case, form: LineForm, ways: dict[str, str], by: object | None
) -> HttpResponse:
    write = actions.write if found.is_open else actions.reopen
    try:
        write(found, text=form.cleaned_data["text"], by=by, kept=form.kept_files)
    except NotNow as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("We have your message."))
    return redirect(ways["here"])


@login_required
@require_GET
def attachment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return file_of(queries.attachment(queries.own_cases(writing(request)), public_id))


@login_required
@require_GET
def answer_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return pdf_of(queries.answer(queries.own_cases(writing(request)), public_id))


def file_of(found: Attachment | None) -> HttpResponse:
    if found is None:
        raise Http404
    return stored(found.file, found.name, found.content_type)


def pdf_of(found: Entry | None) -> HttpResponse:
    if found is None or not found.pdf:
        raise Http404
    return stored(found.pdf, f"{str(found.case.number).replace('/', '-')}.pdf", PDF)


def stored(path: str, name: str, content_type: str) -> HttpResponse:
    """A private file. It never runs as a page of ours: the browser is told its kind and to keep to it."""
    if not path or not private().exists(path):
        raise Http404
    with private().open(path) as file:
        response = HttpResponse(file.read(), content_type=content_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
