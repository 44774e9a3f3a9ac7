"""Headers that every answer carries unless a view says otherwise."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
