"""Gives every request its viewer, built when first asked for."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from portal.customers.access import SESSION_KEY, STRANGER, Viewer, open_visits, viewer_in_visit, viewer_of


class ViewerMiddleware:
    """`request.viewer`: for the customer named by `k` in the address or form, else the session's default.

    A clerk meets a customer's data only with that customer named, and only while a visit is open.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = SimpleLazyObject(lambda: viewer_for(request))  # type: ignore[attr-defined]  # ours
        return self.get_response(request)


def viewer_for(request: HttpRequest) -> Viewer:
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return STRANGER
    named = request.POST.get("k") or request.GET.get("k")
    if named is not None:
        chosen = _uuid(named)
        # An address that names no customer of this person's is nobody's: a random id finds none.
        own = viewer_of(request.user, customer=chosen or UUID(int=0))
        if own.is_linked or chosen is None or not request.user.is_staff:
            return own
        visits = open_visits().filter(staff=request.user.pk, customer__public_id=chosen)
        visit = visits.select_related("staff", "customer").order_by("-pk").first()
        return viewer_in_visit(visit) if visit else own
    return viewer_of(request.user, default=_uuid(request.session.get(SESSION_KEY, "")))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
