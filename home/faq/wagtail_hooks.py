"""Where editors keep the questions and answers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import yesno
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.ordering import ReorderView
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet, SnippetViewSetGroup

from home.faq import actions, queries
from home.faq.entries import FaqCategory, FaqEntry


class IsTop(Column):
    def get_value(self, instance: FaqEntry) -> str:
        return str(yesno(instance.is_top))


class InReadersOrder(IndexView):
    """Questions in the order in which readers meet them, to be dragged about."""

    default_ordering = "order"

    def order_queryset(self, queryset: QuerySet[FaqEntry]) -> QuerySet[FaqEntry]:
        if self.ordering == self.sort_order_field:
            return queries.in_editors_order(queryset)
        ordered: QuerySet[FaqEntry] = super().order_queryset(queryset)
        return ordered


class MoveQuestion(ReorderView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        entry = get_object_or_404(FaqEntry, pk=kwargs.get("pk"))
        position = request.GET.get("position", "")
        actions.move(entry, int(position) if position.isdecimal() else FaqEntry.objects.count())
        return JsonResponse({"success": True})


class AddQuestion(CreateView):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        # A question has no drafts: saved by itself, readers would meet the answer while it is being typed.
        self.autosave_enabled = False


class ChangeQuestion(EditView):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.autosave_enabled = False  # as above


class FaqEntries(SnippetViewSet):
    model = FaqEntry
    icon = "help"
    menu_label = _("Questions")
    list_display = [
        "question",
        "category",
        IsTop("is_top", label=_("on the front page"), sort_key="is_top"),
        "order",
        "times_helped",
        "times_not",
    ]
    list_filter = ["category", "is_top"]
    sort_order_field = "order"
    index_view_class = InReadersOrder
    add_view_class = AddQuestion
    edit_view_class = ChangeQuestion
    reorder_view_class = MoveQuestion
    search_fields = ["question", "answer"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FaqEntry]:
        return FaqEntry.objects.select_related("help", "category")


class FaqCategories(SnippetViewSet):
    model = FaqCategory
    icon = "folder-open-1"
    menu_label = _("Groups of questions")
    list_display = ["name", "order"]


class Faq(SnippetViewSetGroup):
    items = (FaqEntries, FaqCategories)
    menu_label = _("Questions and answers")
    menu_icon = "help"
    menu_order = 210


register_snippet(Faq)
