"""Headers that every answer carries unless a view says otherwise."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch, reverse

GetResponse = Callable[[HttpRequest], HttpResponse]

PUBLIC = "default-src 'self'; img-src 'self' data:; style-src 'self'{style}; script-src 'self'{script}; worker-src 'self' blob:; frame-ancestors 'self'; form-action 'self'{form}; base-uri 'self'; object-src 'none'"


class PrivateByDefault:
    """Nothing is cacheable unless its view says so: a portal's mistakes must not end in somebody's cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ContentSecurityPolicy:
    """Strict everywhere; Wagtail's panel alone needs inline scripts and styles for its date pickers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        inline = " 'unsafe-inline'" if request.path.startswith("/panel/") else ""
        # A form may lead to the gateway's own page: browsers apply form-action to the redirect too.
        policy = PUBLIC.format(
            style=inline, script=inline, form=" https://checkout.stripe.com https://secure.przelewy24.pl"
        )
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


# Wagtail opens its reports on the whole site to whoever may touch any page.
REPORTS, MAY_READ_REPORTS = "wagtailadmin_reports", "home.view_portalpage"
# And modeladmin the history of a dictionary's rows to whoever enters the panel.
DICTIONARY_HISTORY = "_modeladmin_history"


class PanelSaysNo:
    """What the panel refuses is refused with 403 and a page that says so, not with a way back to its first screen."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 302 and request.path.startswith("/panel/") and self._is_refusal(request, response):
            return render(request, "403.html", {"is_panel": True}, status=403)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or self._may_open(match, request.user):
            return None
        return render(request, "403.html", {"is_panel": True}, status=403)

    @staticmethod
    def _may_open(match: ResolverMatch, user: Any) -> bool:
        if REPORTS in match.namespaces:
            return bool(user.has_perm(MAY_READ_REPORTS))
        name = match.url_name or ""
        if name.endswith(DICTIONARY_HISTORY):
            room, _sep, model = name.removesuffix(DICTIONARY_HISTORY).partition("_")
            return bool(user.has_perm(f"{room}.change_{model}"))
        return True

    @staticmethod
    def _is_refusal(request: HttpRequest, response: HttpResponse) -> bool:
        """Wagtail refuses by leading to the panel's first screen with an error beside it."""
        if response.headers.get("Location") != reverse("wagtailadmin_home"):
            return False
        said = getattr(request, "_messages", None)
        queued = getattr(said, "_queued_messages", [])
        if not any(message.level >= messages.ERROR for message in queued):
            return False
        queued.clear()
        return True
