"""Where editors keep the forms to download."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from home.downloads.models import Download


class Downloads(SnippetViewSet):
    model = Download
    icon = "download"
    menu_label = _("Forms to download")
    menu_order = 215
    add_to_admin_menu = True
    list_display = ["title", "category", "version", "day"]
    list_filter = ["category"]
    search_fields = ["title", "description"]


register_snippet(Downloads)
