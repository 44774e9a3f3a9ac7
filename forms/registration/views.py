"""Where the link of the mail leads, and the captcha's question."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET
from django_altcha import AltchaChallengeView

from forms.registration.actions import LinkAltered, LinkExpired, confirm

HARDEST_NUMBER = 100_000  # under a second on a cheap phone

challenge = AltchaChallengeView.as_view(max_number=HARDEST_NUMBER)


@require_GET
def confirm_registration(request: HttpRequest, token: str) -> HttpResponse:
    """The same page for everybody whose address is confirmed: what comes next is said by mail, to them alone."""
    try:
        confirm(token)
    except (LinkAltered, LinkExpired) as refused:
        is_late = isinstance(refused, LinkExpired)
        return TemplateResponse(
            request, "forms/registration_link.html", {"is_late": is_late}, status=410 if is_late else 404
        )
    return TemplateResponse(request, "forms/registration_confirmed.html", {})
