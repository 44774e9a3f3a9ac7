"""The screens of paying, the sandbox's hosted page, and the door for gateways."""

import uuid
from datetime import timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from payments import actions, checkout, confirmation, events, queries, tasks
from payments.forms import PayForm
from payments.gateways import sandbox
from payments.gateways.base import BadSignature, GatewayFault, NoGateway, NoSuchSession, named
from payments.models import Payment, SandboxSession
from payments.queries import PaymentStory
from payments.rules import PaymentRules
from portal import clock, jobs
from portal.billing.queries import OpenCharges, open_items
from portal.billing.transit import TransitRefused
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed, Delegation
from portal.utility.rulebook import rules

ASK_AFTER_LOOKING = timedelta(seconds=10)
LATE = timedelta(seconds=20)
A_PAGE = 20


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    return viewer


# Choosing and paying


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Choose what to pay, and pay it with one press. A press beside another total than is chosen pays nothing yet."""
    viewer = _viewer(request)
    if not access.may(viewer, Deed.PAY) or not checkout.is_offered():
        raise Http404
    charges, fee = open_items(viewer, Deed.PAY), checkout.fee_for(viewer)
    if request.method == "POST":
        return _press(request, viewer, charges)
    if "recount" in request.GET:
        form = PayForm(request.GET, charges=charges, fee=fee)
        form.full_clean()
        return _choice(request, form, charges)
    offered = {str(charge.public_id) for charge in charges.to_pay}
    wanted = [key for key in request.GET.getlist("item") if key in offered]
    return _choice(request, PayForm(charges=charges, fee=fee, initial={"item": wanted} if wanted else {}), charges)


def _press(request: HttpRequest, viewer: Viewer, charges: OpenCharges) -> HttpResponse:
    form = PayForm(request.POST, charges=charges, fee=checkout.fee_for(viewer))
    token = form.token
    begun = checkout.pressed(token, viewer) if token else None
    if begun is None and not form.is_valid():
        return _choice(request, form, charges, status=422)
    if begun is None and form.cleaned_data["seen"] != form.total:
        return _choice(request, form, charges, notice=_("The amount has changed. Check it and pay."))
    try:
        payment = begun or checkout.start_payment(
            viewer=viewer,
            by=request.user,
            items=form.chosen,
            on_account=form.account,
            press=form.cleaned_data["press"],
        )
    except checkout.CannotPay as why:
        return _choice(request, form, charges, notice=str(why), status=409)
    except TransitRefused as why:
        charges = open_items(viewer, Deed.PAY)
        return _choice(request, form.again(charges), charges, notice=str(why), status=409)
    except GatewayFault:
        return _choice(request, form, charges, notice=no_answer(), status=503)
    return go_and_pay(payment)


def go_and_pay(payment: Payment) -> HttpResponse:
    """To the gateway's page; to our own when it cannot be reached, or when there is nothing to pay any more."""
    try:
        payment = checkout.open_session(payment)
    except GatewayFault:
        payment.refresh_from_db()
    return redirect(payment.session_url if payment.is_waiting and payment.session_url else actions.page_of(payment))


def _choice(
    request: HttpRequest, form: PayForm, charges: OpenCharges, *, notice: str = "", status: int = 200
) -> HttpResponse:
    viewer = _viewer(request)
    live = queries.live_payment(viewer)
    begun = queries.tell(live) if live else None
    shown = {
        "form": form,
        "token": form.token or uuid.uuid4(),
        "charges": charges,
        "begun": begun,
        "own_items": [line.item for line in begun.lines] if begun else [],
        "notice": notice,
        "methods": [queries.method_in_words(method) for method in rules(PaymentRules).methods],
        "viewer": viewer,
    }
    return render(request, "payments/choose.html", shown, status=status)


@login_required
@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """The owner ends what somebody else has begun to pay, and comes back to the choice with it chosen."""
    viewer = _viewer(request)
    try:
        item = UUID(request.POST.get("item", ""))
        checkout.take_over(viewer=viewer, by=request.user, item=item)
    except (ValueError, checkout.NotOffered):
        raise Http404 from None
    except GatewayFault:
        messages.error(request, no_answer())
    query = urlencode({"k": str(viewer.customer.public_id) if viewer.customer else "", "item": str(item)})
    return redirect(f"{reverse('payments:choose')}?{query}")


def no_answer() -> str:
    return _("The payment service does not answer. Nothing was charged. Try again in a moment.")


# One payment, and all of them


