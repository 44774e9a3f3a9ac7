"""The office's menu in the panel, and the clerks' tasks: in the menu, and on the first screen."""

from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem

from portal.desk import queries
from portal.desk.models import Task
from portal.desk.views import TaskFilters, TaskIndex, TaskPage
from portal.utility.registers import OFFICE_MENU, Register

LOOK = "desk.view_task"
ON_FIRST_SCREEN = 5


@hooks.register("register_admin_menu_item")
def office_menu() -> SubmenuMenuItem:
    return SubmenuMenuItem(
        _("Customer service"), Menu(register_hook_name=OFFICE_MENU), name="office", icon_name="group", order=100
    )


class TasksMenuItem(MenuItem):
    """Says how many are open."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(LOOK)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        count = queries.open_tasks().count()
        label = f"{self.label} ({count})" if count else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name)


class Tasks(Register):
    model = Task
    name = "task_register"
    url_prefix = "tasks"
    icon = "tasks"
    menu_name = "tasks"
    menu_label = _("Tasks")
    menu_order = 10
    menu_item_class = TasksMenuItem
    index_view_class = TaskIndex
    inspect_view_class = TaskPage
    filterset_class = TaskFilters
    search_fields = ["title"]

    def get_permissions_to_register(self) -> Any:
        """A task is looked at and ended."""
        return self.permissions_named("view", "change")


@hooks.register("register_admin_viewset")
def tasks() -> Tasks:
    return Tasks()


class OpenTasks(Component):
    """On the panel's first screen: what has waited longest."""

    order = 20
    template_name = "desk/open_tasks.html"

    @property
    def media(self) -> Media:
        return Media()

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        found = queries.open_tasks()
        return {"tasks": found[:ON_FIRST_SCREEN], "count": found.count()}


@hooks.register("construct_homepage_panels")
def what_waits(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm(LOOK):
        panels.append(OpenTasks())
