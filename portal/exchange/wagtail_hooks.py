"""Deliveries of billing data as clerks read them: what each changed, and what was wrong with it."""

from typing import Any

import django_filters
from django.contrib.auth.models import Permission
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn

from portal.exchange import tokens_panel  # noqa: F401 - registers the API's tokens
from portal.exchange.models import BillingDelivery, DeliveryFault
from portal.exchange.report import csv_of
from portal.utility.registers import Register, RegisterIndex, RegisterPage
from portal.utility.templatetags.ebok import moment

VERDICTS = ("new", "changed", "same", "gone", "out")
FAULTS_ON_A_PAGE = 100


def rows_changed(delivery: BillingDelivery) -> int:
    return sum(found.get(verdict, 0) for found in delivery.counts.values() for verdict in ("new", "changed", "gone"))


def faults_in_words(delivery: BillingDelivery) -> str:
    """Every weight with its count: those beyond the ones that are kept count too."""
    weights = dict(DeliveryFault.Weight.choices)
    found = [f"{weights.get(weight, weight)}: {count}" for weight, count in delivery.fault_counts.items() if count]
    return ", ".join(found) or "–"


class DeliveryFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=BillingDelivery.State.choices,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )

    class Meta:
        model = BillingDelivery
        fields = ["state"]


class DeliveryIndex(RegisterIndex):
    page_title = gettext_lazy("Data of the billing system")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column("name"),
            Column("as_of", label=_("As of"), accessor=lambda one: moment(one.as_of), sort_key="as_of"),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda delivery: delivery.get_state_display(),
                primary=lambda delivery: delivery.state == BillingDelivery.State.MERGED,
            ),
            Column("changed", label=_("Rows changed"), accessor=rows_changed),
            Column("faults", label=_("Faults"), accessor=faults_in_words),
            Column(
                "started_at",
                label=_("Import started"),
                accessor=lambda one: moment(one.started_at),
                sort_key="started_at",
            ),
        ]


class DeliveryPage(RegisterPage):
    template_name = "exchange/delivery.html"
    object: BillingDelivery

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("report") == "csv":
            answer = StreamingHttpResponse(csv_of(self.object), content_type="text/csv; charset=utf-8")
            answer.headers["Content-Disposition"] = f'attachment; filename="delivery-{self.object.pk}.csv"'
            return answer
        page: HttpResponseBase = super().get(request, *args, **kwargs)
        return page

    def get_page_subtitle(self) -> str:
        return self.object.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        delivery = self.object
        faults = Paginator(delivery.faults.order_by("weight", "pk"), FAULTS_ON_A_PAGE)
        context["delivery"] = delivery
        if delivery.state == BillingDelivery.State.STAGING:
            context["progress"] = [
                (name, delivery.rows_read.get(name, 0), rows) for name, rows in delivery.rows_promised.items()
            ]
        context["rows"] = [(stage, [found.get(one, 0) for one in VERDICTS]) for stage, found in delivery.counts.items()]
        words = {"new": _("new"), "changed": _("changed"), "gone": _("gone")}
        context["differences"] = [
            (stage, words[row["verdict"]], row) for stage, rows in delivery.differences.items() for row in rows
        ]
        context["faults_in_words"] = faults_in_words(delivery)
        context["faults"] = faults.get_page(self.request.GET.get("p"))
        return context


class BillingDeliveries(Register):
    model = BillingDelivery
    key = "pk"
    name = "billing_delivery_register"
    url_prefix = "billing-deliveries"
    icon = "download"
    menu_name = "billing-deliveries"
    menu_label = gettext_lazy("Data of the billing system")
    menu_order = 50
    index_view_class = DeliveryIndex
    inspect_view_class = DeliveryPage
    filterset_class = DeliveryFilters
    search_fields = ["name"]


@hooks.register("register_admin_viewset")
def billing_deliveries() -> BillingDeliveries:
    return BillingDeliveries()


@hooks.register("register_permissions")
def rights() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="exchange", codename="add_apitoken")
