"""Where outages are written, published, prolonged and closed."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic

from portal import clock
from portal.cases import outage_queries, outages
from portal.cases.models import Outage
from portal.utility.registers import RegisterIndex, RegisterPage
from portal.utility.templatetags.ebok import moment

CHANGE = "cases.change_outage"


def state_of(outage: Outage) -> str:
    if outage.closed_at:
        return _("over")
    if not outage.published_at:
        return _("not published")
    return _("goes on") if outage.starts_at <= clock.now() else _("to come")


class OutageIndex(RegisterIndex):
    page_title = gettext_lazy("Outages")

    def get_base_queryset(self) -> QuerySet[Outage]:
        return Outage.objects.prefetch_related("streets")

    def get_add_url(self) -> str | None:
        return reverse("outage_register:add") if self.request.user.has_perm("cases.add_outage") else None

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("title", label=_("Title"), get_url=self.get_inspect_url),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=state_of,
                primary=lambda row: bool(row.published_at and not row.closed_at),
            ),
            Column("place", label=_("Streets"), accessor=lambda row: ", ".join(str(one) for one in row.streets.all())),
            Column("starts_at", label=_("From"), accessor=lambda row: moment(row.starts_at)),
            Column("ends_at", label=_("Expected until"), accessor=lambda row: moment(row.ends_at)),
        ]


def outage_panels() -> Any:
    panels = [
        FieldPanel("kind"),
        FieldPanel("title"),
        FieldPanel("text"),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        InlinePanel("streets", heading=_("Where"), label=_("street"), min_num=1),
    ]
    return ObjectList(panels).bind_to_model(Outage)


class WriteOutage(generic.CreateView):
    page_title = gettext_lazy("Outage")

    def get_panel(self) -> Any:
        return outage_panels()

    def get_form_class(self) -> Any:
        return outage_panels().get_form_class()

    def get_success_url(self) -> str:
        return reverse("outage_register:inspect", args=[self.object.public_id])

    def get_success_message(self, instance: Outage) -> str:
        return _("Written. Nobody sees it until it is published.")

    def get_success_buttons(self) -> list[Any]:
        return []


class ProlongForm(forms.Form):
    until = forms.DateTimeField(
        label=gettext_lazy("Expected until"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": gettext_lazy("Write the time as 20.11.2026 14:00.")},
    )

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until <= clock.now():
            raise forms.ValidationError(_("Give a time to come, or close the outage."))
        return until


class OutagePage(RegisterPage):
    """What it says, whom it concerns, what the publisher must know; and its three presses."""

    template_name = "cases/panel/outage.html"
    object: Outage

    def get_queryset(self) -> QuerySet[Outage]:
        return Outage.objects.prefetch_related("streets")

    def get_page_subtitle(self) -> str:
        return self.object.title

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        press = request.POST.get("press")
        try:
            if press == "publish":
                self._publish()
            elif press == "close":
                outages.close(self.object, by=request.user)
            else:
                form = ProlongForm(request.POST)
                if not form.is_valid():
                    return self.render_to_response(self.get_context_data(prolong=form))
                outages.prolong(self.object, until=form.cleaned_data["until"], by=request.user)
        except (outages.NoArea, outages.OverAlready, outages.EndsTooSoon) as why:
            messages.error(request, str(why))
        return redirect(request.path)

    def _publish(self) -> None:
        warning = outages.short_notice(self.object)
        if warning and self.request.POST.get("sure") != "yes":
            messages.warning(
                self.request, _("%(warning)s Tick the box to publish it all the same.") % {"warning": warning}
            )
            return
        outages.publish(self.object, by=self.request.user)
        messages.success(self.request, _("Published: the list, the banner and the letters follow it."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        outage = self.object
        customers, people = outage_queries.reach(outage)
        context |= {
            "outage": outage,
            "state": state_of(outage),
            "areas": outage_queries.areas_of(outage),
            "customers": customers,
            "people": people,
            "warning": "" if outage.published_at else outages.short_notice(outage),
            "may_change": self.request.user.has_perm(CHANGE) and not outage.closed_at,
        }
        context.setdefault("prolong", ProlongForm(initial={"until": outage.ends_at}))
        return context
