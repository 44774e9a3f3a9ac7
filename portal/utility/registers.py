"""Registers of the panel: lists that are read and searched and never written, in the office's own menu."""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.functional import cached_property
from django.utils.text import capfirst
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

# The hook by which any room puts an item into the office's menu.
OFFICE_MENU = "register_office_menu_item"


def in_any_case(field: str, text: str) -> Q:
    """Rows whose field holds the text, whatever the case: SQLite itself folds the English letters only."""
    written = {text, text.lower(), text.upper(), text.capitalize(), text.title()}
    return reduce(or_, (Q(**{f"{field}__icontains": one}) for one in sorted(written)))


class RegisterIndex(generic.IndexView):
    any_permission_required = ["view"]
    key = "pk"

    def search_queryset(self, queryset: QuerySet[Model]) -> QuerySet[Model]:
        if not self.is_searching:
            return queryset
        asked = self.search_query.strip()
        return queryset.filter(reduce(or_, (in_any_case(field, asked) for field in self.search_fields)))

    def get_list_buttons(self, instance: Model) -> list[Any]:
        """A row's title leads to its page, and there is nothing else to do with it."""
        return []

    def get_inspect_url(self, instance: Model) -> str | None:
        return reverse(self.inspect_url_name, args=[getattr(instance, self.key)]) if self.inspect_url_name else None


class RegisterPage(generic.InspectView):
    any_permission_required = ["view"]
    key = "pk"

    def get_object(self, queryset: QuerySet[Model] | None = None) -> Model:
        rows = self.get_queryset() if queryset is None else queryset
        return get_object_or_404(rows, **{self.key: self.pk})

    def get_queryset(self) -> QuerySet[Model]:
        rows: QuerySet[Model] = self.model._default_manager.all()
        return rows

    def get_page_title(self) -> str:
        return capfirst(str(self.model._meta.verbose_name))


class Register(ModelViewSet):
    """A list, and a page of each row. Whoever asks, nothing is added, changed or deleted here."""

    key = "public_id"  # by which field a row's page is addressed
    menu_hook = OFFICE_MENU
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = RegisterIndex
    inspect_view_class = RegisterPage

    @cached_property
    def pk_path_converter(self) -> str:
        return "uuid" if self.key == "public_id" else "int"

    @cached_property
    def menu_url(self) -> str:
        """The list, whichever address a room puts before it."""
        return reverse(self.get_url_name("index"))

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        writing = ("add", "edit", "delete", "copy", "history", "usage")
        without: dict[str, Any] = {f"{deed}_url_name": None for deed in writing}
        shared: dict[str, Any] = super().get_common_view_kwargs(key=self.key, **without, **kwargs)
        return shared

    def get_urlpatterns(self) -> list[URLPattern]:
        patterns = [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
        ]
        if self.inspect_view_enabled:
            patterns.append(path(f"<{self.pk_path_converter}:pk>/", self.inspect_view, name="inspect"))
        return patterns

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        """Of a register the right to look is all that a group can be given."""
        return self.permissions_named("view")

    def permissions_named(self, *deeds: str) -> QuerySet[Permission]:
        found = Permission.objects.filter(content_type__app_label=self.app_label, content_type__model=self.model_name)
        return found.filter(codename__in=[f"{deed}_{self.model_name}" for deed in deeds])

    def register_admin_url_finder(self) -> None:
        """There is no address where a row is edited."""
