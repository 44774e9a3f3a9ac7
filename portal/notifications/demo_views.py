"""The demo's mail box, for everybody who tries the portal out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from portal.notifications.letter import paragraphs
from portal.notifications.models import DemoMail

SHOWN = 100
HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}
# A letter brings its styles in its own lines, as letters must; scripts and everything from elsewhere stay out.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"


@require_safe
def demo_mail_list(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(
        request, "notifications/demo_list.html", {"mails": DemoMail.objects.order_by("-pk")[:SHOWN]}, headers=HEADERS
    )


@require_safe
def demo_mail(request: HttpRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(DemoMail, pk=pk)
    return TemplateResponse(
        request, "notifications/demo_mail.html", {"mail": mail, "paragraphs": paragraphs(mail.text)}, headers=HEADERS
    )


@require_safe
def demo_mail_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as a mail program draws it."""
    mail = get_object_or_404(DemoMail, pk=pk)
    return HttpResponse(mail.html, headers=HEADERS | {"Content-Security-Policy": LETTER_POLICY})
