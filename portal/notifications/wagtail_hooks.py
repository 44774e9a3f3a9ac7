"""Where editors reword the automatic messages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList, Panel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.notifications import deliveries_panel  # noqa: F401 - registers the register of messages sent
from portal.notifications.messages import COMMON, registered_messages
from portal.notifications.models import MessageTemplate


def choices() -> list[tuple[str, str]]:
    return [(message.code, f"{message.subject} ({message.code})") for message in registered_messages()]


class MessageTemplateForm(WagtailAdminModelForm):
    code = forms.ChoiceField(label=_("message"), choices=choices)


class PlaceholdersPanel(Panel):
    """Each message with its own words and what may stand in curly brackets."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "notifications/panel/placeholders.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            wanted = self.instance.code
            context["known"] = [message for message in registered_messages() if wanted in ("", message.code)]
            context["common"] = COMMON
            return context


class MessageTemplates(SnippetViewSet):
    model = MessageTemplate
    icon = "mail"
    menu_label = _("Automatic messages")
    menu_order = 240
    add_to_admin_menu = True
    add_to_reference_index = False
    list_display = ["code", "subject"]
    search_fields = ["code", "subject", "body"]
    edit_handler = ObjectList(
        [
            FieldPanel("code"),
            FieldPanel("subject"),
            FieldPanel("body"),
            PlaceholdersPanel(heading=_("What may stand in curly brackets")),
        ],
        base_form_class=MessageTemplateForm,
    )


register_snippet(MessageTemplates)
