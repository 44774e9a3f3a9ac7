"""The utility's own registers in the panel: dated rules, and departments."""

from typing import Any

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, modeladmin_register

from portal.utility import actions, queries
from portal.utility.forms import RuleForm, form_for
from portal.utility.models import ContactTopic, Department, RuleRecord, TariffGroup, WasteStream
from portal.utility.registers import OFFICE_MENU
from portal.utility.rules import RuleSet, registered


class PlannedOnly(ModelPermissionPolicy):
    """A record of the rules may be changed and withdrawn until its day, by nobody from then on."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: RuleRecord) -> bool:
        may: bool = super().user_has_permission_for_instance(user, action, instance)
        return may and (action not in {"change", "delete"} or instance.is_planned)


register_permission_policy(RuleRecord, PlannedOnly(RuleRecord))


class RuleIndex(generic.IndexView):
    page_title = gettext_lazy("Dated rules")
    default_ordering = ("rule_set", "-effective_from")
    is_searchable = False

    def get_edit_url(self, instance: RuleRecord) -> str | None:
        return super().get_edit_url(instance) if instance.is_planned else None

    def get_delete_url(self, instance: RuleRecord) -> str | None:
        return super().get_delete_url(instance) if instance.is_planned else None

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("rule_set", label=_("Rule set"), accessor=queries.title_of, get_url=self.where_to),
            Column("effective_from", label=_("Effective from"), accessor=queries.day_of, sort_key="effective_from"),
            Column("state", label=_("State"), accessor=queries.state_of),
            Column("note", label=_("Why")),
        ]

    def where_to(self, instance: RuleRecord) -> str:
        return self.get_edit_url(instance) or self.get_inspect_url(instance) or ""


class PlanRule(generic.CreateView):
    """First which rule set, then its form, filled with what holds today."""

    @cached_property
    def rule_set(self) -> type[RuleSet] | None:
        asked = self.request.GET.get("rule_set")
        if asked is None:
            return None
        if asked not in registered():
            raise Http404
        return registered()[asked]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.rule_set is None and self.user_has_permission("add"):
            sets = sorted(((code, _(cls.title)) for code, cls in registered().items()), key=lambda pair: pair[1])
            return render(
                request, "utility/choose_rule_set.html", {"sets": sets, "add_url": reverse(self.add_url_name)}
            )
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[RuleForm]:
        return form_for(self.rule_set or RuleSet)

    def get_add_url(self) -> str:
        return f"{super().get_add_url()}?rule_set={self.request.GET.get('rule_set', '')}"

    def get_page_subtitle(self) -> str:
        return _(self.rule_set.title) if self.rule_set else ""

    def save_instance(self) -> RuleRecord:
        return self.form.save()


class ChangePlannedRule(generic.EditView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not self.object.is_planned:
            return redirect(self.get_inspect_url())
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[RuleForm]:
        return form_for(registered()[self.object.rule_set])

    def get_page_subtitle(self) -> str:
        return queries.title_of(self.object)

    def save_instance(self) -> RuleRecord:
        return self.form.save()


class WithdrawPlannedRule(generic.DeleteView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.is_planned:
            return redirect("rules:inspect", self.object.pk)
        return super().dispatch(request, *args, **kwargs)

    def delete_action(self) -> None:
        actions.withdraw_planned_rule(self.object)


class ReadRule(generic.InspectView):
    template_name = "utility/read_rule.html"
    page_title = gettext_lazy("Rules")

    def get_page_subtitle(self) -> str:
        return queries.title_of(self.object)

    def get_edit_url(self) -> str | None:
        return super().get_edit_url() if self.object.is_planned else None

    def get_delete_url(self) -> str | None:
        return super().get_delete_url() if self.object.is_planned else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["record"] = self.object
        context["state"] = queries.state_of(self.object)
        context["rows"] = queries.rows_of(self.object)
        context["supersede_url"] = (
            f"{reverse('rules:add')}?rule_set={self.object.rule_set}" if self.user_has_permission("add") else ""
        )
        return context


class Rules(ModelViewSet):
    model = RuleRecord
    name = "rules"
    url_prefix = "rules"
    icon = "date"
    menu_label = gettext_lazy("Dated rules")
    menu_order = 800
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    form_fields = ["effective_from", "note"]
    index_view_class = RuleIndex
    add_view_class = PlanRule
    edit_view_class = ChangePlannedRule
    delete_view_class = WithdrawPlannedRule
    inspect_view_class = ReadRule


@hooks.register("register_admin_viewset")
def rules_viewset() -> Rules:
    return Rules()


class Dictionary(ModelAdmin):
    """Rows that are read often and changed seldom."""

    def get_list_filter(self, request: HttpRequest) -> tuple[str, ...]:
        """None: filters by another table want django.contrib.admin, which this house does not install."""
        return ()


class DepartmentRegister(Dictionary):
    model = Department
    menu_label = gettext_lazy("Departments")
    menu_icon = "group"
    menu_order = 810
    add_to_settings_menu = False
    list_display = ("name", "phone", "email", "locale")
    search_fields = ("name", "matters", "email", "phone")
    ordering = ("order", "name")
    panels = [FieldPanel(name) for name in ("name", "phone", "email", "hours", "matters", "slug", "order")]


modeladmin_register(DepartmentRegister)


class ContactTopics(Dictionary):
    """What people come with, and where it is dealt with."""

    model = ContactTopic
    menu_label = gettext_lazy("Contact topics")
    menu_icon = "list-ul"
    menu_order = 812
    list_display = ("name", "department", "order")
    panels = [FieldPanel(name) for name in ("name", "department", "order")]


modeladmin_register(ContactTopics)


class TariffGroups(Dictionary):
    model = TariffGroup
    menu_label = gettext_lazy("Tariff groups")
    menu_icon = "tag"
    menu_order = 816
    list_display = ("code", "name")
    panels = [FieldPanel("code"), FieldPanel("name")]


class WasteStreams(Dictionary):
    model = WasteStream
    menu_label = gettext_lazy("Waste streams")
    menu_icon = "bin"
    menu_order = 818
    list_display = ("code", "name")
    panels = [FieldPanel("code"), FieldPanel("name")]


modeladmin_register(TariffGroups)
modeladmin_register(WasteStreams)


class LookingOnly(PermissionHelper):
    """Whoever may look may look; nobody adds, changes or deletes, superusers included."""

    def user_can_list(self, user: Any) -> bool:
        may: bool = self.user_has_specific_permission(user, self.get_perm_codename("view"))
        return may

    def user_can_create(self, user: Any) -> bool:
        return False

    def user_can_edit_obj(self, user: Any, obj: Model) -> bool:
        return False

    def user_can_delete_obj(self, user: Any, obj: Model) -> bool:
        return False


class ReadOnlyRegister(ModelAdmin):
    """A list of what happened, in the office's menu, and no way to write."""

    permission_helper_class = LookingOnly
    add_to_admin_menu = False
    list_per_page = 50

    def register_with_wagtail(self) -> None:
        super().register_with_wagtail()
        hooks.register(OFFICE_MENU, self.get_menu_item)

    def get_admin_urls_for_registration(self) -> list[URLPattern]:
        index = self.url_helper.get_action_url_name("index")
        return [pattern for pattern in super().get_admin_urls_for_registration() if pattern.name == index]

    def register_indexing(self) -> None:
        """Such rows are written with every deed: looking each through for references would cost eight statements."""
