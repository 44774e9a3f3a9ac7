"""The screens of people without an account: a failure reported, a case sent, and followed by its number and signature."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal import clock
from portal.accounts.address import address_of
from portal.billing import attempts
from portal.billing.attempts import Limit
from portal.cases import actions, outage_queries, queries
from portal.cases.actions import Content, Sender
from portal.cases.forms import FailureForm, FollowForm, GuestForm
from portal.cases.models import Case, CaseTopic
from portal.cases.rules import CaseRules
from portal.cases.views import OWN_FORMS, content_of, file_of, pdf_of, thread_page
from portal.customers.access import Viewer, may
from portal.customers.models import Deed
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

PROVED = "cases"  # the cases that this browser has proved to be its own, in its session
GUESSES = 10
PAUSE = timedelta(hours=1)
TOO_MANY = gettext_lazy("Many reports came from here in this hour. Please call us.")


def _session(request: HttpRequest) -> str:
    if not request.session.session_key:
        request.session.create()
    return request.session.session_key or ""


@never_cache
@require_http_methods(["GET", "POST"])
def failure(request: HttpRequest) -> HttpResponse:
    """Where it is and what is seen. What we know of already is said at once, and then asked for once more."""
    topic = queries.topic_of_kind(CaseTopic.Kind.FAILURE)
    if not rules(Modules).cases or not rules(CaseRules).guests_report or topic is None:
        raise Http404
    sender = _session(request)
    if request.method == "GET":
        return _failure(request, FailureForm(sender=sender), topic)
    form = FailureForm(request.POST, request.FILES, sender=sender)
    if not form.is_valid():
        return _failure(request, form, topic, status=422)
    known = outage_queries.at(form.cleaned_data["street"], form.cleaned_data["building"])
    if known is not None and request.POST.get("press") != "send":
        return _failure(request, form, topic, known=known)
    if not _has_room(request):
        form.add_error(None, TOO_MANY)
        return _failure(request, form, topic, status=429)
    case = _opened(topic, form)
    _remember(request, case)
    messages.success(request, _("Thank you. Our crew knows of it. Keep the number and the signature."))
    return redirect("cases:guest_case", case.public_id)


def _has_room(request: HttpRequest) -> bool:
    limit = Limit("case_report", address_of(request), rules(CaseRules).guest_reports_an_hour)
    return isinstance(attempts.begin([limit], PAUSE), attempts.Attempt)


def _opened(topic: CaseTopic, form: FailureForm) -> Case:
    said = form.cleaned_data
    sender = Sender(name=said["name"], email=said["email"], phone=said["phone"], language=get_language() or "pl")
    subject = _("Failure: %(place)s") % {"place": form.place}
    content = Content(subject=subject[:120], text=said["text"], place=form.place, files=tuple(form.kept_files))
    return actions.open_case(topic=topic, sender=sender, content=content)


def _failure(
    request: HttpRequest, form: FailureForm, topic: CaseTopic, *, known: object | None = None, status: int = 200
) -> HttpResponse:
    shown = {"form": form, "topic": topic, "known": known, "outages": outage_queries.shown()}
    return render(request, "cases/failure.html", shown, status=status)


# Anything else that one may write about without an account


def _offered(request: HttpRequest) -> list[CaseTopic]:
    if not rules(Modules).cases or not rules(CaseRules).customers_write:
        raise Http404
    topics = queries.topics(for_guests=True)
    return [one for one in topics if CaseTopic.Kind(one.kind) not in OWN_FORMS]


def _way_to(topic: CaseTopic) -> str:
    is_failure = topic.kind == CaseTopic.Kind.FAILURE and rules(CaseRules).guests_report
    return reverse("cases:failure") if is_failure else reverse("cases:guest_new", args=[topic.slug])


@never_cache
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """What it is about; whoever acts for a customer writes as that customer."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if may(viewer, Deed.WRITE_CASE):
        return redirect("cases:choose")
    links = [(topic, _way_to(topic)) for topic in _offered(request)]
    return render(request, "cases/choose.html", {"links": links, "viewer": viewer})


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    topic = next((one for one in _offered(request) if one.slug == slug), None)
    if topic is None:
        raise Http404
    sender = _session(request)
    if request.method == "GET":
        return _new(request, GuestForm(topic=topic, sender=sender))
    form = GuestForm(request.POST, request.FILES, topic=topic, sender=sender)
    if not form.is_valid():
        return _new(request, form, status=422)
    if not _has_room(request):
        form.add_error(None, TOO_MANY)
        return _new(request, form, status=429)
    said = form.cleaned_data
    writer = Sender(name=said["name"], email=said["email"], phone=said["phone"], language=get_language() or "pl")
    case = actions.open_case(topic=topic, sender=writer, content=content_of(form))
    _remember(request, case)
    messages.success(
        request, topic.sent_text or _("Thank you. Keep the number and the signature: they lead back here.")
    )
    return redirect("cases:guest_case", case.public_id)


def _new(request: HttpRequest, form: GuestForm, *, status: int = 200) -> HttpResponse:
    due = form.topic.term.due(clock.today())
    return render(request, "cases/new.html", {"form": form, "topic": form.topic, "due": due}, status=status)


def _remember(request: HttpRequest, case: Case) -> None:
    held = request.session.get(PROVED, [])
    request.session[PROVED] = [*held[-9:], str(case.public_id)]


@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Number and signature. No answer tells which of them is wrong, and guesses are counted."""
    if not rules(Modules).cases:
        raise Http404
    if request.method == "GET":
        return render(
            request, "cases/follow.html", {"form": FollowForm(initial={"number": request.GET.get("numer", "")[:30]})}
        )
    form = FollowForm(request.POST)
    if not form.is_valid():
        return render(request, "cases/follow.html", {"form": form}, status=422)
    said = form.cleaned_data
    limits = [Limit("case", said["number"].upper(), GUESSES), Limit("case_address", address_of(request), 3 * GUESSES)]
    attempt = attempts.begin(limits, PAUSE)
    if not isinstance(attempt, attempts.Attempt):
        hour = f"{attempt.astimezone(clock.WARSAW):%H:%M}"
        form.add_error(None, _("Too many attempts. Try again after %(hour)s.") % {"hour": hour})
        return render(request, "cases/follow.html", {"form": form}, status=429)
    case = queries.find_of_guest(said["number"], said["signature"])
    if case is None:
        form.add_error("number", _("We know no case with this number and this signature. Check both."))
        return render(request, "cases/follow.html", {"form": form}, status=422)
    attempt.give_back()
    _remember(request, case)
    return redirect("cases:guest_case", case.public_id)


def _own(request: HttpRequest, public_id: UUID) -> Case | None:
    return queries.case_of_guest(public_id) if str(public_id) in request.session.get(PROVED, []) else None


@never_cache
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same thread; without the signature given in this browser, the door."""
    found = _own(request, public_id)
    if found is None:
        return redirect("cases:follow")
    ways = {
        "here": reverse("cases:guest_case", args=[public_id]),
        "attachment": "cases:guest_attachment",
        "pdf": "cases:guest_answer_pdf",
    }
    return thread_page(request, found, ways, sender=_session(request), by=None)


@never_cache
@require_GET
def attachment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return file_of(queries.attachment(_proved(request), public_id))


@never_cache
@require_GET
def answer_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return pdf_of(queries.answer(_proved(request), public_id))


def _proved(request: HttpRequest) -> QuerySet[Case]:
    return Case.objects.filter(public_id__in=request.session.get(PROVED, []), user__isnull=True)
