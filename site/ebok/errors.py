"""The page that says that something broke: whom to call, if that can be told without what may be broken."""

from django.http import HttpRequest, HttpResponseServerError
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token

from portal.utility import identity


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponseServerError:
    try:
        utility = identity.current()
    except Exception:  # noqa: BLE001 - whatever broke, this page must not
        utility = None
    response = HttpResponseServerError(loader.get_template("500.html").render({"utility": utility}))
    response.headers["Cache-Control"] = "private, no-store"
    return response
