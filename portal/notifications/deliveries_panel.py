"""Messages as clerks read them: what was sent to whom and what became of it, and the addresses that take none."""

from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from portal.notifications import actions, queries
from portal.notifications.models import Delivery, Suppression
from portal.utility.registers import Register, RegisterIndex, RegisterPage
from portal.utility.templatetags.ebok import moment

SEND_AGAIN = "notifications.change_delivery"
LIFT = "notifications.delete_suppression"


class DeliveryFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=Delivery.State.choices,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )

    class Meta:
        model = Delivery
        fields = ["state"]


class DeliveryIndex(RegisterIndex):
    page_title = gettext_lazy("Messages sent")

    def get_base_queryset(self) -> QuerySet[Delivery]:
        return Delivery.objects.defer("body").order_by("-queued_at", "-pk")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("title", label=_("Message"), accessor=queries.title_of, get_url=self.get_inspect_url),
            Column("to", label=_("Recipient"), accessor=lambda one: masked(one.recipient)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda one: one.get_state_display(),
                primary=lambda one: one.state == Delivery.State.SENT,
            ),
            Column("queued_at", label=_("Written"), accessor=lambda one: moment(one.queued_at), sort_key="queued_at"),
            Column("sent_at", label=_("Sent"), accessor=lambda one: moment(one.sent_at), sort_key="sent_at"),
        ]


class DeliveryPage(RegisterPage):
    """A letter may hold a link that signs its reader in, so its words are not shown here, nor the whole address."""

    template_name = "notifications/panel/delivery.html"
    object: Delivery

    def get_queryset(self) -> QuerySet[Delivery]:
        return Delivery.objects.defer("body")

    def get_page_subtitle(self) -> str:
        return queries.title_of(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["delivery"] = self.object
        context["to"] = masked(self.object.recipient)
        context["digest"] = queries.digest_of(self.object)
        doubtful = (Delivery.State.UNSURE, Delivery.State.FAILED)
        context["may_send_again"] = self.object.state in doubtful and self.request.user.has_perm(SEND_AGAIN)
        return context


@require_POST
def send_again(request: HttpRequest, key: UUID) -> HttpResponse:
    if not request.user.has_perm(SEND_AGAIN):
        raise PermissionDenied
    actions.send_again(get_object_or_404(Delivery, public_id=key), by=request.user)
    messages.success(request, _("The message is being sent again."))
    return redirect("delivery_register:inspect", quote(key))


class Deliveries(Register):
    model = Delivery
    name = "delivery_register"
    url_prefix = "deliveries"
    icon = "mail"
    menu_name = "deliveries"
    menu_label = gettext_lazy("Messages sent")
    menu_order = 60
    index_view_class = DeliveryIndex
    inspect_view_class = DeliveryPage
    filterset_class = DeliveryFilters
    search_fields = ["recipient", "message", "about"]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("again/<uuid:key>/", send_again, name="again")]

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        return self.permissions_named("view", "change")


class SuppressionIndex(RegisterIndex):
    page_title = gettext_lazy("Addresses not written to")

    def get_base_queryset(self) -> QuerySet[Suppression]:
        return Suppression.objects.order_by("-since", "-pk")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn(
                "address", label=_("Address"), accessor=lambda one: masked(one.address), get_url=self.get_inspect_url
            ),
            Column("reason", label=_("Why"), accessor=lambda one: one.get_reason_display()),
            Column("message", label=_("Message"), accessor=lambda one: one.message or _("every message")),
            Column("since", label=_("Since"), accessor=lambda one: moment(one.since), sort_key="since"),
        ]


class SuppressionPage(RegisterPage):
    template_name = "notifications/panel/suppression.html"
    object: Suppression

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["suppression"], context["address"] = self.object, masked(self.object.address)
        context["may_lift"] = self.request.user.has_perm(LIFT)
        return context


@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm(LIFT):
        raise PermissionDenied
    actions.lift(get_object_or_404(Suppression, pk=pk), by=request.user)
    messages.success(request, _("We write to this address again."))
    return redirect("suppression_register:index")


class Suppressions(Register):
    model = Suppression
    key = "pk"
    name = "suppression_register"
    url_prefix = "suppressions"
    icon = "warning"
    menu_name = "suppressions"
    menu_label = gettext_lazy("Addresses not written to")
    menu_order = 61
    index_view_class = SuppressionIndex
    inspect_view_class = SuppressionPage
    search_fields = ["address"]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("lift/<int:pk>/", lift, name="lift")]

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        return self.permissions_named("view", "delete")


def masked(address: str) -> str:
    """anna@example.pl → a•••@example.pl, +48501502503 → •••503: enough to recognise what one is told."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••{at}{host}" if at else f"•••{address[-3:]}"


@hooks.register("register_admin_viewset")
def registers() -> list[Register]:
    return [Deliveries(), Suppressions()]
