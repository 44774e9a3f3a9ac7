"""People who work for the utility enter the panel with a second factor where the settings require it."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class SecondFactorForStaff:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            settings.EBOK_STAFF_NEED_SECOND_FACTOR
            and not getattr(request, "is_dummy", False)
            and request.path.startswith("/panel/")
            and request.user.is_authenticated
            and request.user.is_staff
            and not is_mfa_enabled(request.user)
        ):
            messages.warning(request, _("Set up a second factor to enter the panel."))
            return redirect("mfa_activate_totp")
        return self.get_response(request)
