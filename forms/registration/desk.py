"""The clerks' desk: an application beside the customer it may belong to, and what may be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from forms.registration import actions, decisions, papers
from forms.registration.comparing import comparison
from forms.registration.models import Application
from forms.registration.rules import IN_PERSON, RegistrationRules
from portal import clock
from portal.accounts.models import User
from portal.accounts.queries import find_by_email
from portal.customers.access import open_visits
from portal.customers.actions import make_letter_code, open_visit
from portal.customers.models import Customer
from portal.customers.queries import matching
from portal.desk.actions import close_about
from portal.utility.rulebook import rules

DECIDE = "registration.change_application"
FOUND = 10


class WordsForm(forms.Form):
    """What the applicant will read; asking, refusing and undoing alike."""

    words = forms.CharField(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("The applicant reads this in the message."),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Write to the applicant, in at least 10 characters."),
            "min_length": gettext_lazy("Write to the applicant, in at least 10 characters."),
        },
    )


class StatementForm(forms.Form):
    """What somebody signed at the office."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Surname"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone number"), max_length=30, required=False)
    signed_on = forms.DateField(label=gettext_lazy("Statement signed on"), localize=True)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if email and find_by_email(email) is not None:
            raise forms.ValidationError(_("There is an account with this e-mail already."))
        return email

    def clean_signed_on(self) -> Any:
        day = self.cleaned_data["signed_on"]
        if day > clock.today():
            raise forms.ValidationError(_("This day is still to come."))
        return day


# Looking


@dataclass(frozen=True)
class May:
    """What the page offers for an application as it stands."""

    release: bool
    decide: bool
    confirm: bool
    undo: bool
    print_letter: bool


def may_of(application: Application, user: Any) -> May:
    state, is_clerk = application.state, user.has_perm(DECIDE)
    must_release = application.reason == Application.Reason.NO_CAPTCHA and state == Application.State.TO_DECIDE
    is_open = state in decisions.UNDECIDED and not must_release
    return May(
        release=is_clerk and must_release,
        decide=is_clerk and is_open,
        confirm=is_clerk and state == Application.State.PROPOSED and application.proposed_by_id != user.pk,
        undo=is_clerk and state == Application.State.ACTIVE and application.customer_id is not None,
        print_letter=is_clerk
        and application.mode == IN_PERSON
        and state == Application.State.ACTIVE
        and application.user is not None
        and not decisions.has_signed_in(application.user),
    )


def facing(request: HttpRequest, application: Application) -> dict[str, Any]:
    """The customers that a search found, and the one compared with, inside a visit only."""
    asked = request.GET.get("q", "").strip()
    found = matching(Customer.objects.only("public_id", "number", "name"), asked)[:FOUND] if asked else []
    chosen = _chosen(request, application)
    return {"asked": asked, "found": found, "chosen": chosen} | (
        {"rows": comparison(application, chosen)} if chosen is not None else {}
    )


def _chosen(request: HttpRequest, application: Application) -> Customer | None:
    named = request.GET.get("customer", "")
    try:
        public_id = UUID(named)
    except ValueError:
        return None
    visit = open_visits().filter(staff=request.user.pk, customer__public_id=public_id).select_related("customer")
    found = visit.first()
    return found.customer if found else None


# Doing


def clerk_of(request: HttpRequest) -> User:
    """The panel lets nobody in who is not signed in."""
    return cast("User", request.user)


def _application(request: HttpRequest, public_id: UUID) -> Application:
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    return get_object_or_404(Application, public_id=public_id)


def _page(application: Application, customer: Customer | None = None) -> str:
    path = reverse("application_register:inspect", args=[application.public_id])
    return f"{path}?customer={customer.public_id}" if customer else path


def _named(request: HttpRequest) -> Customer:
    try:
        public_id = UUID(request.POST.get("customer", ""))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Customer, public_id=public_id)


REFUSALS = (
    decisions.NotToDecide,
    decisions.MustBeReleased,
    decisions.SameClerk,
    decisions.CannotLink,
    decisions.NoWayIn,
)