@login_required
@require_GET
def payment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where the payer comes back to. Coming back proves nothing: the page tells what the gateway said, and asks it."""
    story = _story(request, public_id)
    if story.is_moving:
        tasks.ask_soon(story.payment.pk, unless_asked_since=clock.now() - ASK_AFTER_LOOKING)
    k = _viewer(request).customer
    query = [("k", str(k.public_id) if k else "")] + [("item", str(line.item)) for line in story.lines if line.item]
    again = f"{reverse('payments:choose')}?{urlencode(query)}"
    return render(
        request,
        "payments/payment.html",
        {
            "story": story,
            "again": again,
            "viewer": _viewer(request),
            "confirmation": f"{reverse('payments:confirmation', args=[public_id])}?{urlencode(query[:1])}"
            if confirmation.is_there(story.payment)
            else "",
            "home": reverse("go", args=["dashboard"]),
            "home_words": _("To my account"),
            "ways": {name: reverse(f"payments:{name}", args=[public_id]) for name in ("payment", "resume", "cancel")},
        },
    )


@login_required
@require_GET
def confirmation_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return as_pdf(_story(request, public_id))


def as_pdf(story: PaymentStory, *, is_guest: bool = False) -> HttpResponse:
    if not confirmation.is_there(story.payment):
        raise Http404
    response = HttpResponse(confirmation.drawn(story, is_guest=is_guest), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{story.payment.transit.reference}.pdf"'
    return response


@login_required
@require_POST
def resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Go on with a payment that could not reach the gateway."""
    story = _own(request, public_id)
    if story.payment.payer_id != _viewer(request).user_id:
        raise Http404  # the hosted page knows its payer's e-mail
    return go_and_pay(story.payment)


@login_required
@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The payer ends the session. If it was paid in the meantime, it is paid."""
    story = _own(request, public_id)
    try:
        actions.end_payment(story.payment, gives_up=True)
    except GatewayFault:
        messages.error(request, no_answer())
    return redirect(actions.page_of(story.payment))


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    viewer = _viewer(request)
    if viewer.customer is None:
        raise Http404
    page = Paginator(queries.payments_with_documents(viewer), A_PAGE).get_page(request.GET.get("page"))
    stories = [queries.tell(one) for one in page]
    return render(request, "payments/history.html", {"stories": stories, "page_obj": page, "viewer": viewer})


def _story(request: HttpRequest, public_id: UUID) -> PaymentStory:
    story = queries.story(_viewer(request), public_id)
    if story is None:
        raise Http404
    return story


def _own(request: HttpRequest, public_id: UUID) -> PaymentStory:
    """Only who may pay for this customer may go on with a payment or end it: the payer himself, or the customer's owner."""
    viewer = _viewer(request)
    if not access.may(viewer, Deed.PAY):
        raise Http404
    story = _story(request, public_id)
    if story.payment.payer_id != viewer.user_id and viewer.role != Delegation.Role.OWNER:
        raise Http404
    return story


# Gateways


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, gateway: str) -> HttpResponse:
    """Answers quickly: the message is kept, what it means is found out by a job."""
    try:
        events.receive_event(gateway, request.body, request.headers)
    except NoGateway:
        raise Http404 from None
    except BadSignature:
        return HttpResponseBadRequest(b"The signature does not fit.\n", content_type="text/plain")
    return HttpResponse(b"Kept.\n", content_type="text/plain")


@require_http_methods(["GET", "POST"])
def sandbox_page(request: HttpRequest, session_id: str) -> HttpResponse:
    """The page that a real gateway would host: approve, refuse, leave, or approve when the time is up."""
    try:
        named(sandbox.NAME).session_state(session_id)
    except (NoGateway, NoSuchSession):
        raise Http404 from None
    session = SandboxSession.objects.get(session_id=session_id)
    if request.method == "GET":
        return render(request, "payments/sandbox.html", {"session": session, "back": _way_back(session)})
    button = request.POST.get("button", "")
    if session.state == SandboxSession.State.OPEN:
        _act_in_sandbox(session, button)
    return redirect(_way_back(session))


def _act_in_sandbox(session: SandboxSession, button: str) -> None:
    if button in session.methods:
        moved = sandbox.pay(session.session_id, button)
    elif button == "decline":
        moved = sandbox.decline(session.session_id)
    elif button == "late":
        moved = sandbox.expire(session.session_id)
        jobs.later("payments.tasks.pay_late_in_sandbox", session.session_id, wait=LATE)
    else:
        return  # left without a word, as payers do
    events.receive_event(sandbox.NAME, *sandbox.message(moved))


def _way_back(session: SandboxSession) -> str:
    """The sandbox lives in this very site, under whatever name the browser knows it."""
    address = urlsplit(session.return_url)
    return f"{address.path}?{address.query}"
