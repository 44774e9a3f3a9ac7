"""Managers' requests on the clerks' desk: what was asked, the mandate, the customer's points, and the decision."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.widgets.button import HeaderButton

from forms.managers.actions import MandateOver, OwnsIt, ask, grant, last_day, refuse
from forms.managers.forms import CustomerNumberForm, ManagerForm, RefusalForm
from forms.managers.models import ManagerRequest
from portal.customers.access import open_visits
from portal.customers.actions import open_visit
from portal.customers.models import Customer, ServicePoint
from portal.utility.registers import Register, RegisterIndex, RegisterPage
from portal.utility.templatetags.ebok import moment

CHANGE = "managers.change_managerrequest"
MOST_POINTS = 300  # ticked on one page; for more of a customer's points the list of properties is gone through in parts


class RequestIndex(RegisterIndex):
    page_title = gettext_lazy("Managers' requests")

    def get_base_queryset(self) -> QuerySet[ManagerRequest]:
        return ManagerRequest.objects.order_by("-sent_at", "-pk")

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm(CHANGE):
            return []
        return [HeaderButton(_("Enter a request from an e-mail"), url=reverse("manager_request_register:enter"))]

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column("company"),
            Column("email", label=_("E-mail")),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda one: one.get_state_display(),
                primary=lambda one: one.state == ManagerRequest.State.NEW,
            ),
            Column("sent_at", label=_("Sent"), accessor=lambda one: moment(one.sent_at), sort_key="sent_at"),
        ]


class RequestPage(RegisterPage):
    template_name = "managers/panel/request.html"
    object: ManagerRequest

    def get_page_subtitle(self) -> str:
        return self.object.company

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        answer = {"find": self._find, "grant": self._grant, "refuse": self._refuse}.get(request.POST.get("do", ""))
        if answer is None:
            raise Http404
        return answer(request)

    def _find(self, request: HttpRequest) -> HttpResponse:
        """The customer by number; the visit that shows the points is opened for this request's sake."""
        form = CustomerNumberForm(request.POST)
        found = (
            Customer.objects.filter(number=request.POST.get("number", "").strip()).first() if form.is_valid() else None
        )
        if found is None:
            messages.error(request, _("There is no customer with this number."))
            return redirect(request.path)
        open_visit(
            staff=request.user,
            customer=found,
            reason=_("Manager's request: %(company)s") % {"company": self.object.company[:150]},
        )
        return redirect(f"{request.path}?customer={found.public_id}")

    def _grant(self, request: HttpRequest) -> HttpResponse:
        customer = self._visited(request.POST.get("customer", ""))
        if customer is None:
            messages.error(request, _("The visit to this customer is over. Find the customer again."))
            return redirect(request.path)
        points: list[ServicePoint] | None = None
        if request.POST.get("scope") != "whole":
            chosen = [key for key in request.POST.getlist("points") if _is_uuid(key)]
            points = list(ServicePoint.objects.filter(customer=customer, public_id__in=chosen))
            if not points:
                messages.error(request, _("Choose the whole customer or at least one point."))
                return redirect(f"{request.path}?customer={customer.public_id}")
        try:
            grant(self.object, customer=customer, points=points, by=request.user)
        except (MandateOver, OwnsIt) as why:
            messages.error(request, str(why))
            return redirect(request.path)
        messages.success(request, _("Granted. The manager and the customer are told."))
        return redirect(request.path)

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        form = RefusalForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(refusal=form))
        refuse(self.object, by=request.user, why=form.cleaned_data["why"])
        messages.success(request, _("Refused. The manager is told."))
        return redirect(request.path)

    def _visited(self, key: str) -> Customer | None:
        """The customer of an open visit of this clerk's."""
        if not _is_uuid(key):
            return None
        visit = (
            open_visits().filter(staff=self.request.user.pk, customer__public_id=key).select_related("customer").first()
        )
        return visit.customer if visit else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        asked = self.object
        customer = self._visited(self.request.GET.get("customer", ""))
        points = ServicePoint.objects.filter(customer=customer, is_closed=False) if customer else None
        if points is not None:
            context["points"] = points.order_by("street", "building", "unit", "pk")[:MOST_POINTS]
            count = points.count()
            context["points_count"] = ngettext("%(count)s point", "%(count)s points", count) % {"count": count}
        grants = asked.grants.select_related("customer", "delegation").order_by("pk")
        context |= {"asked": asked, "customer": customer, "grants": grants, "until": last_day(asked)}
        if self.request.user.has_perm(CHANGE):
            context.setdefault("find", CustomerNumberForm())
            if asked.state == ManagerRequest.State.NEW:
                context.setdefault("refusal", RefusalForm())
        return context


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """What came by e-mail, entered by a clerk: the same form, the same checks."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    form = ManagerForm(request.POST or None, request.FILES or None, is_clerk=True)
    if request.method == "POST" and form.is_valid():
        made = ask(form.asked("pl"), by=request.user)
        messages.success(request, _("Entered."))
        return redirect("manager_request_register:inspect", made.public_id)
    return render(request, "managers/panel/enter.html", {"form": form})


@require_safe
def mandate(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The document, to a clerk who decides; always as a file to take, never shown inside the panel."""
    if not request.user.has_perm("managers.view_managerrequest"):
        raise PermissionDenied
    asked = get_object_or_404(ManagerRequest.objects.exclude(mandate=""), public_id=public_id)
    ending = str(asked.mandate.name).rpartition(".")[2]
    return FileResponse(asked.mandate.open("rb"), as_attachment=True, filename=f"umocowanie-{asked.pk}.{ending}")


class Requests(Register):
    model = ManagerRequest
    name = "manager_request_register"
    url_prefix = "manager-requests"
    icon = "group"
    menu_name = "manager_requests"
    menu_label = gettext_lazy("Managers' requests")
    menu_order = 45
    index_view_class = RequestIndex
    inspect_view_class = RequestPage
    search_fields = ["company", "email"]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("enter/", enter, name="enter"),
            path("<uuid:public_id>/mandate/", mandate, name="mandate"),
            *super().get_urlpatterns(),
        ]

    def get_permissions_to_register(self) -> Any:
        return self.permissions_named("view", "change")


@hooks.register("register_admin_viewset")
def requests() -> Requests:
    return Requests()
