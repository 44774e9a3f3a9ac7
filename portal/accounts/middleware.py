"""What stands before every other page: a password that must be changed, terms to accept, a second factor for staff."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils.translation import gettext as _

from portal.accounts import terms_gate
from portal.accounts.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]

# Where a person goes who must change the password: there, out, and where a session that has grown old is confirmed.
WITH_OLD_PASSWORD = {
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "look",
    "javascript-catalog",
}


class ChangePasswordFirst:
    """A mailed or issued password opens one page: the one that replaces it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = _signed_in(request)
        if user is not None and user.owes_new_password and not _is_open_with_old_password(request.path_info):
            messages.warning(request, _("Set a password of your own first. Then everything else opens."))
            return redirect("account_change_password")
        return self.get_response(request)


class AcceptTermsFirst:
    """Who was asked to accept the terms and has not: the question stands before everything that does not open without."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_asked = _signed_in(request) is not None and terms_gate.owes(request)
        if is_asked and terms_gate.is_closed(request.path_info):
            return redirect(f"{reverse('account_terms')}?{urlencode({'next': request.get_full_path()})}")
        return self.get_response(request)


class SecondFactorForStaff:
    """People who work for the utility enter the panel with a second factor where the settings require it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_watched = settings.EBOK_STAFF_NEED_SECOND_FACTOR and request.path_info.startswith("/panel/")
        user = _signed_in(request) if is_watched else None
        if user is not None and user.is_staff and not is_mfa_enabled(user):
            messages.warning(request, _("Set up a second factor to enter the panel."))
            return redirect("mfa_activate_totp")
        return self.get_response(request)


def _signed_in(request: HttpRequest) -> User | None:
    """Asked without opening a session for strangers, and not of the requests that Wagtail makes up for a preview."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or getattr(request, "is_dummy", False):
        return None
    return request.user if request.user.is_authenticated else None


def _is_open_with_old_password(path: str) -> bool:
    try:
        return resolve(path).url_name in WITH_OLD_PASSWORD
    except Resolver404:
        return False
