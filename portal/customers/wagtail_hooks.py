"""Clerks find a customer by number or name, and see more only inside a visit opened with a reason."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn

from portal.customers.access import open_visits
from portal.customers.actions import close_visit, open_visit
from portal.customers.forms import VisitForm
from portal.customers.models import Customer
from portal.customers.queries import matching
from portal.utility.registers import Register, RegisterIndex

VISIT = "customers.add_staffvisit"


class CustomerIndex(RegisterIndex):
    page_title = gettext_lazy("Customers")

    def get_base_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.only("public_id", "number", "name").order_by("number", "pk")

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return matching(queryset, self.search_query) if self.is_searching else queryset

    @cached_property
    def columns(self) -> list[Column]:
        may_visit = self.request.user.has_perm(VISIT)
        visit = "customer_register:visit" if may_visit else None
        return [
            TitleColumn(
                "number", label=_("Customer number"), url_name=visit, id_accessor="public_id", sort_key="number"
            ),
            Column("name", label=_("Name")),
        ]


class Customers(Register):
    model = Customer
    name = "customer_register"
    url_prefix = "customers"
    icon = "user"
    menu_name = "customers"
    menu_label = gettext_lazy("Customers")
    menu_order = 20
    inspect_view_enabled = False
    index_view_class = CustomerIndex
    search_fields = ["number", "name"]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<uuid:public_id>/visit/", visit_customer, name="visit"),
            path("<uuid:public_id>/visit/end/", end_visit, name="end_visit"),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def visit_customer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Asks for the reason; with one, leads to what the customer sees, or back to the work that asked for the visit."""
    customer = _met(request, public_id)
    back = _of_the_panel(request, request.POST.get("next") or request.GET.get("next", ""))
    form = VisitForm(request.POST if request.method == "POST" else None, initial={"reason": request.GET.get("reason")})
    if form.is_valid():
        open_visit(staff=request.user, customer=customer, reason=form.cleaned_data["reason"])
        return redirect(back or _what_he_sees(customer))
    visit = open_visits().filter(staff=request.user.pk, customer=customer).first()
    context: dict[str, Any] = {
        "customer": customer,
        "form": form,
        "visit": visit,
        "back": back,
        "dashboard": back or _what_he_sees(customer),
    }
    return render(request, "customers/visit.html", context)


@require_POST
def end_visit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    customer = _met(request, public_id)
    for visit in open_visits().filter(staff=request.user.pk, customer=customer).select_related("customer"):
        close_visit(visit, by=request.user)
    messages.success(request, _("The visit is over."))
    return redirect("customer_register:index")


def _met(request: HttpRequest, public_id: UUID) -> Customer:
    """The customer by number and name, which is all that is shown before a visit."""
    if not request.user.has_perm(VISIT):
        raise PermissionDenied
    return get_object_or_404(Customer.objects.only("public_id", "number", "name"), public_id=public_id)


def _of_the_panel(request: HttpRequest, address: str) -> str:
    """The address when it is one of the panel's own, otherwise nothing."""
    is_ours = address.startswith(reverse("wagtailadmin_home"))
    return address if is_ours and url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}) else ""


def _what_he_sees(customer: Customer) -> str:
    return f"{reverse('go', args=['dashboard'])}?k={customer.public_id}"


@hooks.register("register_admin_viewset")
def customers() -> Customers:
    return Customers()
