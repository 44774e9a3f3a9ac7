"""The screens of paying one invoice without signing in."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from payments import actions, checkout, confirmation, guests, queries, tasks
from payments.forms import GuestForm
from payments.gateways.base import GatewayFault
from payments.models import Payment
from payments.rules import PaymentRules
from payments.views import ASK_AFTER_LOOKING, as_pdf, go_and_pay, no_answer
from portal import clock
from portal.accounts.address import address_of
from portal.billing.proof import Proven, TooMany, prove_invoice
from portal.billing.transit import TransitRefused
from portal.utility.rulebook import rules

PROVED = "guest_invoice"  # what this browser has proved, under this name in its session
PROOF_HOLDS = timedelta(minutes=30)


@never_cache
@require_http_methods(["GET", "POST"])
def invoice(request: HttpRequest) -> HttpResponse:
    """Which invoice: its number, which a link may bring along, and its amount. No answer tells which of them is wrong."""
    if not guests.are_welcome():
        raise Http404
    if request.method == "GET":
        return _asked(request, GuestForm(initial={"number": request.GET.get("faktura", "")[:80]}))
    form = GuestForm(request.POST)
    if not form.is_valid():
        return _asked(request, form, status=422)
    if not request.session.session_key:
        request.session.create()
    answer = prove_invoice(
        number=form.cleaned_data["number"],
        amount=form.cleaned_data["amount"],
        person=request.session.session_key or "",
        address=address_of(request),
    )
    if isinstance(answer, TooMany):
        hour = f"{answer.until.astimezone(clock.WARSAW):%H:%M}"
        form.add_error(None, _("Too many attempts. Try again after %(hour)s.") % {"hour": hour})
        return _asked(request, form, status=429)
    if not isinstance(answer, Proven):
        form.add_error("number", _("We have no recent invoice with this number and this amount. Check both."))
        return _asked(request, form, status=422)
    request.session[PROVED] = {
        "invoice": answer.invoice_id,
        "number": form.cleaned_data["number"].strip(),
        "email": form.cleaned_data["email"],
        "until": (clock.now() + PROOF_HOLDS).isoformat(),
        "press": str(uuid.uuid4()),
    }
    return redirect("payments:guest_pay")


def _asked(request: HttpRequest, form: GuestForm, status: int = 200) -> HttpResponse:
    return render(request, "payments/guest_invoice.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest) -> HttpResponse:
    """What is left to pay of the proved invoice, and the press that pays it."""
    proved = _proved(request)
    if proved is None or not guests.are_welcome():
        return redirect("payments:guest")
    left = guests.left_to_pay(proved["invoice"])
    if request.method == "GET":
        return _summary(request, proved, left)
    if request.POST.get("seen") != str(left) and not _begun(proved):
        return _summary(request, proved, left, notice=_("The amount has changed. Check it and pay."))
    try:
        payment = guests.start(
            invoice_id=proved["invoice"], amount=left, email=proved["email"], press=UUID(proved["press"])
        )
    except (checkout.CannotPay, TransitRefused) as why:
        return _summary(request, proved, left, notice=str(why), status=409)
    return go_and_pay(payment)


def _proved(request: HttpRequest) -> dict[str, Any] | None:
    proved: dict[str, Any] | None = request.session.get(PROVED)
    return proved if proved and datetime.fromisoformat(proved["until"]) > clock.now() else None


def _begun(proved: dict[str, Any]) -> Payment | None:
    """What this browser has begun with this proof."""
    return Payment.objects.filter(press=proved["press"], payer=None).select_related("transit").first()


def _summary(
    request: HttpRequest, proved: dict[str, Any], left: Decimal, *, notice: str = "", status: int = 200
) -> HttpResponse:
    begun = _begun(proved)
    if begun is not None and not begun.is_waiting:
        # It came to an end, whatever it was: another press begins another payment.
        proved["press"] = str(uuid.uuid4())
        request.session[PROVED] = proved
    shown = {
        "number": proved["number"],
        "email": proved["email"],
        "left": left,
        "seen": str(left),  # a template would write it the Polish way
        "begun": actions.page_of(begun) if begun and begun.is_waiting else "",
        "notice": notice or ("" if begun and begun.is_waiting else guests.held_until(proved["invoice"])),
        "methods": [queries.method_in_words(method) for method in rules(PaymentRules).methods],
    }
    return render(request, "payments/guest_pay.html", shown, status=status)


# A guest's payment


@never_cache
@require_GET
def payment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where the guest comes back to, and where the link of the confirmation leads."""
    found = _found(public_id)
    story = queries.tell(found)
    if story.is_moving:
        tasks.ask_soon(found.pk, unless_asked_since=clock.now() - ASK_AFTER_LOOKING)
    number = story.lines[0].number if story.lines else ""
    ways = {name: reverse(f"payments:guest_{name}", args=[public_id]) for name in ("payment", "resume", "cancel")}
    shown = {
        "story": story,
        "again": f"{reverse('payments:guest')}?{urlencode({'faktura': number})}",
        "home": "/",
        "home_words": _("To the front page"),
        "is_guest": True,
        "confirmation": reverse("payments:guest_confirmation", args=[public_id])
        if confirmation.is_there(found)
        else "",
        "ways": ways,
    }
    return render(request, "payments/payment.html", shown)


@never_cache
@require_GET
def confirmation_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return as_pdf(queries.tell(_found(public_id)), is_guest=True)


@require_POST
def resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Go on with a payment that could not reach the gateway."""
    return go_and_pay(_found(public_id))


@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The guest ends the session. If it was paid in the meantime, it is paid."""
    found = _found(public_id)
    try:
        actions.end_payment(found, gives_up=True)
    except GatewayFault:
        messages.error(request, no_answer())
    return redirect(actions.page_of(found))


def _found(public_id: UUID) -> Payment:
    found = guests.payment(public_id)
    if found is None:
        raise Http404
    return found
