"""Where editors keep the questions and answers."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from home.faq.entries import FaqCategory, FaqEntry


class FaqEntries(SnippetViewSet):
    model = FaqEntry
    icon = "help"
    menu_label = _("Questions")
    list_display = ["question", "category", "is_top", "order", "times_helped", "times_not"]
    list_filter = ["category", "is_top"]
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
