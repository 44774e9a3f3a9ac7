"""The site's own part of the panel: which page holds which role, what is missing, and the house's colours."""

from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.components import Component
from wagtail.admin.viewsets.model import ModelViewSet

from home import navigation
from home.regulations.accessibility import review_is_due
from home.roles import PageRole


class PageRoles(ModelViewSet):
    model = PageRole
    icon = "link"
    menu_label = _("Roles of pages")
    menu_order = 820
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["role", "page"]
    panels = [FieldPanel("role"), FieldPanel("page")]


@hooks.register("register_admin_viewset")
def page_roles() -> PageRoles:
    return PageRoles()


class EmptyRoles(Component):
    """On the panel's first screen: the ways into the site that lead nowhere yet."""

    order = 50
    template_name = "home/panel/empty_roles.html"

    def __init__(self, roles: list[str]) -> None:
        self.roles = roles

    @property
    def media(self) -> Media:
        return Media()

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"roles": self.roles}


@hooks.register("construct_homepage_panels")
def warn_of_empty_roles(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("home.change_pagerole") and (roles := navigation.empty_roles()):
        panels.append(EmptyRoles(roles))


class ReviewDue(Component):
    """On the panel's first screen once a year."""

    order = 45
    template_name = "home/panel/review_due.html"

    @property
    def media(self) -> Media:
        return Media()


@hooks.register("construct_homepage_panels")
def remind_of_review(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("faq.change_faqentry") and review_is_due():
        panels.append(ReviewDue())


@hooks.register("insert_global_admin_css")
def house_colours() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("ebok/panel.css"))
