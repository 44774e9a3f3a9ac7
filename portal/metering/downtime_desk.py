"""Where the office states that people could not reach the portal, beside what its pulse has measured."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from portal import clock
from portal.journal.actions import note
from portal.metering.models import Downtime
from portal.utility.registers import Register, RegisterIndex
from portal.utility.templatetags.ebok import moment

PATTERNS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"]
WRONG = gettext_lazy("Write the time as 20.11.2026 14:00.")


def _time(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=PATTERNS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": WRONG, "required": WRONG},
    )


class DowntimeForm(forms.ModelForm):
    began_at = _time(gettext_lazy("From"))
    ended_at = _time(gettext_lazy("To"))
    because = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        error_messages={"required": gettext_lazy("Write a sentence on what happened.")},
    )

    class Meta:
        model = Downtime
        fields = ["began_at", "ended_at", "because"]

    def __init__(self, *args: Any, for_user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        began, ended = cleaned.get("began_at"), cleaned.get("ended_at")
        if began and ended and ended <= began:
            self.add_error("ended_at", _("The end comes after the beginning."))
        if ended and ended > clock.now():
            self.add_error("ended_at", _("State what is over already."))
        return cleaned


class StateDowntime(generic.CreateView):
    page_title = gettext_lazy("Downtime of the portal")

    def get_form_class(self) -> type[DowntimeForm]:
        return DowntimeForm

    def get_panel(self) -> None:
        return None

    def save_instance(self) -> Downtime:
        stated: Downtime = self.form.save(commit=False)
        stated.stated_by = self.request.user
        stated.save()
        about = f"downtime:{stated.pk}"
        note(
            "downtime_stated", about=about, by=self.request.user, began=str(stated.began_at), ended=str(stated.ended_at)
        )
        return stated

    def get_success_url(self) -> str:
        return reverse("downtime_register:index")

    def get_success_message(self, instance: Downtime) -> str:
        return _("Written down. A window that closes in these hours may excuse everybody.")

    def get_success_buttons(self) -> list[Any]:
        return []


class DowntimeIndex(RegisterIndex):
    page_title = gettext_lazy("Downtimes of the portal")

    def get_base_queryset(self) -> QuerySet[Downtime]:
        return Downtime.objects.select_related("stated_by")

    def get_add_url(self) -> str | None:
        return reverse("downtime_register:add") if self.request.user.has_perm("metering.add_downtime") else None

    @cached_property
    def columns(self) -> list[Column]:
        return [
            Column("began_at", label=_("From"), accessor=lambda row: moment(row.began_at)),
            Column("ended_at", label=_("To"), accessor=lambda row: moment(row.ended_at)),
            Column("because", label=_("Why"), accessor=lambda row: _("measured") if row.is_measured else row.because),
            Column("stated_by", label=_("Stated by"), accessor=lambda row: row.stated_by or "–"),
        ]


class Downtimes(Register):
    """Written row by row, and never edited."""

    model = Downtime
    name = "downtime_register"
    url_prefix = "downtimes"
    icon = "time"
    menu_name = "downtimes"
    menu_label = gettext_lazy("Downtimes of the portal")
    menu_order = 43
    key = "pk"
    inspect_view_enabled = False
    index_view_class = DowntimeIndex
    add_view_class = StateDowntime
    form_fields = ["began_at", "ended_at", "because"]
    search_fields = ["because"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        shared = super().get_common_view_kwargs(**kwargs)
        return shared | {"add_url_name": self.get_url_name("add")}

    def get_permissions_to_register(self) -> Any:
        return self.permissions_named("view", "add")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("add/", self.add_view, name="add"), *super().get_urlpatterns()]
