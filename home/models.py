"""The two pages that compose all the others: the front page, and the portal page of signed-in people."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.url_routing import RouteResult

from home import navigation, routing, screen
from home.faq.queries import top
from home.front_blocks import ICON_CHOICES, TaskBlock
from home.notices.queries import current_notices
from home.portal_blocks import portal_blocks
from home.portal_menu import menu_for
from home.roles import PageRole
from portal import clock
from portal.accounts import terms_gate
from portal.content import addresses
from portal.content.fields import QuietStreamField
from portal.content.models import PRIVATE, BasePage
from portal.widgets import PERSONAS, InventedUser, persona, persona_viewer, showing_of

__all__ = ["HomePage", "PageRole", "PortalPage"]

NEWS_ON_FRONT = 4


class HomePage(BasePage):
    """The front page: the tasks people come for, what is in force now, the questions asked most."""

    is_public = True
    max_count = 2  # one for each language
    parent_page_types = ["wagtailcore.Page"]
    template = "home/home_page.html"

    lead = models.TextField(_("lead"), blank=True)
    tasks = QuietStreamField(
        [("task", TaskBlock())], blank=True, verbose_name=pgettext_lazy("front page", "tasks"), max_num=6
    )
    notices_heading = models.CharField(_("heading above the notices"), max_length=60, blank=True)
    faq_heading = models.CharField(_("heading above the questions"), max_length=60, blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("tasks"),
        MultiFieldPanel([FieldPanel("notices_heading"), FieldPanel("faq_heading")], heading=_("Headings")),
    ]

    class Meta:
        verbose_name = _("front page")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if path_components:
            return routing.route(self.url_path, request, path_components)
        result: RouteResult = super().route(request, path_components)
        return result

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        notices = list(current_notices()[: NEWS_ON_FRONT * 2])
        context["standing_out"] = [notice for notice in notices if notice.stands_out and not notice.is_urgent]
        # The urgent ones stand above every page already.
        context["news"] = [notice for notice in notices if not notice.stands_out][:NEWS_ON_FRONT]
        context["top_questions"] = top(self.locale_id)
        return context


class PortalPage(BasePage):
    """A page of signed-in people, composed of widgets: each reader meets his own customer's facts and nobody else's."""

    parent_page_types = ["home.HomePage", "home.PortalPage"]
    subpage_types = ["home.PortalPage"]
    template = "portal/portal_page.html"
    allowed_http_methods = ["GET", "HEAD", "OPTIONS"]
    show_in_menus_default = True

    lead = models.TextField(_("lead"), blank=True)
    greets = models.BooleanField(
        _("greets the reader"), default=False, help_text=_("“Good day, …” above the page instead of its title.")
    )
    icon = models.CharField(
        _("icon in the menu"),
        max_length=20,
        choices=ICON_CHOICES,
        blank=True,
        help_text=_("Left empty: that of its role."),
    )
    in_tabs = models.BooleanField(
        _("in the bar at the bottom of phones"), default=True, help_text=_("Five places fit there, no more.")
    )
    body = QuietStreamField(portal_blocks(), blank=True, verbose_name=_("widgets"))

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
        MultiFieldPanel([FieldPanel("greets"), FieldPanel("icon"), FieldPanel("in_tabs")], heading=_("Head and menu")),
    ]

    class Meta:
        verbose_name = _("portal page")
        verbose_name_plural = _("portal pages")

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return [(invented.code, invented.label) for invented in PERSONAS]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if terms_gate.owes(request) and not navigation.opens_without_terms(addresses.url_of(self)):
            return redirect(f"{reverse('account_terms')}?{urlencode({'next': request.get_full_path()})}")
        if "k" in request.GET and not request.viewer.is_linked:  # type: ignore[attr-defined]  # the middleware's
            raise Http404
        response: HttpResponse = super().serve(request, *args, **kwargs)
        response.headers["Cache-Control"] = PRIVATE
        return response

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The page as an invented person meets it: nothing of a real customer's, nor of the editor's, and no redirect."""
        invented = persona(mode_name) or PERSONAS[0]
        request.is_preview = True  # type: ignore[attr-defined]  # Wagtail's own name for it
        request.viewer = persona_viewer(invented)  # type: ignore[attr-defined]  # the middleware's
        own = {"user": InventedUser(invented.first_name), "messages": [], "is_persona": True}
        response = TemplateResponse(request, self.template, self.get_context(request) | own)
        response.headers["Cache-Control"] = PRIVATE
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
        invented = persona(viewer.reason) if viewer.role == "persona" else None
        first_name = invented.first_name if invented else screen.own_first_name(viewer, request.user)
        if not viewer.is_linked:
            context["waiting"] = screen.Waiting("to_decide", clock.now()) if invented else screen.waiting(viewer)
        context |= {
            "viewer": viewer,
            "heading": screen.greeting(viewer, first_name) if self.greets else self.title,
            "portal_menu": menu_for(viewer),
            "rows": screen.rows(self.body, context | {"showing": showing_of(request)}),
        }
        return context
