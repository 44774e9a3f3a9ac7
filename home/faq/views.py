"""“Did this help?”, pressed below an answer."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from home.faq.actions import count_voice
from home.faq.entries import FaqEntry
from portal.accounts.address import address_of


# A token would make the page one reader's, and it is kept for all of them. The browser says where the press came from.
@csrf_exempt
@require_POST
def helped(request: HttpRequest, pk: int) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return HttpResponseForbidden(_("This press came from another site. Press the button on the page itself."))
    answer = request.POST.get("helped")
    if answer not in ("yes", "no"):
        return HttpResponseBadRequest(_("Say yes or no."))
    entry = get_object_or_404(FaqEntry, pk=pk)
    count_voice(entry, has_helped=answer == "yes", address=address_of(request))
    if getattr(request, "htmx", False):
        return render(request, "faq/thanks.html", {"has_helped": answer == "yes"})
    return HttpResponseRedirect(f"{reverse('go', args=['faq'])}?thanks={entry.pk}#{entry.anchor}")
