"""Online payments as clerks read them: a register, and one payment's whole story, with what a clerk may do about it."""

from datetime import datetime
from typing import Any

import django_filters
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Count, ExpressionWrapper, Q, QuerySet, Sum
from django.forms import RadioSelect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.widgets import BooleanRadioSelect
from wagtail.admin.widgets.button import Button

from payments import held, panel, payouts, queries, refunds
from payments.actions import money_in
from payments.models import GatewayEvent, Payment, Payout
from portal import money
from portal.billing import transit
from portal.billing.models import Transit
from portal.desk.models import Task
from portal.journal.actions import note
from portal.journal.models import AuditLine
from portal.moneyfield import GroszeField
from portal.utility.registers import Register, RegisterIndex, RegisterPage
from portal.utility.templatetags.ebok import day, moment

LOOKED_AT = "payment_looked_at"


class PaymentFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=Payment.State.choices,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )
    is_held_for_clerk = django_filters.BooleanFilter(label=gettext_lazy("Held for a clerk"), widget=BooleanRadioSelect)
    created_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Started"), widget=DateRangePickerWidget)

    class Meta:
        model = Payment
        fields = ["state", "is_held_for_clerk", "created_at"]


class PaymentIndex(RegisterIndex):
    page_title = gettext_lazy("Online payments")

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = super().header_more_buttons
        if self.is_bookkeepers:
            report = Button(_("Report of this month (CSV)"), reverse("payment_register:report"), icon_name="download")
            buttons = [*buttons, Button(_("By days"), reverse("payment_register:days"), icon_name="date"), report]
        return buttons

    @cached_property
    def is_bookkeepers(self) -> bool:
        """A list shows clerks whose payment it is and how it stands; amounts are for those who keep the books of payments."""
        return bool(self.request.user.has_perm(refunds.RIGHT))

    def get_base_queryset(self) -> QuerySet[Payment]:
        return Payment.objects.select_related("customer", "transit").order_by("-created_at", "-pk")

    @cached_property
    def columns(self) -> list[Column]:
        amount = Column(
            "amount",
            label=_("Amount"),
            accessor=lambda one: money.zloty(one.amount),
            classname="money",
            sort_key="amount",
        )
        return [
            TitleColumn("reference", label=_("Reference"), accessor="transit.reference", get_url=self.get_inspect_url),
            Column("customer", label=_("Customer number"), accessor="customer.number"),
            *([amount] if self.is_bookkeepers else []),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda payment: payment.get_state_display(),
                primary=lambda payment: payment.state == Payment.State.SUCCEEDED,
            ),
            Column(
                "held", label=_("Held for a clerk"), accessor=lambda one: _("yes") if one.is_held_for_clerk else "–"
            ),
            Column("gateway", label=_("Gateway")),
            Column(
                "created_at", label=_("Started"), accessor=lambda one: moment(one.created_at), sort_key="created_at"
            ),
        ]


class PaymentPage(RegisterPage):
    template_name = "payments/panel/payment.html"
    object: Payment

    def get_queryset(self) -> QuerySet[Payment]:
        return Payment.objects.select_related("customer", "transit", "payer")

    def get_page_subtitle(self) -> str:
        return self.object.transit.reference

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        payment = self.object
        context["payment"] = payment
        context["may_visit"] = self.request.user.has_perm("customers.add_staffvisit")
        context["may_see"] = panel.may_see(self.request, payment)
        if not context["may_see"]:
            return context
        # A visit tells the customer who looked; the bookkeepers' looks are told by the journal.
        note(LOOKED_AT, about=f"payment:{payment.public_id}", by=self.request.user, customer=payment.customer.public_id)
        context["method"] = queries.method_in_words(payment.method)
        context["lines"] = queries.paid_for(payment)
        context["bookings"] = payment.transit.bookings.select_related("entry").order_by("pk")
        context["story"] = story(payment)
        context["refunds"] = payment.refunds.select_related("asked_by", "decided_by").order_by("pk")
        context["may_refund"] = self.request.user.has_perm(refunds.RIGHT)
        context["refundable"] = refunds.refundable(payment)
        context["asked"] = self.request.session.pop(panel.refused_refund(payment.public_id), {})
        context["may_accept"] = context["may_refund"] and held.may_accept(payment)
        may_match = self.request.user.has_perm(panel.MATCH_RIGHT)
        found = transit.fitting_entries(payment.transit) if may_match else []
        context["fitting"] = [(entry, -entry.amount) for entry in found]
        context["is_proposed"] = Task.objects.filter(
            kind="transit_match", about=f"transit:{payment.transit.reference}", state=Task.State.OPEN
        ).exists()
        context["may_see_payouts"] = self.request.user.has_perm("payments.view_payout")
        context["payout_lines"] = payment.payout_lines.select_related("payout").order_by("pk")
        return context


def story(payment: Payment) -> list[tuple[datetime, str, str]]:
    """What happened when: the gateway's messages and our own lines about the payment and its transit, in order."""
    about = (f"payment:{payment.public_id}", f"transit:{payment.transit.reference}")
    lines = [
        (line.at, line.by, _deed(line.deed))
        for line in AuditLine.objects.filter(about__in=about).exclude(deed=LOOKED_AT)
    ]
    events = [(event.received_at, event.gateway, _message(event)) for event in payment.events.all()]
    return sorted(lines + events)


