"""Applications for an account as clerks read them."""

from typing import Any

import django_filters
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.forms import RadioSelect
from django.http import HttpRequest
from django.urls import path, reverse_lazy
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, StatusTagColumn

from forms.registration import desk, scans
from forms.registration.models import Application
from forms.registration.rules import FIELDS, IN_PERSON, MODES, OF_OLD_PORTAL, RegistrationRules
from forms.registration.verification import way_named
from forms.registration.verification.base import Leads
from portal import clock
from portal.calendar import working_days_between
from portal.utility.registers import OFFICE_MENU, Register, RegisterIndex, RegisterPage
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day, moment


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
    """The customer that the application was linked with or proved, by number and name."""
    customer = application.customer or application.proven_customer
    return f"{customer.number} {customer.name}" if customer else "–"


# What waits for a clerk stands on top, the soonest promised first; then the rest, the latest first.
IN_QUEUE = (
    Case(When(state__in=["to_decide", "proposed"], then=Value(0)), default=Value(1), output_field=IntegerField()),
    Case(When(state__in=["to_decide", "proposed"], then="due_on")),
    "-created_at",
    "-pk",
)


def promised(application: Application) -> str:
    """The last day of what was promised, and how many working days are left; nothing once it is decided."""
    if application.due_on is None or application.state not in ("to_decide", "proposed"):
        return ""
    left = working_days_between(clock.today(), application.due_on)
    if left < 0:
        return _("%(day)s, late") % {"day": day(application.due_on)}
    words = ngettext("%(day)s, %(left)s working day left", "%(day)s, %(left)s working days left", left)
    return words % {"day": day(application.due_on), "left": left}


class ApplicationIndex(RegisterIndex):
    page_title = gettext_lazy("Applications for an account")

    def get_base_queryset(self) -> QuerySet[Application]:
        return Application.objects.select_related("proven_customer", "customer").order_by(*IN_QUEUE)

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column("applicant"),
            Column("customer", label=_("Customer"), accessor=customer_of),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda application: application.get_state_display(),
                primary=lambda application: application.state == Application.State.TO_DECIDE,
            ),
            Column("due_on", label=_("Promised until"), accessor=promised, sort_key="due_on"),
            Column("created_at", label=_("Sent"), accessor=lambda one: moment(one.created_at), sort_key="created_at"),
        ]


class ApplicationPage(RegisterPage):
    """One application, the customers it may belong to, and what may be done with it."""

    template_name = "registration/panel/application.html"
    object: Application

    def get_queryset(self) -> QuerySet[Application]:
        return Application.objects.select_related(
            "proven_customer", "customer", "terms", "user", "proposed_by", "decided_by"
        )

    def get_page_subtitle(self) -> str:
        return self.object.applicant

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        application = self.object
        words = dict(FIELDS)
        context |= {
            "application": application,
            "customer": customer_of(application),
            "way": way_in_words(application),
            "given": [(_(words[name]), value) for name, value in application.given.items() if name in words],
            "is_late": application.due_on is not None and application.due_on < clock.today(),
            "may": desk.may_of(application, self.request.user),
            "words": desk.WordsForm(),
            "scan": scans.ScanForm() if self.request.user.has_perm(desk.DECIDE) and has_form(application) else None,
        }
        context |= desk.facing(self.request, application)
        suggested = application.customer or application.proven_customer
        context["candidates"] = list(context["found"]) or ([suggested] if suggested else [])
        return context


def has_form(application: Application) -> bool:
    return way_named(application.mode).leads is Leads.TO_FORM


def way_in_words(application: Application) -> str:
    return _(dict((*MODES, OF_OLD_PORTAL)).get(application.mode, application.mode))


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
    search_fields = ["email", "invoice_number", "form_code", "proven_customer__number", "customer__number"]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("form/<str:code>/", desk.scan, name="scan"),
            path("office/", desk.at_the_office, name="at_the_office"),
            path("letter/<uuid:public_id>/", desk.code_letter, name="code_letter"),
            *(
                path(f"<uuid:public_id>/{name}/", view, name=name)
                for name, view in (
                    ("compare", desk.compare),
                    ("link", desk.link),
                    ("release", desk.release),
                    ("ask", desk.ask),
                    ("refuse", desk.refuse),
                    ("undo", desk.undo),
                    ("start_letter", desk.start_letter),
                    ("keep_form", scans.keep),
                    ("signed_form", scans.show),
                )
            ),
        ]

    def get_permissions_to_register(self) -> Any:
        """An application is looked at and decided."""
        return self.permissions_named("view", "change")


@hooks.register("register_admin_viewset")
def applications() -> Applications:
    return Applications()


class AtTheOfficeItem(MenuItem):
    """Only where the rules let people register at the office, for whoever may."""

    def is_shown(self, request: HttpRequest) -> bool:
        return IN_PERSON in rules(RegistrationRules).modes and request.user.has_perm(desk.DECIDE)


@hooks.register(OFFICE_MENU)
def at_the_office() -> AtTheOfficeItem:
    address = reverse_lazy("application_register:at_the_office")
    return AtTheOfficeItem(
        gettext_lazy("Register at the office"), address, name="at-the-office", icon_name="user", order=41
    )
