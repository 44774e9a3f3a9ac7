"""The question that a new version of the terms puts to people at their next sign-in."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import terms_gate
from portal.accounts.actions import accept, put_off_terms
from portal.accounts.models import User
from portal.accounts.queries import terms_to_accept

WITHOUT_TERMS = "/go/documents/"  # where a person comes who has not accepted


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def accept_terms(request: HttpRequest) -> HttpResponse:
    """Accepted or put off, the person comes to where they were going."""
    person = cast("User", request.user)
    on_the_way = _on_the_way(request)
    terms = terms_to_accept(person)
    if terms is None:
        request.session.pop(terms_gate.OWED, None)
        return redirect(on_the_way)
    answer = request.POST.get("answer")
    if answer == "accept":
        accept(person, terms)
        request.session.pop(terms_gate.OWED, None)
        messages.success(request, _("Thank you. You accepted the new version."))
        return redirect(on_the_way)
    if answer == "later":
        put_off_terms(person, terms)
        request.session[terms_gate.OWED] = True
        messages.info(
            request,
            _(
                "You have not accepted the new version. Your invoices, payments and messages are open; we will ask again at your next sign-in."
            ),
        )
        return redirect(WITHOUT_TERMS)
    return render(request, "accounts/terms.html", {"terms": terms, "on_the_way": on_the_way})


def _on_the_way(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else str(settings.LOGIN_REDIRECT_URL)
