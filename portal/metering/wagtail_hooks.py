"""The clerks' desk of this room: readings to check, windows that were missed, meters that nobody has read."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from portal.metering import missing, queries
from portal.metering.actions import DecidedAlready, decide_reading
from portal.metering.downtime_desk import Downtimes
from portal.metering.forms import DecisionForm
from portal.metering.history import history
from portal.metering.models import Meter, MeterReading, MissedWindow
from portal.metering.policies import used_since
from portal.metering.sentences import for_clerks
from portal.metering.views import photo_of
from portal.utility.registers import Register, RegisterIndex, RegisterPage
from portal.utility.templatetags.ebok import cubic, day, moment

State = MeterReading.State
ROWS_COMPARED = 6


class ReadingFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=State.choices, empty_label=gettext_lazy("All"), widget=RadioSelect
    )

    class Meta:
        model = MeterReading
        fields = ["state"]


class ReadingIndex(RegisterIndex):
    page_title = gettext_lazy("Readings")

    def get_base_queryset(self) -> QuerySet[MeterReading]:
        return queries.portal_readings()

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("meter", label=_("Meter"), accessor="meter.serial_number", get_url=self.get_inspect_url),
            Column("customer", label=_("Customer number"), accessor="meter.point.customer.number"),
            Column("value", label=_("Reading"), accessor=lambda row: cubic(row.value)),
            Column("read_on", label=_("Day"), accessor=lambda row: day(row.read_on)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: row.get_state_display(),
                primary=lambda row: row.state == State.TO_CHECK,
            ),
            Column("why", label=_("Why it is checked"), accessor=lambda row: for_clerks(row.submission.reasons) or "–"),
            Column("submitted_at", label=_("Given"), accessor=lambda row: moment(row.submission.submitted_at)),
        ]


class ReadingPage(RegisterPage):
    """What was given beside what is known, and the two ways to decide."""

    template_name = "metering/panel/reading.html"
    object: MeterReading

    def get_queryset(self) -> QuerySet[MeterReading]:
        return queries.portal_readings()

    def get_page_subtitle(self) -> str:
        return self.object.meter.serial_number

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verdict = request.POST.get("verdict")
        if not self.user_has_permission("change") or verdict not in ("accept", "reject"):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            decide_reading(
                self.object, is_accepted=verdict == "accept", by=request.user, because=form.cleaned_data["because"]
            )
        except DecidedAlready as why:
            messages.error(request, str(why))
            return redirect(request.path)
        messages.success(request, _("Decided: %(state)s") % {"state": self.object.get_state_display()})
        return redirect(reverse(self.index_url_name))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        reading = self.object
        submission = reading.submission
        compared, told = submission.compared, history(reading.meter)
        context |= {
            "reading": reading,
            "submission": submission,
            "customer": reading.meter.point.customer,
            "reasons": for_clerks(submission.reasons),
            "rows": [row for row in told.readings if row.day <= reading.read_on][:ROWS_COMPARED],
            "before": [one for one in told.exchanged if one.meter.pk != reading.meter_id],
            "usual": Decimal(compared["usual"]).quantize(Decimal("0.1")) if "usual" in compared else None,
            "visit_reason": _("Reading of meter %(meter)s") % {"meter": reading.meter.serial_number},
            "may_visit": self.request.user.has_perm("customers.add_staffvisit"),
        }
        if "booked_value" in compared:
            use = used_since(reading.value, Decimal(compared["booked_value"]), reading.meter.digits)
            days = (reading.read_on - date.fromisoformat(compared["booked_on"])).days
            context["use"] = use
            context["litres"] = round(use * 1000 / days) if days > 0 else None
        if reading.state == State.TO_CHECK and self.user_has_permission("change"):
            context.setdefault("form", DecisionForm())
        return context


class Readings(Register):
    model = MeterReading
    name = "reading_register"
    url_prefix = "readings"
    icon = "pick"
    menu_name = "readings"
    menu_label = gettext_lazy("Readings")
    menu_order = 40
    index_view_class = ReadingIndex
    inspect_view_class = ReadingPage
    filterset_class = ReadingFilters
    search_fields = ["meter__serial_number", "meter__point__customer__number"]

    def get_permissions_to_register(self) -> Any:
        """A reading is looked at and decided."""
        return self.permissions_named("view", "change")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<uuid:public_id>/photo/", photo, name="photo")]


def photo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if not request.user.has_perm("metering.view_meterreading"):
        raise PermissionDenied
    return photo_of(get_object_or_404(queries.portal_readings(), public_id=public_id))


class MissedIndex(RegisterIndex):
    page_title = gettext_lazy("Missed windows")

    def get_base_queryset(self) -> QuerySet[MissedWindow]:
        return MissedWindow.objects.select_related("customer")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn(
                "customer", label=_("Customer number"), accessor="customer.number", get_url=self.get_inspect_url
            ),
            Column("closes", label=_("Last day of the window"), accessor=lambda row: day(row.closes)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: _("undone") if row.lifted_at else _("holds"),
                primary=lambda row: not row.lifted_at,
            ),
            Column("lifted_because", label=_("Why it was undone")),
        ]


class MissedPage(RegisterPage):
    """What followed from a missed window, and the sentence that undoes it."""

    template_name = "metering/panel/missed.html"
    object: MissedWindow

    def get_queryset(self) -> QuerySet[MissedWindow]:
        return MissedWindow.objects.select_related("customer", "lifted_by")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.user_has_permission("change"):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            missing.lift(self.object, by=request.user, because=form.cleaned_data["because"][:200])
        except missing.LiftedAlready as why:
            messages.error(request, str(why))
            return redirect(request.path)
        messages.success(request, _("What followed from the missed window is undone."))
        return redirect(reverse(self.index_url_name))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["missed"] = self.object
        if self.object.lifted_at is None and self.user_has_permission("change"):
            context.setdefault("form", DecisionForm())
        return context


class MissedWindows(Register):
    model = MissedWindow
    name = "missed_register"
    url_prefix = "missed-windows"
    icon = "warning"
    menu_name = "missed-windows"
    menu_label = gettext_lazy("Missed windows")
    menu_order = 42
    index_view_class = MissedIndex
    inspect_view_class = MissedPage
    search_fields = ["customer__number"]

    def get_permissions_to_register(self) -> Any:
        """It is looked at and undone."""
        return self.permissions_named("view", "change")


class UnreadIndex(RegisterIndex):
    page_title = gettext_lazy("Meters without a reading")

    def get_base_queryset(self) -> QuerySet[Meter]:
        return queries.unread_meters()

    @cached_property
    def columns(self) -> list[Column]:
        return [
            Column("meter", label=_("Meter"), accessor="serial_number"),
            Column("customer", label=_("Customer number"), accessor="point.customer.number"),
            Column("last_on", label=_("Last booked"), accessor=lambda row: day(row.last_on) or _("never")),
        ]


class UnreadMeters(Register):
    model = Meter
    name = "unread_register"
    url_prefix = "unread-meters"
    icon = "clipboard-list"
    menu_name = "unread-meters"
    menu_label = gettext_lazy("Meters without a reading")
    menu_order = 41
    inspect_view_enabled = False
    index_view_class = UnreadIndex
    search_fields = ["serial_number", "point__customer__number"]


@hooks.register("register_admin_viewset")
def readings() -> list[Register]:
    return [Readings(), MissedWindows(), UnreadMeters(), Downtimes()]
