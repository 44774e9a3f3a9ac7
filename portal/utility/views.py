"""The utility's colours as a style sheet, kept by browsers for as long as its address stays the same."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.utility import identity, look


@require_safe
def look_css(request: HttpRequest) -> HttpResponse:
    colours = identity.current().colours
    response = HttpResponse(look.style_sheet(colours), content_type="text/css; charset=utf-8")
    # Kept for good only under the address that carries the fingerprint of just these colours.
    is_exact = request.GET.get("v") == look.fingerprint(colours)
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if is_exact else "public, max-age=0, must-revalidate"
    )
    return response
