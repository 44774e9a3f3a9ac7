"""The room's registers in the panel: cases, messages to customers, outages, topics, templates of answers."""

from typing import Any

from django.contrib.admin import display
from django.forms import Media
from django.http import HttpRequest
from django.template.defaultfilters import yesno
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail_modeladmin.options import modeladmin_register

from portal import clock
from portal.cases import desk_views, message_desk, outage_desk, policies, queries
from portal.cases.models import AnswerTemplate, Case, CaseTopic, OfficeMessage, Outage
from portal.utility.registers import OFFICE_MENU, Register
from portal.utility.wagtail_hooks import Dictionary


class CasesMenuItem(MenuItem):
    """Says how many are to be answered."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(desk_views.LOOK)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        count = Case.objects.filter(state__in=policies.OPEN).count()
        label = f"{self.label} ({count})" if count else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name)


class Cases(Register):
    model = Case
    name = "case_register"
    url_prefix = "cases"
    icon = "comment"
    menu_name = "cases"
    menu_label = gettext_lazy("Cases")
    menu_order = 5
    menu_item_class = CasesMenuItem
    index_view_class = desk_views.CaseIndex
    inspect_view_class = desk_views.CasePage
    filterset_class = desk_views.CaseFilters
    search_fields = ["folded"]
    list_per_page = 50

    def get_permissions_to_register(self) -> Any:
        return self.permissions_named("view", "change")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("month/", desk_views.statistics, name="statistics"),
            path("file/<uuid:public_id>/", desk_views.attachment, name="attachment"),
            path("answer/<uuid:public_id>/", desk_views.answer_pdf, name="answer_pdf"),
            path("papers/<uuid:public_id>/", desk_views.papers, name="papers"),
            *super().get_urlpatterns(),
        ]


class MonthMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(desk_views.LOOK)


@hooks.register(OFFICE_MENU)
def month_of_cases() -> MonthMenuItem:
    label = gettext_lazy("Cases of a month")
    return MonthMenuItem(label, reverse("case_register:statistics"), name="cases-month", icon_name="table", order=6)


class WithAdding(Register):
    """A register that is written to, row by row, and never edited."""

    add_view_class: Any = None

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        shared = super().get_common_view_kwargs(**kwargs)
        return shared | {"add_url_name": self.get_url_name("add")}

    def get_permissions_to_register(self) -> Any:
        return self.permissions_named("view", "add", "change")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("add/", self.add_view, name="add"), *super().get_urlpatterns()]


class Messages(WithAdding):
    model = OfficeMessage
    name = "message_register"
    url_prefix = "customer-messages"
    icon = "mail"
    menu_name = "customer-messages"
    menu_label = gettext_lazy("Messages to customers")
    menu_order = 12
    index_view_class = message_desk.MessageIndex
    inspect_view_class = message_desk.MessagePage
    add_view_class = message_desk.WriteMessage
    form_fields = ["subject", "text", "audience"]
    search_fields = ["subject"]


class Outages(WithAdding):
    model = Outage
    name = "outage_register"
    url_prefix = "outages"
    icon = "warning"
    menu_name = "outages"
    menu_label = gettext_lazy("Outages")
    menu_order = 14
    index_view_class = outage_desk.OutageIndex
    inspect_view_class = outage_desk.OutagePage
    add_view_class = outage_desk.WriteOutage
    form_fields = ["kind", "title", "text", "starts_at", "ends_at"]
    search_fields = ["title"]


@hooks.register("register_admin_viewset")
def registers() -> list[Register]:
    return [Cases(), Messages(), Outages()]


class WaitingCases(Component):
    """On the panel's first screen: what is due first."""

    order = 10
    template_name = "cases/panel/waiting.html"

    @property
    def media(self) -> Media:
        return Media()

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        standing = queries.desk().filter(state__in=policies.OPEN)
        late = standing.filter(due_on__lt=clock.today(), paused_since__isnull=True).count()
        return {"cases": standing[:5], "late": late, "where": reverse("case_register:index")}


@hooks.register("construct_homepage_panels")
def what_is_due(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm(desk_views.LOOK):
        panels.append(WaitingCases())


class TopicRegister(Dictionary):
    """What one can write about: read often, changed seldom."""

    model = CaseTopic
    menu_label = gettext_lazy("Topics of cases")
    menu_icon = "list-ul"
    menu_order = 812
    list_display = ("name", "kind", "department", "days", "days_kind", "is_offered", "locale")
    search_fields = ("name", "hint")
    ordering = ("order", "name")
    panels = [
        MultiFieldPanel(
            [FieldPanel(name) for name in ("name", "hint", "kind", "slug", "department", "order")],
            heading=gettext_lazy("Topic"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("days"), FieldPanel("days_kind")]), FieldPanel("may_pause")],
            heading=gettext_lazy("Deadline"),
        ),
        MultiFieldPanel([FieldPanel("intro"), FieldPanel("sent_text")], heading=gettext_lazy("Texts")),
        FieldPanel("is_for_guests"),
        FieldPanel("is_active"),
        InlinePanel("questions", heading=gettext_lazy("Fields of the form"), label=gettext_lazy("question")),
    ]

    @display(description=gettext_lazy("offered"), ordering="is_active")
    def is_offered(self, topic: CaseTopic) -> str:
        return str(yesno(topic.is_active))


class TemplateRegister(Dictionary):
    model = AnswerTemplate
    menu_label = gettext_lazy("Templates of answers")
    menu_icon = "form"
    menu_order = 814
    list_display = ("title", "topic_kind")
    search_fields = ("title", "text")
    panels = [FieldPanel("title"), FieldPanel("topic_kind"), FieldPanel("text")]


modeladmin_register(TopicRegister)
modeladmin_register(TemplateRegister)
