"""What a person decides about messages, and the two links that letters bring them by."""

from uuid import UUID

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from portal.notifications import actions, gateways, queries
from portal.notifications.forms import ChoicesForm
from portal.notifications.models import Delivery
from portal.notifications.policies import phone_number


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def choices(request: HttpRequest) -> HttpResponse:
    """Which messages come, by which channel, and what was written lately."""
    form = ChoicesForm(request.POST or None, choices=queries.own_choices(request.user))
    if request.method == "POST" and form.is_valid():
        actions.choose(request.user, form.chosen())
        notes.success(request, _("We have kept your choice."))
        return redirect("notification_choices")
    sent = [(delivery, queries.title_of(delivery)) for delivery in queries.deliveries_to(request.user)]
    shown = {
        "form": form,
        "sent": sent,
        "has_sms": gateways.has_sms(),
        "takes_sms": bool(phone_number(request.user.phone)),  # type: ignore[union-attr]  # signed in, so a User
        "bounces": queries.bounces(request.user.email or ""),  # type: ignore[union-attr]  # the same
    }
    return render(request, "notifications/choices.html", shown)


@login_required
@never_cache
@require_safe
def open_target(request: HttpRequest, key: UUID) -> HttpResponse:
    """The link of a letter: its reader signed in, so the letter is read. To anybody else the page itself answers."""
    delivery = Delivery.objects.filter(public_id=key).first()
    if delivery is None or not delivery.target:
        raise Http404
    if delivery.user_id == request.user.pk:
        actions.mark_opened(delivery)
    return redirect(delivery.target)


@csrf_exempt  # a mail program's own button posts here, without a page and without a cookie (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """No more messages of one kind, in one press and without signing in; looking at the page changes nothing."""
    delivery = queries.delivery_of_token(token)
    if delivery is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        actions.unsubscribe(delivery)
    facts = {"title": queries.title_of(delivery), "is_done": is_done, "has_account": delivery.user_id is not None}
    return render(request, "notifications/unsubscribe.html", facts)
