"""Where editors reword the automatic messages, see all of them, and try one out on themselves."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, ObjectList, Panel
from wagtail.models import Locale
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from portal.notifications import deliveries_panel  # noqa: F401 - registers the registers of messages sent
from portal.notifications.actions import try_out
from portal.notifications.messages import COMMON, Message, find_message, registered_messages
from portal.notifications.models import MessageTemplate

EDIT = "notifications.change_messagetemplate"


def choices() -> list[tuple[str, str]]:
    return [(message.code, f"{message.subject} ({message.code})") for message in registered_messages()]


class MessageTemplateForm(WagtailAdminModelForm):
    code = forms.ChoiceField(label=gettext_lazy("Message"), choices=choices)


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


class WithTheHousesWords(CreateView):
    """A new template begins with the words that it takes the place of."""

    def get_initial_form_instance(self) -> MessageTemplate:
        template: MessageTemplate = super().get_initial_form_instance() or MessageTemplate()
        known = find_message(self.request.GET.get("code", ""))
        if known is not None:
            template.code, template.subject, template.body = known.code, str(known.subject), str(known.body)
            template.text_message = str(known.text_message)
        return template


class MessageTemplates(SnippetViewSet):
    model = MessageTemplate
    icon = "mail"
    add_to_admin_menu = False
    add_to_reference_index = False
    add_view_class = WithTheHousesWords
    list_display = ["code", "subject"]
    search_fields = ["code", "subject", "body"]
    edit_handler = ObjectList(
        [
            FieldPanel("code"),
            FieldPanel("subject"),
            FieldPanel("body"),
            FieldPanel("text_message"),
            PlaceholdersPanel(heading=gettext_lazy("What may stand in curly brackets")),
        ],
        base_form_class=MessageTemplateForm,
    )


register_snippet(MessageTemplates)


# All of them


@dataclass(frozen=True)
class Reworded:
    label: str
    url: str


@dataclass(frozen=True)
class Row:
    message: Message
    templates: tuple[Reworded, ...]
    add_url: str


@require_safe
def every_message(request: HttpRequest) -> HttpResponse:
    """Each message that the portal may write, by its code, with the templates that reword it."""
    if not request.user.has_perm(EDIT):
        raise PermissionDenied
    templates: dict[str, list[Reworded]] = {}
    for template in MessageTemplate.objects.select_related("locale"):
        url = reverse(MessageTemplate.snippet_viewset.get_url_name("edit"), args=[template.pk])
        templates.setdefault(template.code, []).append(Reworded(template.locale.get_display_name(), url))
    add = reverse(MessageTemplate.snippet_viewset.get_url_name("add"))
    language = (get_language() or "pl").partition("-")[0]
    rows = [
        Row(one, tuple(templates.get(one.code, ())), f"{add}?locale={language}&code={one.code}")
        for one in registered_messages()
    ]
    facts = {"rows": rows, "page_title": _("Automatic messages"), "header_icon": "mail"}
    return render(request, "notifications/panel/messages.html", facts)


@require_POST
def trial(request: HttpRequest) -> HttpResponse:
    """The letter as it stands in the form, saved or not, to the editor's own address."""
    if not request.user.has_perm(EDIT):
        raise PermissionDenied
    template = MessageTemplate(locale=Locale.get_active())
    for name in ("code", "subject", "body", "text_message"):
        setattr(template, name, request.POST.get(name, ""))
    try:
        template.clean_fields(exclude=["locale", "translation_key"])
        template.clean()
        try_out(template, to=request.user)
        faults: list[str] = []
    except ValidationError as refused:
        faults = refused.messages
    facts = {
        "faults": faults,
        "address": request.user.email,  # type: ignore[union-attr]  # signed in, so a User
        "page_title": _("A trial letter"),
        "header_icon": "mail",
    }
    return render(request, "notifications/panel/tried.html", facts)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("messages/", every_message, name="automatic_messages"),
        path("messages/trial/", trial, name="message_trial"),
    ]


class MessagesItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(EDIT))


@hooks.register("register_admin_menu_item")
def menu_item() -> MessagesItem:
    return MessagesItem(
        _("Automatic messages"),
        reverse("automatic_messages"),
        name="automatic-messages",
        icon_name="mail",
        order=240,
    )
