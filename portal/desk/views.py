"""The clerks' register of tasks, and the page on which one is marked as done."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn

from portal.desk import kinds, queries
from portal.desk.actions import AlreadyDone, close_task
from portal.desk.forms import OutcomeForm
from portal.desk.models import Task
from portal.utility.registers import RegisterIndex, RegisterPage
from portal.utility.templatetags.ebok import moment


class TaskFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=Task.State.choices,
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=kinds.choices, empty_label=gettext_lazy("All"), widget=RadioSelect
    )

    class Meta:
        model = Task
        fields = ["state", "kind"]


class TaskIndex(RegisterIndex):
    page_title = gettext_lazy("Tasks")

    def get_base_queryset(self) -> QuerySet[Task]:
        return queries.tasks()

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column("title"),
            Column("kind", label=_("Kind"), accessor=lambda task: kinds.label_of(task.kind)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda task: task.get_state_display(),
                primary=lambda task: task.state == Task.State.OPEN,
            ),
            Column("opened_at", label=_("Opened"), accessor=lambda task: moment(task.opened_at), sort_key="opened_at"),
            Column("outcome", label=_("What was done")),
        ]


class TaskPage(RegisterPage):
    """What happened, where it is dealt with, and the sentence that ends it."""

    template_name = "desk/task.html"
    object: Task

    def get_queryset(self) -> QuerySet[Task]:
        return Task.objects.select_related("done_by")

    def get_page_subtitle(self) -> str:
        return self.object.title

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.user_has_permission("change"):
            raise PermissionDenied
        form = OutcomeForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            close_task(self.object, by=request.user, outcome=form.cleaned_data["outcome"])
        except AlreadyDone as why:
            messages.error(request, str(why))
            return redirect(request.path)
        messages.success(request, _("Done: %(title)s") % {"title": self.object.title})
        return redirect(reverse(self.index_url_name))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        task = self.object
        context["task"] = task
        context["kind"] = kinds.label_of(task.kind)
        context["where"] = kinds.where_of(task.kind, task.about)
        right = kinds.right_of(task.kind)
        context["may_enter"] = not right or self.request.user.has_perm(right)
        context["may_visit"] = task.customer is not None and self.request.user.has_perm("customers.add_staffvisit")
        if task.state == Task.State.OPEN and self.user_has_permission("change"):
            context.setdefault("form", OutcomeForm())
        return context
