"""A manager asks for access, and a customer who was told of one objects."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from forms.managers.actions import NotAMandate, ask, granted_by, object_to
from forms.managers.forms import ManagerForm, ObjectionForm
from forms.managers.rules import ManagerRules
from portal.utility import identity
from portal.utility.rulebook import rules


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_access(request: HttpRequest) -> HttpResponse:
    """The form; or where to write, with which subject and what, where the rules say that it goes by e-mail."""
    now = rules(ManagerRules)
    if now.asked_by == "off":
        raise Http404
    if now.asked_by == "email":
        write_to = now.email or identity.current().email
        return render(request, "managers/by_email.html", {"rules": now, "write_to": write_to})
    form = ManagerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        ask(form.asked(get_language() or "pl"))
        return redirect("managers:sent")
    return render(request, "managers/ask.html", {"form": form, "rules": now})


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "managers/sent.html", {"rules": rules(ManagerRules)})


@require_http_methods(["GET", "HEAD", "POST"])
def object_to_manager(request: HttpRequest, token: str) -> HttpResponse:
    """Opened by a letter's reader or its scanner it only asks; only a press ends the access."""
    try:
        made = granted_by(token)
    except NotAMandate:
        return render(request, "managers/not_a_mandate.html", status=404)
    form = ObjectionForm(request.POST or None)
    is_over = made.objected_at is not None or made.delegation.revoked_at is not None
    if request.method == "POST" and form.is_valid() and not is_over:
        object_to(made, why=form.cleaned_data["why"])
        is_over = True
    return render(request, "managers/object.html", {"made": made, "form": form, "is_over": is_over})
