"""The review of the site in the panel: reports, the editors' help, and warnings when a page loses what people need."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page

from home.models import PortalPage
from home.review import views, words
from home.review.drawn import draw
from home.review.ways import missing_ways
from portal.content.models import BasePage

FIRST_FEW = 3


class ReviewMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(views.MAY_REVIEW))


@hooks.register("register_admin_urls")
def reports() -> list[Any]:
    return [
        path("review/links/", views.links_report, name="review_links"),
        path("review/words/", views.words_report, name="review_words"),
        path("review/coming/", views.coming_report, name="review_coming"),
        path("pomoc/", views.editors_help, name="editors_help"),
    ]


@hooks.register("register_reports_menu_item")
def links_item() -> MenuItem:
    return ReviewMenuItem(_("Links"), reverse("review_links"), name="review-links", icon_name="link", order=10)


@hooks.register("register_reports_menu_item")
def words_item() -> MenuItem:
    return ReviewMenuItem(
        _("Content to put right"), reverse("review_words"), name="review-words", icon_name="warning", order=20
    )


@hooks.register("register_reports_menu_item")
def coming_item() -> MenuItem:
    return ReviewMenuItem(
        _("What changes by itself"), reverse("review_coming"), name="review-coming", icon_name="clock", order=30
    )


@hooks.register("construct_reports_menu")
def hide_reports(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Wagtail offers its reports on the whole site to whoever may touch any page; the site closes them to most."""
    if not request.user.has_perm(views.MAY_REVIEW):
        menu_items.clear()


@hooks.register("register_help_menu_item")
def help_item() -> MenuItem:
    return MenuItem(
        _("How to keep this site"), reverse("editors_help"), name="editors-help", icon_name="help", order=10
    )


@hooks.register("register_permissions")
def right_to_review() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="home", codename="view_portalpage")


# What a page lost, or has to be put right, is said where it happened.


@hooks.register("after_edit_page")
@hooks.register("after_create_page")
def say_what_to_put_right(request: HttpRequest, page: Page) -> None:
    if request.method != "POST" or not page.live or not isinstance(page.specific, BasePage):
        return
    drawn = draw(page.specific)
    for sentence in words.faults(drawn.main)[:FIRST_FEW] if drawn else []:
        messages.warning(request, sentence)


def say_what_is_missing(request: HttpRequest, page: Page) -> None:
    if request.method == "POST" and issubclass(page.specific_class or Page, PortalPage):
        for sentence in missing_ways():
            messages.warning(request, sentence)


for hook in ("after_edit_page", "after_unpublish_page", "after_delete_page"):
    hooks.register(hook, say_what_is_missing)


class MissingWays(Component):
    """On the panel's first screen: what signed-in people no longer find."""

    order = 40
    template_name = "review/panel/missing.html"

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences

    @property
    def media(self) -> Media:
        return Media()

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"sentences": self.sentences}


class ComingSoon(Component):
    """On the panel's first screen: what appears or is withdrawn by itself next."""

    order = 60
    template_name = "review/panel/coming_soon.html"

    @property
    def media(self) -> Media:
        return Media()

    def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"coming": views.coming()[:5]}


@hooks.register("construct_homepage_panels")
def look_ahead(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm(views.MAY_REVIEW):
        if sentences := missing_ways():
            panels.append(MissingWays(sentences))
        panels.append(ComingSoon())
