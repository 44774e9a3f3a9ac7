"""Where the link of the letter leads: a password of this portal for an account of the old one."""

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from forms.moving.actions import LinkOver, found_by, move
from forms.moving.forms import MoveForm
from portal.accounts.queries import terms_in_force


@require_http_methods(["GET", "HEAD", "POST"])
def move_account(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the link moves nothing: programs look at mails too. The button does."""
    language = (get_language() or "pl")[:2]
    try:
        old = found_by(token)
        terms = terms_in_force("terms", language) or terms_in_force("terms")
        form = MoveForm(request.POST if request.method == "POST" else None, email=old.email, terms=terms)
        if form.is_valid():
            move(old, password=make_password(form.cleaned_data["password"]), terms=terms, language=language)
            return redirect("account_reset_password_from_key_done")
    except LinkOver:
        return render(request, "moving/link_over.html", status=410)
    return render(request, "moving/move.html", {"form": form, "old": old, "terms": terms})
