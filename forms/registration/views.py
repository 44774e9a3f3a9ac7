"""Where the links of the mails lead, a person's own application, and the captcha's question."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_altcha import AltchaChallengeView

from forms.registration import decisions, letter_requests, letters, papers
from forms.registration.actions import LinkAltered, LinkExpired, confirm, found_by
from forms.registration.answers import AnswerForm, LetterRequestForm
from forms.registration.models import Application
from forms.registration.queries import own_applications
from forms.registration.rules import RegistrationRules
from forms.registration.verification import way_named
from forms.registration.verification.base import Leads
from portal import clock
from portal.accounts.address import address_of
from portal.accounts.models import User
from portal.utility.rulebook import rules

HARDEST_NUMBER = 100_000  # under a second on a cheap phone
State = Application.State

challenge = AltchaChallengeView.as_view(max_number=HARDEST_NUMBER)


@require_http_methods(["GET", "POST"])
def confirm_registration(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the link presses nothing: programs look at mails too. The button does.

    The same page for everybody whose address is confirmed: what comes next is said by mail, to them alone.
    """
    try:
        application = confirm(token) if request.method == "POST" else found_by(token)
    except (LinkAltered, LinkExpired) as refused:
        is_late = isinstance(refused, LinkExpired)
        return TemplateResponse(
            request, "forms/registration_link.html", {"is_late": is_late}, status=410 if is_late else 404
        )
    needs_form = way_named(application.mode).leads is Leads.TO_FORM
    if request.method != "POST" and application.state == State.UNCONFIRMED:
        return TemplateResponse(request, "forms/registration_press.html", {"needs_form": needs_form})
    context = {"needs_form": needs_form, "form_token": letters.form_token_of(application) if needs_form else ""}
    return TemplateResponse(request, "forms/registration_confirmed.html", context)


@require_safe
def form_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Form A of one application, by the link of its mail, while the form is awaited."""
    try:
        key = UUID(letters.key_of_form(token))
    except (BadSignature, ValueError):
        return _dead_link(request, is_late=False)
    application = Application.objects.filter(public_id=key).select_related("terms").first()
    if application is None or not _awaits_form(application):
        return _dead_link(request, is_late=application is not None)
    return _form(application)


def _awaits_form(application: Application) -> bool:
    is_waiting = application.state in (State.UNCONFIRMED, State.AWAITS_FORM)
    until = application.form_expires_at
    return is_waiting and until is not None and until > clock.now()


def _form(application: Application) -> HttpResponse:
    response = HttpResponse(papers.form_a(application), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="formularz-a-{application.form_code}.pdf"'
    return response


def _dead_link(request: HttpRequest, *, is_late: bool) -> HttpResponse:
    status = 410 if is_late else 404
    return TemplateResponse(request, "forms/registration_link.html", {"is_late": is_late}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_question(request: HttpRequest, token: str) -> HttpResponse:
    """The clerk's question, and the place for its answer; answered once."""
    try:
        application = decisions.asked_by(token)
    except LinkAltered:
        return _dead_link(request, is_late=False)
    return _answering(request, application, "forms/registration_answer.html")


def _answering(request: HttpRequest, application: Application, template: str) -> HttpResponse:
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            decisions.answer(application, text=form.cleaned_data["text"])
        except decisions.NotToDecide:
            messages.info(request, _("This question is answered or settled already."))
        else:
            messages.success(request, _("Thank you. A clerk has your answer and will write to you."))
        return redirect(request.path)
    return render(request, template, {"application": application, "form": form if application.is_asked else None})


# A person's own application


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_application(request: HttpRequest) -> HttpResponse:
    """What has become of it, and what there is to do."""
    application = own_applications(cast("User", request.user)).first()
    if application is None:
        raise Http404
    if request.method == "POST":
        return _answering(request, application, "forms/registration_own.html")
    context = {
        "application": application,
        "form": AnswerForm() if application.is_asked else None,
        "may_print": _awaits_form(application),
        "address": letters.postal_address(),
        "days": rules(RegistrationRules).decision_working_days,
    }
    return render(request, "forms/registration_own.html", context)


@require_safe
@login_required
def own_form_pdf(request: HttpRequest) -> HttpResponse:
    application = own_applications(cast("User", request.user)).first()
    if application is None or not _awaits_form(application):
        raise Http404
    return _form(application)


# A letter with a code


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_letter(request: HttpRequest) -> HttpResponse:
    """Asks for a letter to the address of the contract. Whether there is such a customer is never told."""
    if "letter_code" not in rules(RegistrationRules).modes:
        raise Http404
    form = LetterRequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        letter_requests.ask(address=address_of(request), **form.cleaned_data)
        messages.success(request, _("If the number and the name belong together, we post the letter."))
        return redirect("registration_letter")
    return render(request, "forms/registration_letter.html", {"form": form})