DEEDS = {
    "payment_made_anew": gettext_lazy("written anew from what the gateway knows"),
    "payment_taken_over": gettext_lazy("ended by the account's owner, who pays himself"),
    "payment_put_on_account": gettext_lazy("put on the customer's account"),
    "gateway_asked": gettext_lazy("the gateway was asked"),
    "refund_asked": gettext_lazy("refund asked for"),
    "refund_approved": gettext_lazy("refund approved"),
    "refund_refused": gettext_lazy("refund not approved"),
    "refund_sent": gettext_lazy("refund given"),
    "refund_not_given": gettext_lazy("refund refused by the gateway"),
    "transit_matched": gettext_lazy("booking confirmed"),
    "transit_match_refused": gettext_lazy("proposed booking refused"),
}


def _deed(code: str) -> str:
    """The line that tells of a new state is shown as that state."""
    if code in DEEDS:
        return str(DEEDS[code])
    room, _sep, state = code.partition("_")
    states = {"payment": Payment.State, "transit": Transit.State}.get(room)
    return str(dict(states.choices).get(state, code)) if states else code


def _message(event: GatewayEvent) -> str:
    if event.acted_on_at is None:
        return _("message: %(kind)s (%(id)s), not acted on yet") % {"kind": event.kind, "id": event.event_id}
    return _("message: %(kind)s (%(id)s)") % {"kind": event.kind, "id": event.event_id}


class Payments(Register):
    model = Payment
    name = "payment_register"
    url_prefix = "payments"
    icon = "calendar-check"
    menu_name = "payments"
    menu_label = gettext_lazy("Online payments")
    menu_order = 30
    index_view_class = PaymentIndex
    inspect_view_class = PaymentPage
    filterset_class = PaymentFilters
    search_fields = ["transit__reference", "customer__number", "gateway_payment_id", "session_id"]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("reference/<str:reference>/", by_reference, name="by_reference"),
            *panel.urlpatterns,
        ]


def by_reference(request: HttpRequest, reference: str) -> HttpResponse:
    """To the payment whose money travels under this reference: what tasks about transits know."""
    if not request.user.has_perm("payments.view_payment"):
        raise PermissionDenied
    payment = get_object_or_404(Payment, transit__reference=reference)
    return redirect("payment_register:inspect", quote(payment.public_id))


class PayoutIndex(RegisterIndex):
    page_title = gettext_lazy("Payouts")

    def get_base_queryset(self) -> QuerySet[Payout]:
        in_trouble = Count("lines", filter=~Q(lines__trouble=""))
        come_to = ExpressionWrapper(Sum("lines__amount") - Sum("lines__fee"), output_field=GroszeField())
        return Payout.objects.annotate(count=Count("lines"), troubles=in_trouble, come_to=come_to).order_by(
            "-sent_on", "-pk"
        )

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("payout_id", label=_("Number of the payout"), get_url=self.get_inspect_url),
            Column("sent_on", label=_("Sent on"), accessor=lambda one: day(one.sent_on), sort_key="sent_on"),
            Column("amount", label=_("Amount"), accessor=_amount_of_payout, classname="money", sort_key="amount"),
            StatusTagColumn("state", label=_("State"), accessor=_payout_state, primary=_is_in_order),
            Column("count", label=_("Lines"), accessor="count", classname="money"),
            Column("gateway", label=_("Gateway")),
        ]


def _amount_of_payout(payout: Payout) -> str:
    return money_in(payout.amount, payout.currency)


def _is_in_order(payout: Any) -> bool:
    """As annotated in PayoutIndex: it arrived, and its lines fit and come to what was sent, where they are told."""
    return not (payout.returned_on or payout.troubles or payout.come_to not in (None, payout.amount))


def _payout_state(payout: Any) -> str:
    if payout.returned_on:
        return _("came back on %(day)s") % {"day": day(payout.returned_on)}
    return _("in order") if _is_in_order(payout) else _("does not fit")


class PayoutPage(RegisterPage):
    template_name = "payments/panel/payout.html"
    object: Payout

    def get_page_subtitle(self) -> str:
        return self.object.payout_id

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        payout = self.object
        lines = list(payout.lines.select_related("payment__transit", "returned_payout").order_by("pk"))
        context["payout"], context["lines"] = payout, lines
        context["adds_up"] = payouts.adds_up(payout, lines)
        context["totals"] = payouts.totals(lines)
        if payout.returned_on:
            context["what_to_do"] = payouts.what_to_do(payout)
            again = payout.sent_again.select_related("payout").order_by("pk").first()
            context["sent_again_in"] = again and again.payout
        return context


class Payouts(Register):
    model = Payout
    name = "payout_register"
    url_prefix = "payouts"
    icon = "download"
    menu_name = "payouts"
    menu_label = gettext_lazy("Payouts")
    menu_order = 31
    index_view_class = PayoutIndex
    inspect_view_class = PayoutPage
    search_fields = ["payout_id"]


@hooks.register("register_permissions")
def rights() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="payments", codename="add_refund")


@hooks.register("register_admin_viewset")
def payments() -> list[Register]:
    return [Payments(), Payouts()]
