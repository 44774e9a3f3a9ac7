"""What a clerk may do about a payment: ask the gateway again, give money back, keep it, and say which entry books it."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from payments import actions, held, reconciliation, refunds
from payments.gateways.base import GatewayFault
from payments.models import Payment, Refund
from portal import clock, money
from portal.billing import transit
from portal.billing.models import LedgerEntry
from portal.customers.access import open_visits
from portal.journal.actions import note

MATCH_RIGHT = "desk.change_task"


def _check(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


def may_see(request: HttpRequest, payment: Payment) -> bool:
    """A clerk sees a payment's amounts and documents in a visit to its customer; whoever keeps the books of payments, always."""
    is_bookkeeper = bool(request.user.has_perm(refunds.RIGHT))
    return is_bookkeeper or open_visits().filter(staff=request.user.pk, customer=payment.customer_id).exists()


def _back(payment: Payment) -> HttpResponse:
    return redirect("payment_register:inspect", quote(payment.public_id))


@require_POST
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Safe at any time: the answer is followed as that to our own question, and changes nothing twice."""
    _check(request, "payments.view_payment")
    payment = get_object_or_404(Payment, public_id=public_id)
    note("gateway_asked", about=f"payment:{public_id}", by=request.user, customer=payment.customer.public_id)
    try:
        payment = actions.ask_gateway(payment)
    except GatewayFault:
        messages.error(request, _("The gateway does not answer. Try again later."))
    else:
        messages.success(
            request, _("The gateway was asked. The payment is: %(state)s.") % {"state": payment.get_state_display()}
        )
    return _back(payment)


def refused_refund(public_id: UUID) -> str:
    """Where what was typed waits until the payment's page shows it again."""
    return f"refund:{public_id}"


@require_POST
def refund(request: HttpRequest, public_id: UUID) -> HttpResponse:
    _check(request, refunds.RIGHT)
    payment = get_object_or_404(Payment, public_id=public_id)
    typed = {name: request.POST.get(name, "") for name in ("amount", "reason")}
    try:
        amount = money.parse_amount(typed["amount"])
        asked = refunds.ask(payment, amount=amount, reason=typed["reason"], by=request.user)
    except money.NotAnAmount:
        messages.error(request, _("Enter an amount in złoty, for example 135,38."))
        request.session[refused_refund(public_id)] = typed
    except refunds.CannotRefund as why:
        messages.error(request, str(why))
        request.session[refused_refund(public_id)] = typed
    else:
        is_waiting = asked.state == Refund.State.ASKED
        messages.success(
            request, _("The refund waits for a second clerk.") if is_waiting else _("The refund is being sent.")
        )
    return _back(payment)


@require_POST
def decide_refund(request: HttpRequest, public_id: UUID) -> HttpResponse:
    _check(request, refunds.RIGHT)
    asked = get_object_or_404(Refund.objects.select_related("payment"), public_id=public_id)
    decide = refunds.approve if request.POST.get("decision") == "approve" else refunds.refuse
    try:
        decide(asked, by=request.user)
    except refunds.CannotRefund as why:
        messages.error(request, str(why))
    return _back(asked.payment)


@require_POST
def accept(request: HttpRequest, public_id: UUID) -> HttpResponse:
    _check(request, refunds.RIGHT)
    payment = get_object_or_404(Payment, public_id=public_id)
    try:
        held.accept_on_account(payment, by=request.user)
    except held.CannotAccept as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("The money is on its way to the customer's account."))
    return _back(payment)


@require_POST
def match(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Which entry of the billing system books this payment, or that the proposed one does not."""
    _check(request, MATCH_RIGHT)
    payment = get_object_or_404(Payment.objects.select_related("transit"), public_id=public_id)
    if not may_see(request, payment):
        raise PermissionDenied
    if request.POST.get("decision") == "refuse":
        transit.refuse_match(payment.transit, by=request.user)
        return _back(payment)
    entry = get_object_or_404(LedgerEntry, pk=request.POST.get("entry") or 0, customer=payment.customer_id)
    try:
        transit.confirm_match(payment.transit, entry, by=request.user)
    except transit.NotFitting as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("The entry books this payment."))
    return _back(payment)


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """From the first to the last day asked for; without them this month until today."""
    _check(request, refunds.RIGHT)
    first, last = _period(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="platnosci-{first}-{last}.csv"'
    response.write("\ufeff")  # without it spreadsheets read Polish letters wrong
    reconciliation.write_csv(response, first, last)  # type: ignore[arg-type]  # a response can be written to
    return response


@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """Each day of a month by gateway: what came, where it lies, what has reached the bank."""
    _check(request, refunds.RIGHT)
    first, last = _period(request)
    found = reconciliation.by_day(first, last)
    shown = {"page_title": _("Online payments by days"), "first": first, "last": last}
    shown |= {"days": found, "sums": reconciliation.together(found)}
    return render(request, "payments/panel/days.html", shown)


@require_GET
def of_day(request: HttpRequest, about: str) -> HttpResponse:
    """To the day that a task is about: what tasks about days know."""
    day = about.partition(":")[0]
    return redirect(f"{reverse('payment_register:days')}?{urlencode({'from': day, 'to': day})}")


def _period(request: HttpRequest) -> tuple[date, date]:
    today = clock.today()
    first = _day(request.GET.get("from", "")) or today.replace(day=1)
    return first, _day(request.GET.get("to", "")) or max(today, first)


@require_GET
def of_refund(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """To the payment that a refund is of: what tasks about refunds know."""
    _check(request, "payments.view_payment")
    return _back(get_object_or_404(Refund.objects.select_related("payment"), public_id=public_id).payment)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


urlpatterns = [
    path("report.csv", report, name="report"),
    path("days/", days, name="days"),
    path("days/<str:about>/", of_day, name="of_day"),
    path("accept/<uuid:public_id>/", accept, name="accept"),
    path("match/<uuid:public_id>/", match, name="match"),
    path("ask/<uuid:public_id>/", ask, name="ask"),
    path("refund/<uuid:public_id>/", refund, name="refund"),
    path("refund/<uuid:public_id>/of/", of_refund, name="of_refund"),
    path("refund/<uuid:public_id>/decide/", decide_refund, name="decide_refund"),
]
