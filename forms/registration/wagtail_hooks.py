"""Applications for an account as clerks read them."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn

from forms.registration.models import Application
from portal.utility.registers import Register, RegisterIndex, RegisterPage
from portal.utility.templatetags.ebok import moment


class ApplicationFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=Application.State.choices,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )

    class Meta:
        model = Application
        fields = ["state"]


def customer_of(application: Application) -> str:
    """The customer that the application proved, by number and name."""
    customer = application.proven_customer
    return f"{customer.number} {customer.name}" if customer else "–"


class ApplicationIndex(RegisterIndex):
    page_title = gettext_lazy("Applications for an account")

    def get_base_queryset(self) -> QuerySet[Application]:
        return Application.objects.select_related("proven_customer").order_by("-created_at", "-pk")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column("email"),
            Column("customer", label=_("Customer"), accessor=customer_of),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda application: application.get_state_display(),
                primary=lambda application: application.state == Application.State.TO_DECIDE,
            ),
            Column("created_at", label=_("Sent"), accessor=lambda one: moment(one.created_at), sort_key="created_at"),
        ]


class ApplicationPage(RegisterPage):
    template_name = "registration/panel/application.html"
    object: Application

    def get_queryset(self) -> QuerySet[Application]:
        return Application.objects.select_related("proven_customer", "terms")

    def get_page_subtitle(self) -> str:
        return self.object.email

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["application"] = self.object
        context["customer"] = customer_of(self.object)
        return context


class Applications(Register):
    model = Application
    name = "application_register"
    url_prefix = "applications"
    icon = "form"
    menu_name = "applications"
    menu_label = gettext_lazy("Applications")
    menu_order = 40
    index_view_class = ApplicationIndex
    inspect_view_class = ApplicationPage
    filterset_class = ApplicationFilters
    search_fields = ["email", "invoice_number", "proven_customer__number"]


@hooks.register("register_admin_viewset")
def applications() -> Applications:
    return Applications()
