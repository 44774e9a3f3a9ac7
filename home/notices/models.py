"""Notices: what the utility tells everyone, from a day and until a day."""

import re
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PublishingPanel
from wagtail.models import PageManager, PagePermissionTester, PageQuerySet
from wagtail.url_routing import RouteResult

from home.notices.feeds import FEEDS, LENGTH, feed
from portal import clock
from portal.content.blocks import text_blocks
from portal.content.fields import QuietStreamField
from portal.content.models import BasePage

YEAR = re.compile(r"20\d\d")
NEWEST = 20


class NoticeQuerySet(PageQuerySet):
    def current(self) -> "NoticeQuerySet":
        """Published and not expired at this very moment, whether or not the job that withdraws pages has come round."""
        now = clock.now()
        return (
            self.live()
            .filter(models.Q(expire_at__isnull=True) | models.Q(expire_at__gt=now))
            .filter(models.Q(go_live_at__isnull=True) | models.Q(go_live_at__lte=now))
            .order_by("-weight", "-day", "-pk")
        )


class NoticePage(BasePage):
    """One notice."""

    class Kind(models.TextChoices):
        NEWS = "news", _("News")
        INTERRUPTION = "interruption", _("Water supply")
        PRICES = "prices", _("Prices")
        OFFICE = "office", _("The office")

    class Weight(models.IntegerChoices):
        """Weightier notices come first; from "important" on they stand out on the front page and the dashboard."""

        ORDINARY = 0, _("ordinary")
        IMPORTANT = 1, _("important")
        URGENT = 2, _("urgent")

    is_public = True
    parent_page_types = ["notices.NoticeIndexPage"]
    subpage_types: list[str] = []
    template = "notices/notice_page.html"
    show_in_menus_default = False

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.NEWS)
    weight = models.PositiveSmallIntegerField(_("weight"), choices=Weight.choices, default=Weight.ORDINARY)
    day = models.DateField(_("date"), default=clock.today)
    lead = models.TextField(
        _("lead"), help_text=_("One or two sentences, also shown on the front page and the dashboard.")
    )
    body = QuietStreamField(text_blocks(), blank=True, verbose_name=_("text"))

    objects = PageManager.from_queryset(NoticeQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel([FieldPanel("kind"), FieldPanel("weight"), FieldPanel("day")], heading=_("What it is")),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    settings_panels = [PublishingPanel()]

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    @property
    def stands_out(self) -> bool:
        return self.weight >= self.Weight.IMPORTANT

    @property
    def is_urgent(self) -> bool:
        return self.weight == self.Weight.URGENT

    @property
    def note_kind(self) -> str:
        """The colour of its note on the page."""
        return {self.Weight.URGENT: "wrong", self.Weight.IMPORTANT: "warn"}.get(self.Weight(self.weight), "info")


class WithoutIndex(PagePermissionTester):
    """Whoever may only add and publish notices publishes those, never the page that lists them."""

    def can_publish(self) -> bool:
        return super().can_publish() and (self.user.is_superuser or "change" in self.permissions)

    def can_unpublish(self) -> bool:
        return super().can_unpublish() and (self.user.is_superuser or "change" in self.permissions)


class NoticeIndexPage(BasePage):
    """All notices in force, the weightiest and newest first."""

    is_public = True
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = ["notices.NoticePage"]
    template = "notices/notice_index_page.html"

    lead = models.TextField(_("lead"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("notices page")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Below it: a year's notices, and the feeds."""
        if len(path_components) == 1:
            (last,) = path_components
            if last in FEEDS:
                return RouteResult(self, kwargs={"feed_name": last})
            if YEAR.fullmatch(last):
                return RouteResult(self, kwargs={"year": int(last)})
        result: RouteResult = super().route(request, path_components)
        return result

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if name := kwargs.get("feed_name"):
            return feed(self, self.own().order_by("-day", "-pk")[:LENGTH], name)
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def own(self) -> NoticeQuerySet:
        notices: NoticeQuerySet = NoticePage.objects.child_of(self).current()
        return notices.defer("body")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        year = kwargs.get("year")
        years = [first.year for first in self.own().order_by().dates("day", "year", order="DESC")]
        if year is not None and year not in years:
            raise Http404
        of_year = self.own().filter(day__year=year).order_by("-day", "-pk") if year else self.own()[:NEWEST]
        context |= {"notices": of_year, "year": year, "years": years}
        return context

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return WithoutIndex(user, self)