@require_POST
def compare(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Opens a visit to the customer, with the application as its reason, and shows the two side by side."""
    application, customer = _application(request, public_id), _named(request)
    why = _("Application for an account: %(who)s") % {"who": application.applicant}
    open_visit(staff=request.user, customer=customer, reason=Truncator(why).chars(200))
    return redirect(_page(application, customer))


@require_POST
def link(request: HttpRequest, public_id: UUID) -> HttpResponse:
    application, customer = _application(request, public_id), _named(request)
    try:
        done = decisions.accept(application, customer, by=clerk_of(request), with_e_invoice="e_invoice" in request.POST)
    except REFUSALS as why:
        messages.error(request, str(why))
        return redirect(_page(application, customer))
    if done.state == Application.State.PROPOSED:
        messages.success(request, _("Proposed. Another clerk confirms the link."))
    else:
        messages.success(request, _("Linked with customer %(number)s.") % {"number": customer.number})
    return redirect(_page(application))


@require_POST
def release(request: HttpRequest, public_id: UUID) -> HttpResponse:
    application = _application(request, public_id)
    if not may_of(application, request.user).release:
        messages.error(request, str(decisions.NotToDecide()))
    else:
        actions.release(application, by=clerk_of(request))
        messages.success(request, _("It goes on: the applicant gets a message."))
    return redirect(_page(application))


def _with_words(
    request: HttpRequest, public_id: UUID, do: Callable[[Application, str], None], said: str
) -> HttpResponse:
    application, form = _application(request, public_id), WordsForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(_page(application))
    try:
        do(application, form.cleaned_data["words"])
    except REFUSALS as why:
        messages.error(request, str(why))
    else:
        messages.success(request, said)
    return redirect(_page(application))


@require_POST
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def do(application: Application, words: str) -> None:
        decisions.refuse(application, why=words, by=clerk_of(request))

    return _with_words(request, public_id, do, _("Refused, and the applicant was written to."))


@require_POST
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def do(application: Application, words: str) -> None:
        decisions.ask_for_more(application, question=words, by=clerk_of(request))

    return _with_words(request, public_id, do, _("Asked. The answer comes back here."))


@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def do(application: Application, words: str) -> None:
        decisions.undo(application, why=words, by=clerk_of(request))

    return _with_words(request, public_id, do, _("The link is undone, and both were written to."))


@require_safe
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """What the code on the paper leads to."""
    if not request.user.has_perm("registration.view_application"):
        raise PermissionDenied
    application = Application.objects.filter(form_code=code.strip().upper()).first()
    if application is None:
        messages.error(request, _("No application has the form number %(code)s.") % {"code": code})
        return redirect("application_register:index")
    return redirect(_page(application))


# At the office


@require_http_methods(["GET", "HEAD", "POST"])
def at_the_office(request: HttpRequest) -> HttpResponse:
    """First the customer is found, then the statement is written in; the letter is printed from the application."""
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    if IN_PERSON not in rules(RegistrationRules).modes:
        raise Http404
    asked = request.GET.get("q", "").strip()
    found = matching(Customer.objects.only("public_id", "number", "name"), asked)[:FOUND] if asked else []
    customer = _customer_at_desk(request)
    form = StatementForm(
        request.POST if request.method == "POST" else None, initial={"signed_on": clock.today()}, auto_id="id_%s"
    )
    if customer is not None and form.is_valid():
        try:
            statement = decisions.Statement(**form.cleaned_data)
            application = decisions.register_in_person(statement, customer, by=clerk_of(request))
        except REFUSALS as why:
            messages.error(request, str(why))
        else:
            messages.success(request, _("The account is open. Print the start letter."))
            return redirect(_page(application))
    context = {"asked": asked, "found": found, "customer": customer, "form": form}
    return render(request, "registration/panel/at_the_office.html", context)


def _customer_at_desk(request: HttpRequest) -> Customer | None:
    named = request.POST.get("customer") or request.GET.get("customer") or ""
    try:
        return Customer.objects.only("public_id", "number", "name").filter(public_id=UUID(named)).first()
    except ValueError:
        return None


@require_POST
def start_letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Each print is a new password: the one before it opens nothing any more."""
    application = _application(request, public_id)
    try:
        password = decisions.new_start_password(application, by=clerk_of(request))
    except REFUSALS as why:
        messages.error(request, str(why))
        return redirect(_page(application))
    application.refresh_from_db()
    user = application.user
    if user is None:
        raise Http404
    return _pdf(papers.start_letter(application, user, password), "list-startowy")


@require_http_methods(["GET", "HEAD", "POST"])
def code_letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Prints the letter with a code for a customer; printed again, the code before it stops working."""
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    customer = get_object_or_404(Customer, public_id=public_id)
    if request.method != "POST":
        return render(request, "registration/panel/code_letter.html", {"customer": customer})
    code = make_letter_code(customer, by=clerk_of(request), days=rules(RegistrationRules).letter_code_days)
    close_about("letter_code", f"customer:{customer.public_id}", outcome=_("The letter is printed."))
    return _pdf(papers.code_letter(customer, code), f"list-z-kodem-{customer.number}")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
