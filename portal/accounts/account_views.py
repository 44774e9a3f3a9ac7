"""“My account”: e-mail, sign-ins, consents, the download of own data, closing."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock
from portal.accounts import email_change, leaving, own_data
from portal.accounts.models import Acceptance, DataDownload, EmailChange, User
from portal.journal.models import AuditLine

ON_A_PAGE = 25


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The one index of everything about the account."""
    return render(request, "accounts/home.html")


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("New e-mail"),
        error_messages={
            "required": gettext_lazy("Type the new e-mail."),
            "invalid": gettext_lazy("Type an e-mail, for example anna@example.pl."),
        },
        widget=forms.EmailInput(attrs={"data-width": "medium", "autocomplete": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: object, now: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as Django's own form takes them
        self.now = now

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"].strip().lower()
        if typed == self.now:
            raise forms.ValidationError(_("This is the e-mail you have now."))
        return typed


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def email(request: HttpRequest) -> HttpResponse:
    """Ask for another e-mail, or take the question back."""
    person = _person(request)
    if request.POST.get("do") == "give_up":
        email_change.give_up(person)
        messages.success(request, _("Your e-mail stays as it is."))
        return redirect("account_email")
    form = EmailForm(request.POST or None, now=person.email or "")
    if request.method == "POST" and form.is_valid():
        try:
            email_change.ask_for(person, form.cleaned_data["email"])
        except email_change.TooManyQuestions as why:
            form.add_error("email", str(why))
        else:
            return redirect("account_email")
    waiting = EmailChange.objects.filter(
        user=person, done_at__isnull=True, given_up_at__isnull=True, expires_at__gt=clock.now()
    ).first()
    return render(request, "accounts/email.html", {"form": form, "waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """One side's yes. Opened, as a scanner of letters does, it only asks."""
    try:
        change, side = email_change.change_of(token)
        if request.method == "POST":
            change = email_change.say_yes(change, side)
    except email_change.LinkOver:
        return render(request, "accounts/email_over.html", status=404)
    said = change.old_said_yes_at if side == email_change.OLD else change.new_said_yes_at
    return render(request, "accounts/email_confirm.html", {"change": change, "has_said": bool(said)})


@require_safe
@login_required
def sign_ins(request: HttpRequest) -> HttpResponse:
    lines = AuditLine.objects.filter(user=_person(request), deed="signed_in").order_by("-pk")
    page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/sign_ins.html", {"page_obj": page})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def consents(request: HttpRequest) -> HttpResponse:
    """What was accepted and agreed to, and taking a consent back; taking back the terms is closing the account."""
    given = Acceptance.objects.filter(user=_person(request)).select_related("terms").order_by("-accepted_at")
    if request.method == "POST":
        asked = request.POST.get("acceptance", "")
        one = get_object_or_404(given, pk=int(asked) if asked.isdecimal() and len(asked) < 18 else 0)
        if one.terms.kind == one.terms.Kind.TERMS:
            return redirect("account_close")
        leaving.withdraw(one, by=request.user)
        messages.success(request, _("You have taken the consent back."))
        return redirect("account_consents")
    return render(request, "accounts/consents.html", {"given": given})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def download(request: HttpRequest) -> HttpResponse:
    """Asks for the file, says how far it is, and leads to it."""
    if request.method == "POST":
        own_data.ask_for_download(_person(request))
        return redirect("account_download")
    made = DataDownload.objects.filter(user=_person(request)).order_by("-pk").first()
    return render(request, "accounts/download.html", {"made": made})


@require_safe
@login_required
@reauthentication_required
def download_file(request: HttpRequest) -> HttpResponseBase:
    made = DataDownload.objects.filter(user=_person(request), state=DataDownload.State.READY).order_by("-pk").first()
    if made is None:
        raise Http404
    response = FileResponse(
        made.file.open("rb"), as_attachment=True, filename=f"moje-dane-{made.asked_at:%Y-%m-%d}.zip"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


class CloseForm(forms.Form):
    is_sure = forms.BooleanField(
        label=gettext_lazy("I understand that it cannot be undone"),
        error_messages={"required": gettext_lazy("Tick that you understand, then close the account.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def close(request: HttpRequest) -> HttpResponse:
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = _person(request)
        try:
            leaving.close_account(person)
        except leaving.StaffStay:
            messages.error(request, _("An account of somebody who works here is closed by the administrator."))
            return redirect("account_home")
        logout(request)
        return render(request, "accounts/closed.html")
    return render(request, "accounts/close.html", {"form": form})
